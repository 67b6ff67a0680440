/** Somebody sets the clock of this computer while a run is followed: nothing goes wrong by it. */
import { renameSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { sampleRunByTask, sampleTaskIds } from '../../support/sample-run.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { readyVm, watch } from './watched.ts';

const hourMs = 3_600_000;

/** Sets the clock of this process. The VM's clock stays right. */
function settableClock(): (byMs: number) => void {
  const realNow = Date.now;
  let steppedMs = 0;
  const spy = vi.spyOn(Date, 'now').mockImplementation(() => realNow() + steppedMs);
  onTestFinished(() => spy.mockRestore());
  return (byMs) => {
    steppedMs += byMs;
  };
}

describe.skipIf(sshdPath === null)('a clock that is set', () => {
  it.each([
    ['back by an hour', -hourMs],
    ['forward by an hour', hourMs],
    ['forward by forty days', 40 * 24 * hourMs],
  ])('%s disturbs neither the run, its rotated log, nor the next run', async (_what, stepMs) => {
    const vm = await readyVm();
    const config = { ...vm.config, pricePerHour: 0.2, idleAfterMinutes: 30 };
    const step = settableClock();
    const startedMs = Date.now();
    const { client, untilPhase, status } = await watch(config);
    await untilPhase('ready');
    await vm.startRunner();
    const pieces = sampleRunByTask(Date.now());
    vm.runSays(pieces.slice(0, 4).join(''));
    await until(() => client.tasks().length >= 4, 'four tasks');

    step(stepMs);
    const statuses = client.statuses().length;
    await until(() => client.statuses().length > statuses + 3, 'snapshots go on');
    renameSync(vm.runLog, `${vm.runLog}.1`);
    vm.runSays(pieces.slice(4, 8).join(''));
    await until(() => client.tasks().length >= 8, 'what is in the new file');
    const progress = await until(() => client.progress(), 'the run');
    expect(progress).toMatchObject({ state: 'running', as_of: null });
    // By the lines of the recorded run, it began when this test did.
    const trulyMs = Date.now() - stepMs - startedMs;
    expect(Math.abs(progress.elapsed_seconds - trulyMs / 1000)).toBeLessThan(120);
    vm.runSays(pieces.slice(8).join(''));
    await until(() => client.progress()?.state === 'finished', 'the end of the run');
    expect(client.tasks().map(({ task_id }) => task_id)).toEqual(sampleTaskIds);
    for (const task of client.tasks()) {
      expect(task.duration_seconds).toBeGreaterThanOrEqual(0);
      expect(task.duration_seconds).toBeLessThan(1_000);
    }

    await vm.stopRunner();
    const before = client.statuses().length;
    await until(() => client.statuses().length > before + 6, 'it stands idle for a while');
    vm.runSays(
      sampleRunByTask(startedMs + 60_000)
        .slice(0, 3)
        .join(''),
    );
    await vm.startRunner();
    await until(() => client.tasks().length >= sampleTaskIds.length + 3, 'tasks of the next run');
    await until(() => client.progress()?.tasks_completed === 3, 'the next run');
    expect(client.progress()?.state).toBe('running');
    expect(status()?.connected).toBe(true);
    expect(client.errors()).toEqual([]);
  });
});
