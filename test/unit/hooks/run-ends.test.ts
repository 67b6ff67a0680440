import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runEndMessage } from '../../../src/main/engine/hooks/messages.ts';
import { createRunEnds, type RunEnds } from '../../../src/main/engine/hooks/run-ends.ts';
import { openFeed, type Feed, type RunRecord } from '../../../src/main/engine/feed/index.ts';
import type { ProgressPayload } from '../../../src/shared/stream.ts';
import { progressOf, runOf, startMs } from '../feed/fixtures.ts';

let folder: string;
let feed: Feed;
let runEnds: RunEnds;
const start = (): void => {
  feed = openFeed({ dataDir: folder });
  runEnds = createRunEnds(feed, () => startMs);
  runEnds.know('vm-a');
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchtray-hooks-'));
  start();
  feed.firstSeen('vm-a', startMs - 60_000);
});
afterEach(() => {
  feed.close();
  rmSync(folder, { recursive: true });
});
function restart(): void {
  feed.close();
  start();
}

const write = (...runs: RunRecord[]) => feed.commit({ vm: 'vm-a', at: startMs, runs });
const hear = (runId: string, state: ProgressPayload['state'], changes: Partial<ProgressPayload> = {}) =>
  runEnds
    .hear(progressOf('vm-a', { run_id: runId, state, ...changes }))
    .map((run) => `${run.runId} ${run.state}`);
const over = (runId: string, changes: Partial<RunRecord> = {}) =>
  runOf(runId, { state: 'finished', endedAt: startMs + 90_000, ...changes });

it('tells the end of a run once, after any stall, and not again after a restart', () => {
  write(runOf('r1'));
  expect(hear('r1', 'running')).toEqual([]);
  expect(hear('r1', 'stalled')).toEqual([]);
  write(over('r1', { state: 'crashed' }));
  expect(hear('r1', 'crashed')).toEqual(['r1 crashed']);
  expect(hear('r1', 'crashed')).toEqual([]);
  restart();
  expect(hear('r1', 'crashed')).toEqual([]);
});

it('tells a run that ended, and one that began and ended, while nobody was there', () => {
  write(runOf('r1'));
  hear('r1', 'running');
  restart();
  // What the watcher shows first is what it knew before.
  expect(hear('r1', 'running')).toEqual([]);
  write(
    over('r1', { state: 'interrupted' }),
    over('r2', { startedAt: startMs + 1000 }),
    runOf('r3', { startedAt: startMs + 2000 }),
  );
  expect(hear('r3', 'running')).toEqual(['r1 interrupted', 'r2 finished']);
  restart();
  expect(hear('r3', 'running')).toEqual([]);
});

it('tells nothing of what it finds of a VM that it was not told of, but of what comes then', () => {
  const progress = (state: ProgressPayload['state']) =>
    runEnds.hear(progressOf('vm-b', { run_id: 'r2', state }));
  write(over('r1', { vm: 'vm-b' }), runOf('r2', { vm: 'vm-b' }));
  expect(progress('running')).toEqual([]);
  write(over('r2', { vm: 'vm-b' }));
  expect(progress('finished')).toHaveLength(1);
});

it('tells nothing of runs that were over before the VM was first seen', () => {
  write(over('old', { startedAt: startMs - 600_000 }), over('older', { startedAt: null }));
  expect(hear('old', 'finished')).toEqual([]);
});

it('tells a run anew that goes on after its end', () => {
  write(runOf('r1'));
  hear('r1', 'running');
  write(over('r1', { state: 'crashed' }));
  expect(hear('r1', 'crashed')).toEqual(['r1 crashed']);
  write(runOf('r1'));
  expect(hear('r1', 'running')).toEqual([]);
  write(over('r1'));
  expect(hear('r1', 'finished')).toEqual(['r1 finished']);
});

it('says what the run has come to', () => {
  write(runOf('r1', { tasksCompleted: 3 }));
  hear('r1', 'running');
  write(over('r1', { tasksCompleted: 30, succeeded: 12, scored: 25, scoredSucceeded: 12, scoreSum: 12.5 }));
  const [run] = runEnds.hear(progressOf('vm-a', { run_id: 'r1', state: 'finished' }));
  if (run === undefined) throw new Error('The end was not told');
  expect(runEndMessage(run, 0)).toEqual({
    event: 'run_end',
    id: 'r1-end',
    timestamp: new Date(startMs + 90_000).toISOString(),
    vm: 'vm-a',
    data: {
      vm: 'vm-a',
      run_id: 'r1',
      state: 'finished',
      tasks_completed: 30,
      total_tasks: 30,
      succeeded: 12,
      score_sum: 12.5,
      tasks_scored: 25,
      mean_score: 0.5,
      pass_rate: 0.48,
      success_rate_evaluated: 0.5,
      success_rate_planned: 0.416667,
      started_at: new Date(startMs).toISOString(),
      ended_at: new Date(startMs + 90_000).toISOString(),
      elapsed_seconds: 90,
      detail: null,
    },
    text: 'vm-a: the run has finished, 30 of 30 tasks done. Mean score 50.0 % (n = 25) · Pass rate 48.0 % (12 of 25).',
  });
});
