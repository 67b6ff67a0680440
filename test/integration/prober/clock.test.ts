/** Times are told by the clock of whoever reads them, whatever the VM takes the time to be. */
import { utimesSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sampleRunByTask } from '../../support/sample-run.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { readyVm, watch } from './watched.ts';

/** Of two clocks that are read one after the other, of which one tells whole seconds. */
const toleranceMs = 5_000;

describe.skipIf(sshdPath === null)('a VM whose clock is wrong by hours', () => {
  it.each([
    ['ahead', 3 * 3600],
    ['behind', -7 * 3600],
  ])('and %s: tells its run as happening now', async (_which, aheadSeconds) => {
    const vm = await readyVm();
    vm.setClock(aheadSeconds);
    const { client, untilPhase } = await watch(vm.config);
    await untilPhase('ready');
    await vm.startRunner();
    const startedAtMs = Date.now();
    const [firstTask = ''] = sampleRunByTask(startedAtMs + aheadSeconds * 1000);
    vm.runSays(firstTask);
    // As the VM would have it.
    const writtenAt = Date.now() / 1000 + aheadSeconds;
    utimesSync(vm.runLog, writtenAt, writtenAt);
    const task = await until(() => client.tasks()[0], 'the first task');
    expect(task.catch_up).toBe(false);
    const progress = await until(() => client.progress(), 'the run');
    expect(progress.state).toBe('running');
    expect(Math.abs(Date.parse(progress.started_at ?? '') - startedAtMs)).toBeLessThan(toleranceMs);
    const lastedMs = Date.parse(task.finished_at ?? '') - startedAtMs;
    // By the lines of the recorded run, the task began within its first minute.
    expect(Math.abs(lastedMs - (task.duration_seconds ?? 0) * 1000)).toBeLessThan(60_000);
    expect(client.errors()).toEqual([]);
  });
});
