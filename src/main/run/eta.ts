/** How long a run still takes, from the durations of its own tasks. */
import { countsOf } from './counts.ts';
import { isEnded } from './attempts.ts';
import type { RunState, TaskAttempt } from './model.ts';

/** From fewer tasks nothing follows. */
const minTasks = 2;
/** Tasks that took longer than this many medians say nothing about the next: the first one of a run downloads its models. */
const outlierMedians = 3;

/** Milliseconds until the last planned task is over; null where nothing can be said. */
export function remainingMs(run: RunState, nowMs: number): number | null {
  if (run.state !== 'running' || run.totalTasks === 0) return null;
  const durations = run.tasks.flatMap((task) =>
    isEnded(task) && task.outcome !== 'interrupted' ? durationMs(task) : [],
  );
  if (durations.length < minTasks) return null;
  const perTask = typicalMs(durations);
  const left = Math.max(0, run.totalTasks - countsOf(run).tasksCompleted);
  const running = run.tasks.filter((task) => !isEnded(task));
  const used = running.reduce(
    (sum, task) => sum + Math.min(perTask, Math.max(0, nowMs - (task.startedAt ?? nowMs))),
    0,
  );
  // Several workers share what is left.
  return Math.max(0, left * perTask - used) / Math.max(1, running.length);
}

/** Empty where the log does not tell both ends. */
export function durationMs(task: TaskAttempt): readonly number[] {
  if (task.startedAt === null || task.endedAt === null) return [];
  return [Math.max(0, task.endedAt - task.startedAt)];
}

/** The mean without outliers: the median alone would leave the long tasks out of account, the mean would believe the outliers. */
function typicalMs(durations: readonly number[]): number {
  const sorted = durations.toSorted((a, b) => a - b);
  // Of two, the shorter: the first task of a run is the one that is out of line.
  const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  const usual = sorted.filter((duration) => duration <= median * outlierMedians);
  return usual.reduce((sum, duration) => sum + duration, 0) / usual.length;
}
