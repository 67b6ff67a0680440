import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Azure } from '../../../src/main/engine/azure/index.ts';
import { makeVmConfig } from '../../../src/main/engine/config/index.ts';
import { runDoctor, type DoctorTools } from '../../../src/main/engine/doctor/index.ts';
import { createHostKeys, createKeyStore } from '../../../src/main/engine/vm/index.ts';

const places = { home: '/nowhere' };
const vm = makeVmConfig({
  name: 'vm',
  azure: { subscriptionId: '11111111-2222-3333-4444-555555555555', resourceGroup: 'g', vmName: 'n' },
});
const toolsWith = (look: Azure['look']): DoctorTools => ({
  ssh: {
    keys: createKeyStore({ passphrase: undefined, ask: null }),
    hostKeys: createHostKeys({ ownFile: '/nowhere/known_hosts', places, keep: false }),
    agentSocket: null,
  },
  places,
  azure: { look },
  platform: 'linux',
  now: Date.now,
});
const run = (look: Azure['look'], config = vm) =>
  runDoctor({
    house: null,
    vms: [config],
    tools: toolsWith(look),
    signal: new AbortController().signal,
    onCheck: () => undefined,
  });

describe('a check', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('that never ends is given up after its time, and the rest is not looked at', async () => {
    let given: AbortSignal | undefined;
    const running = run((_, signal) => {
      given = signal;
      return new Promise(() => undefined);
    });
    await vi.advanceTimersByTimeAsync(39_999);
    const isOver = vi.fn();
    const ran = running.finally(isOver);
    await vi.advanceTimersByTimeAsync(0);
    expect(isOver).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2_000);
    const { checks, summary } = await ran;
    expect(checks[0]).toMatchObject({
      check: 'azure_login',
      state: 'failed',
      found: 'No answer within 40 s.',
    });
    expect(summary).toEqual({ ok: false, passed: 0, warned: 0, failed: 1, skipped: 17 });
    expect(given?.aborted).toBe(true);
  });
});

describe('an Azure that hangs', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('keeps nobody from a VM whose address is known', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const known = { ...vm, ssh: { ...vm.ssh, host: '127.0.0.1', port } };
    const running = run(() => new Promise(() => undefined), known);
    await vi.advanceTimersByTimeAsync(40_000);
    const { checks } = await running;
    const states = checks.map(({ check, state }) => `${check} ${state}`).slice(0, 6);
    expect(states).toEqual([
      'azure_login failed',
      'vm_exists skipped',
      'vm_running skipped',
      'public_address passed',
      'ssh_port failed',
      'ssh_key failed',
    ]);
  });
});

it('a check that fails by itself is told in one sentence, without a stack trace', async () => {
  const { checks } = await run(() => Promise.reject(new Error('Boom, password=hunter2222')));
  expect(checks[0]).toMatchObject({ state: 'failed', found: 'Boom, password=***' });
  expect(checks[0]?.advice).toContain('report');
});
