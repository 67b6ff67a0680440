/** Where SSH connects to, by the address in the store. */
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import ssh2 from 'ssh2';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AzureFacts } from '../../../src/main/engine/azure/index.ts';
import { makeVmConfig } from '../../../src/main/engine/config/index.ts';
import { createHostKeys, createKeyStore } from '../../../src/main/engine/vm/index.ts';
import { unaskedCloud } from '../../../src/main/engine/watch/cloud/cloud-sight.ts';
import { answersKept } from '../../../src/main/engine/watch/link/connection.ts';
import { LinkSource } from '../../../src/main/engine/watch/link/link-source.ts';
import type { VmState } from '../../../src/main/engine/watch/state.ts';
import { until } from '../../support/wait.ts';
import { nothingAnswered } from '../../../src/main/engine/watch/sight.ts';
import { allAnswered } from './sights.ts';
import { sourceTools, startSource } from './tools.ts';

const facts: AzureFacts = {
  ...{ powerState: 'running', provisioningState: 'succeeded', provisioningError: null },
  ...{ address: null, size: null, location: null, runningSinceMs: null, checkedAtMs: 0 },
};

/** A VM with an address from Azure, and a port that counts connections. */
async function watched(host: string | null = null) {
  const server = createServer((socket) => socket.destroy());
  let knocks = 0;
  server.on('connection', () => (knocks += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const config = makeVmConfig({
    name: 'vm',
    ssh: { host, port },
    azure: {
      subscriptionId: '11111111-2222-3333-4444-555555555555',
      ...{ resourceGroup: 'rg', vmName: 'vm-1' },
    },
  });
  const tools = sourceTools({ config });
  mkdirSync(`${tools.dir}/.ssh`);
  const key = ssh2.utils.generateKeyPairSync('ed25519').private;
  writeFileSync(`${tools.dir}/.ssh/id_ed25519`, key, { mode: 0o600 });
  const places = { home: tools.dir };
  const source = new LinkSource({
    ...{ ...tools, places },
    tools: {
      keys: createKeyStore({ passphrase: undefined, ask: null }),
      hostKeys: createHostKeys({ ownFile: `${tools.dir}/known_hosts`, places }),
      agentSocket: null,
    },
  });
  const cloud = unaskedCloud(config, null);
  if (cloud === null) throw new Error('no cloud');
  const { store } = startSource(source, { config, cloud });
  return {
    store,
    knocks: () => knocks,
    /** Azure answers this. */
    says: (change: Partial<AzureFacts>) =>
      store.update({ cloud: { ...cloud, facts: { ...facts, ...change } } }),
  };
}

describe('a VM that has its address from Azure', () => {
  it('is not connected to before Azure answers, and then at the address from Azure', async () => {
    const { store, says, knocks } = await watched();
    expect([store.get().target, knocks()]).toEqual([null, 0]);
    says({ address: '127.0.0.1' });
    expect(store.get().target).toMatchObject({ ok: true, value: { host: '127.0.0.1' } });
    await until(() => knocks() >= 1, 'somebody knocks there');
    expect(store.get()).toMatchObject({ ssh: { everUp: false }, contact: null });
  });

  it('is left alone when its address is gone, which is a problem only while it runs', async () => {
    const { store, says } = await watched();
    says({ address: '127.0.0.1' });
    says({ powerState: 'deallocated' });
    expect(store.get()).toMatchObject({ target: null, ssh: { kind: 'down', problem: null } });
    says({ powerState: 'running' });
    expect(store.get()).toMatchObject({
      target: { ok: false },
      ssh: { kind: 'down', problem: { message: 'SSH connection failed' } },
    });
  });

  it('stays where it is while Azure says the same, or may not be asked for the address', async () => {
    const { store, says } = await watched();
    says({ address: '127.0.0.1' });
    const { target } = store.get();
    says({ address: '127.0.0.1' });
    says({ addressProblem: { kind: 'forbidden' } as AzureFacts['addressProblem'] } as Partial<AzureFacts>);
    expect(store.get().target).toBe(target);
  });

  it('keeps its open connection, whatever Azure says', async () => {
    const { store, says } = await watched();
    says({ address: '127.0.0.1' });
    const { target } = store.get();
    const host = { closed: false, close: () => undefined };
    store.update({ contact: { host } as VmState['contact'], ssh: { kind: 'up' } });
    says({ address: '127.0.0.2' });
    expect(store.get().target).toBe(target);
  });
});

it('a VM with a configured address is connected to there at once, and nowhere else', async () => {
  const { store, says, knocks } = await watched('127.0.0.1');
  const { target } = store.get();
  expect(target).toMatchObject({ ok: true, value: { host: '127.0.0.1' } });
  says({ address: '127.0.0.2' });
  expect(store.get().target).toBe(target);
  await until(() => knocks() >= 1, 'somebody knocks there');
});

it('answers of an earlier connection count only if it was lost for a moment', () => {
  const heard = { runMs: 100_000, wallMs: 100_000 };
  const blinking = { ssh: { kind: 'blinking' }, heard, answered: allAnswered } as const;
  const kept = { ...nothingAnswered, container: true, probe: true };
  expect(answersKept(blinking, 103_000)).toEqual(kept);
  expect(answersKept({ ...blinking, answered: nothingAnswered }, 103_000)).toEqual(nothingAnswered);
  // The loss may have been noticed late.
  expect(answersKept(blinking, 120_000)).toEqual(nothingAnswered);
  const down = { kind: 'down', everUp: true, problem: null } as const;
  expect(answersKept({ ...blinking, ssh: down }, 103_000)).toEqual(nothingAnswered);
});
