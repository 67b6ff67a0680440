/** What can be wrong with the simulated VM, as a look finds it. */
import type { StateCode } from '../../src/shared/stream.ts';
import { noKvm } from '../../src/main/engine/vm/index.ts';
import type { VmState } from '../../src/main/engine/watch/state.ts';
import { ready } from '../unit/watch/sights.ts';

const fullDisk = { mount: '/', sizeKiB: 100 * 1024 * 1024, freeKiB: 1024 };

const changes = {
  disk_full: ({ machine }) => ({ machine: machine === null ? null : { ...machine, disks: [fullDisk] } }),
  docker_denied: () => ({ docker: { kind: 'denied', detail: 'permission denied' } }),
  probe_down: ({ probe }) => ({
    probe: { ...probe, misses: 9, answer: { kind: 'refused', text: 'Connection refused' } },
  }),
  vm_unresponsive: () => ({ unanswered: ['machine'] }),
  kvm_missing: ({ boot }) => ({
    boot: { ...boot, troubles: [{ ...noKvm, text: 'no kvm', phase: 'starting' }] },
  }),
} as const satisfies Partial<Record<StateCode, (sight: typeof ready) => Partial<VmState>>>;

export type SimulatedTrouble = keyof typeof changes;

export const simulatedTroubles = Object.keys(changes) as readonly SimulatedTrouble[];

/** A benchmark's process is always there: its end is not what is simulated. */
const runner = { pid: 1, startTicks: '1', script: 'run.py', cwd: null, results: null, arguments: {} };

/** Returns what a look finds. */
export function sightWith(troubles: ReadonlySet<SimulatedTrouble>): Partial<VmState> {
  const { machine, docker, container, startedAt, boot, probe } = ready;
  const host = { runners: [runner], logs: [], unnamedLogs: 0 };
  const found = { machine, docker, container, startedAt, boot, probe, host, unanswered: [] };
  return [...troubles].reduce<Partial<VmState>>(
    (sight, code) => ({ ...sight, ...changes[code](ready) }),
    found,
  );
}
