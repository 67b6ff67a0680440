/** Run as a process of its own: it must end by itself once the simulated VM is closed. */
import { once } from 'node:events';
import { startSimulatedVm } from '../../../src/main/engine/demo/index.ts';
import { followLogCommand, hostShell } from '../../../src/main/engine/vm/index.ts';
import { follow, logIn } from './ssh-client.ts';

const vm = await startSimulatedVm({ seed: 1, speed: 10 });
const client = await logIn(vm);
const closed = once(client, 'close');
const followed = follow(client, hostShell, followLogCommand('docker', 'winarena', '2026-01-28T22:00:00Z'));
while (followed.bytes().length === 0) await new Promise((resolve) => setImmediate(resolve));
await vm.close();
await closed;
console.log('closed');
