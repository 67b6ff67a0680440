/** How soon it is told, at latest, that something is gone, to a client that wants snapshots rarely. */
import { describe, expect, it } from 'vitest';
import { startStopwatch } from '../../support/stopwatch.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { readyVm, watch } from './watched.ts';

describe.skipIf(sshdPath === null)('a benchmark server that answered', () => {
  it('and is refused now is told within 15 s, once, and so is its return', async () => {
    const vm = await readyVm();
    const { untilPhase, untilError, untilRecovered, status, client } = await watch(vm.config, {
      clientInterval: '60',
      tempo: {},
    });
    await untilPhase('ready');
    const telling = startStopwatch();
    vm.setProbe('refused');
    const error = await untilError('probe_down');
    expect(telling.stop()).toBeLessThan(15_000);
    expect(error).toMatchObject({ severity: 'critical', detail: 'Connection refused' });
    expect(status()).toMatchObject({
      waa_ready: false,
      phase: 'oobe',
      connected: true,
      probe: { status: 'Connection refused' },
    });
    vm.setProbe('ready');
    expect((await untilRecovered('probe_down')).lasted_seconds).toBeGreaterThanOrEqual(0);
    await untilPhase('ready');
    expect(client.errors()).toHaveLength(1);
  });

  it('and is silent now is told within 30 s', async () => {
    const vm = await readyVm();
    const { untilPhase, untilError, status } = await watch(vm.config, { clientInterval: '60', tempo: {} });
    await untilPhase('ready');
    const telling = startStopwatch();
    vm.setProbe('silent');
    await untilError('probe_down');
    expect(telling.stop()).toBeLessThan(30_000);
    expect(status()).toMatchObject({ waa_ready: false, phase: 'oobe', probe: { status: 'Not responding' } });
  });

  it('and misses one answer is not told at all', async () => {
    const vm = await readyVm();
    const { untilPhase, client, status, phases } = await watch(vm.config);
    await untilPhase('ready');
    const statuses = client.statuses().length;
    vm.setProbe('refused-once');
    await until(() => vm.probeMissed(), 'one answer was missed');
    await until(() => client.statuses().length >= statuses + 6, 'six looks later');
    expect(status()).toMatchObject({ phase: 'ready', waa_ready: true });
    expect(phases().at(-1)).toBe('ready');
    expect(phases().filter((phase) => phase === 'ready')).toHaveLength(1);
    expect(client.errors()).toEqual([]);
  });
});

describe.skipIf(sshdPath === null)('a container', () => {
  it('that exits is told within 10 s with the meaning of its exit code, and its return', async () => {
    const vm = await readyVm();
    const { untilPhase, untilError, untilRecovered, status, client } = await watch(vm.config, {
      clientInterval: '60',
      tempo: {},
    });
    await untilPhase('ready');
    const telling = startStopwatch();
    vm.containerStops('Exited (137) 1 second ago', 137, true);
    const error = await untilError('container_exited');
    expect(telling.stop()).toBeLessThan(10_000);
    expect(error).toMatchObject({
      message: 'The container winarena is not running (Exited (137) 1 second ago).',
      detail: 'Exit code 137: killed, often for lack of memory',
    });
    await untilError('container_oom');
    expect(status()).toMatchObject({ phase: 'offline', waa_ready: false, connected: true });
    vm.containerUp('2026-01-28T23:00:00.000000000Z');
    await untilRecovered('container_exited');
    await untilPhase('ready');
    expect(
      client
        .errors()
        .map(({ code }) => code)
        .sort(),
    ).toEqual(['container_exited', 'container_oom']);
  });

  it('that is removed is told within 10 s, and its return', async () => {
    const vm = await readyVm();
    const { untilPhase, untilError, untilRecovered, status, client } = await watch(vm.config, {
      clientInterval: '60',
      tempo: {},
    });
    await untilPhase('ready');
    const telling = startStopwatch();
    vm.containerGone();
    await untilError('container_missing');
    expect(telling.stop()).toBeLessThan(10_000);
    expect(status()).toMatchObject({ phase: 'offline', waa_ready: false, connected: true });
    vm.containerUp('2026-01-28T23:00:00.000000000Z');
    await untilRecovered('container_missing');
    await untilPhase('ready');
    expect(client.errors()).toHaveLength(1);
  });
});
