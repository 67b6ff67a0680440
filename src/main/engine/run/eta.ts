/** How long a run still takes, from what its own tasks have taken. */
import { isEnded } from './attempts.ts';
import { countsOf, talliesOf } from './counts.ts';
import type { EndedAttempt, RunState, TaskAttempt } from './model.ts';

/** From fewer tasks nothing follows. */
const minTasks = 3;
/** From so many tasks of one domain it is known what a task of this domain takes. */
const minTasksOfDomain = 3;
/** Tasks that took longer than this many medians say nothing about the next: the first one of a run downloads its models. */
const outlierMedians = 3;
/** How uncertain the mean may be (its standard error, as a part of it): beyond this a number would only mislead. */
const maxUncertainty = 0.5;

/** A task with the time from the end of the one before it: what happens between two tasks takes time as well. */
interface Cycle {
  readonly task: TaskAttempt;
  /** Epoch milliseconds. */
  readonly beganAt: number;
}

/** Milliseconds until the last planned task is over; null where nothing can be said. */
export function remainingMs(run: RunState, nowMs: number): number | null {
  if (run.state !== 'running' || run.totalTasks === 0) return null;
  const cycles = cyclesOf(run);
  const done = cycles.flatMap(({ task, beganAt }) =>
    isEnded(task) && task.endedAt !== null && (task.outcome === 'scored' || task.outcome === 'exception')
      ? [{ domain: task.domain, ms: Math.max(0, task.endedAt - beganAt) }]
      : [],
  );
  const usual = usualOf(done.map(({ ms }) => ms));
  if (usual.length < minTasks || uncertainty(usual) > maxUncertainty) return null;
  const perTaskMs = mean(usual);
  const running = cycles.filter(({ task }) => !isEnded(task));
  const usedMs = running.reduce(
    (sum, { beganAt }) => sum + Math.min(perTaskMs, Math.max(0, nowMs - beganAt)),
    0,
  );
  const workMs = workLeftMs(run, done, perTaskMs);
  return Math.max(0, workMs - usedMs) / workersAt(run, nowMs - perTaskMs);
}

function cyclesOf(run: RunState): readonly Cycle[] {
  const endedAt = new Map<string, number>();
  return run.tasks.flatMap((task) => {
    const before = endedAt.get(task.worker);
    if (task.endedAt !== null) endedAt.set(task.worker, task.endedAt);
    return task.startedAt === null
      ? []
      : [{ task, beganAt: Math.min(task.startedAt, before ?? task.startedAt) }];
  });
}

/** What the tasks that are left take, each after its own domain where that is known well enough. */
function workLeftMs(
  run: RunState,
  done: readonly { readonly domain: string | null; readonly ms: number }[],
  perTaskMs: number,
): number {
  const left = Math.max(0, run.totalTasks - countsOf(run).tasksCompleted);
  const domains = talliesOf(run).map((tally) => ({
    domain: tally.domain,
    left: Math.max(0, tally.total_tasks - tally.tasks_completed),
  }));
  if (domains.reduce((sum, domain) => sum + domain.left, 0) !== left) return left * perTaskMs;
  return domains.reduce((sum, domain) => {
    const own = usualOf(done.filter((task) => task.domain === domain.domain).map(({ ms }) => ms));
    return sum + domain.left * (own.length >= minTasksOfDomain ? mean(own) : perTaskMs);
  }, 0);
}

/** How many processes share what is left: those that are at a task now, or were a moment ago. */
function workersAt(run: RunState, sinceMs: number): number {
  const isBusy = (task: TaskAttempt): boolean =>
    !isEnded(task) || (isAlive(task) && (task.endedAt ?? 0) >= sinceMs);
  return Math.max(1, new Set(run.tasks.filter(isBusy).map(({ worker }) => worker)).size);
}

function isAlive(task: EndedAttempt): boolean {
  return task.outcome === 'scored' || task.outcome === 'exception';
}

/** Without outliers: the median alone would leave the long tasks out of account, the mean would believe the outliers. */
function usualOf(durationsMs: readonly number[]): readonly number[] {
  const sorted = durationsMs.toSorted((a, b) => a - b);
  // Of two, the shorter: the first task of a run is the one that is out of line.
  const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  return sorted.filter((duration) => duration <= median * outlierMedians);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard error of the mean, as a part of the mean. */
function uncertainty(values: readonly number[]): number {
  const average = mean(values);
  if (average === 0) return 0;
  const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / (values.length - 1);
  return Math.sqrt(variance / values.length) / average;
}
