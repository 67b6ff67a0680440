/** Runs whose log is kept. */
import type { TaskRecord } from '../../../src/main/engine/feed/index.ts';
import { runOf } from '../../unit/feed/fixtures.ts';
import { waaLog } from '../../support/waa-log.ts';
import type { Bench } from './bench.ts';
import { oldRun, recordRun } from './run-scenes.ts';
import { nthTask, setReady } from './scenes.ts';

export interface LogScene {
  readonly tasks?: number;
  readonly talk?: number;
}

/** Records a run of three weeks ago on a VM that is gone, with its log. */
export function recordLog(
  bench: Bench,
  { tasks: count = 20, talk = 2 }: LogScene = {},
): readonly TaskRecord[] {
  setReady(bench.feed);
  recordRun(bench.feed, { ...oldRun, done: count, total: count });
  const tasks = bench.feed.tasksOf(oldRun.runId);
  const log = 'container:winarena:/client/results/logs/normal-0-20260128.log';
  const run = { runId: oldRun.runId, vm: oldRun.vm ?? '', log };
  bench.keepLog(run, waaLog({ startedAt: oldRun.startedAt, tasks, talk }));
  return tasks;
}

export const logPath = (query = ''): string => `#/runs/${oldRun.runId}/log${query}`;

/** The log of the run that is on, with so many tasks begun. */
export function keepRunningLog(bench: Bench, runId: string, begun: number): void {
  const tasks = Array.from({ length: begun }, (_, index) => nthTask(index, { runId }));
  const run = runOf(runId);
  bench.keepLog(
    { ...run, vm: nthTask(0).vm },
    waaLog({ startedAt: Date.now() - 600_000, tasks, isOn: true }),
  );
}
