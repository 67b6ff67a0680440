/** Runs of the history, put into the journal as the rest of BenchTray would. */
import type { Feed, RunRecord, TaskRecord } from '../../../src/main/engine/feed/index.ts';
import type { RunArguments } from '../../../src/main/engine/run/index.ts';
import { runOf } from '../../unit/feed/fixtures.ts';
import { instructions } from '../../unit/renderer/runs-fixtures.ts';
import { vmName } from './bench.ts';
import { nthTask } from './scenes.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

export interface RecordedRun {
  readonly runId: string;
  readonly vm?: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** How many tasks have ended, of how many. */
  readonly done: number;
  readonly total: number;
  readonly state?: RunRecord['state'];
  readonly arguments?: Partial<RunArguments>;
  /** From 0; another seed gives other results. */
  readonly seed?: number;
  /** What is different about the nth task. */
  readonly change?: (index: number) => Partial<TaskRecord>;
}

/** Records a run with its tasks. Two of a hundred tasks are lost. */
export function recordRun(feed: Feed, options: RecordedRun): void {
  const { runId, vm = vmName, startedAt, done, total, state = 'finished', seed = 0, change } = options;
  const tasks = Array.from({ length: done }, (_, index): TaskRecord => {
    const began = startedAt + index * 2 * minuteMs;
    const plain = nthTask(index + seed * 3, { vm, runId });
    const isLost = index % 50 === 41;
    const message = 'openai.RateLimitError: Error code: 429 - You exceeded your current quota';
    return {
      ...plain,
      instruction: instructions[index % instructions.length] ?? null,
      startedAt: began,
      endedAt: began + (40 + ((index * 37) % 75)) * 1000,
      message: plain.outcome === 'exception' ? message : null,
      ...(isLost ? { outcome: 'lost', score: null, success: false } : {}),
      ...change?.(index),
    };
  });
  const scored = tasks.filter(({ score }) => score !== null);
  const succeeded = tasks.filter(({ success }) => success).length;
  const plain = runOf(runId);
  feed.commit({
    vm,
    at: Date.now(),
    runs: [
      {
        ...plain,
        vm,
        state,
        startedAt,
        lastEventAt: startedAt,
        endedAt: state === 'running' ? null : startedAt + done * 2 * minuteMs,
        totalTasks: total,
        tasksCompleted: done,
        succeeded,
        scored: scored.length,
        scoredSucceeded: succeeded,
        scoreSum: scored.reduce((sum, { score }) => sum + (score ?? 0), 0),
        log: 'container:winarena:/client/results/logs/normal-0-20260128.log',
        arguments: { ...plain.arguments, ...options.arguments },
        successThresholds: [1],
      },
    ],
    tasks: tasks.map((record) => ({ record, tell: false })),
  });
}

const models = ['gpt-4o', 'gpt-4o', 'claude-sonnet-4-20250514', 'o3'] as const;

/** Records this many runs, a day apart, with the oldest first. Their VMs are not all watched. */
export function recordHistory(feed: Feed, count: number, tasksEach = 12): void {
  for (let index = 0; index < count; index += 1) {
    const age = count - index;
    recordRun(feed, {
      runId: `run-${String(index).padStart(4, '0')}`,
      vm: index % 3 === 1 ? 'a-vm-of-three-weeks-ago' : vmName,
      startedAt: Date.now() - age * dayMs,
      done: index % 5 === 3 ? Math.floor(tasksEach / 2) : tasksEach,
      total: tasksEach,
      state: index % 5 === 3 ? 'crashed' : index % 7 === 4 ? 'interrupted' : 'finished',
      arguments: { agent: 'navi', model: models[index % models.length] ?? null },
      seed: index,
    });
  }
}

/** A finished run of 154 tasks, three weeks old, on a VM that is not watched any more. */
export const oldRun: RecordedRun = {
  runId: 'a-vm-of-three-weeks-ago-20260107-220312417',
  vm: 'a-vm-of-three-weeks-ago',
  startedAt: Date.now() - 21 * dayMs,
  done: 154,
  total: 154,
};

/** A run of the same tasks as `oldRun`, of yesterday, on another VM: better at some tasks, worse at fewer. */
export const newRun: RecordedRun = {
  runId: 'waa-eval-vm-20260127-225508318',
  startedAt: Date.now() - dayMs,
  done: 154,
  total: 154,
  arguments: { model: 'claude-sonnet-4-20250514' },
  change: (index) => {
    if (index % 10 === 1) return { outcome: 'scored', score: 1, success: true, message: null };
    if (index % 25 === 4) return { outcome: 'scored', score: 0, success: false, message: null };
    return {};
  },
};

/** Records both runs with this many tasks, of which each run has ended three alone. */
export function recordPair(feed: Feed, total = 154): void {
  recordRun(feed, { ...oldRun, done: total - 3, total });
  recordRun(feed, {
    ...newRun,
    ...{ done: total, total },
    change: (index) => ({
      ...newRun.change?.(index),
      ...(index < 3 ? { taskId: `another-task-${index}-WOS` } : {}),
      ...(index === 20 ? { attempt: 2 } : {}),
    }),
  });
}

/** Notes that the files of some tasks of a run are not kept, and why: `from` and `to` are places in the order of their ends. */
export function recordMissing(
  feed: Feed,
  runId: string,
  missing: readonly { readonly from: number; readonly to: number; readonly why: string }[],
): void {
  const tasks = feed.tasksOf(runId);
  for (const { from, to, why } of missing)
    feed.putKept(
      tasks.slice(from, to).map(({ domain, taskId, attempt }) => ({
        ...{ runId, domain, taskId, attempt, why },
        ...{ state: 'done', since: Date.now() - 3 * dayMs, clockOffsetMs: 0, files: [] },
      })),
    );
}
