/** What a run has come to so far. */
import { isEnded, type EndedAttempt } from './attempts.ts';
import type { RunState } from './model.ts';

export interface RunCounts {
  /** Tasks that are over: scored, with an exception, lost. Each counts once, however often it was tried. */
  readonly tasksCompleted: number;
  readonly succeeded: number;
  /** Tasks that have a score. */
  readonly scored: number;
  readonly scoreSum: number;
}

/** Of a task that was tried several times, the newest attempt that came to an end counts. */
export function countsOf(run: RunState): RunCounts {
  const newest = new Map<string, EndedAttempt>();
  for (const task of run.tasks) {
    if (isEnded(task) && task.outcome !== 'interrupted')
      newest.set(JSON.stringify([task.domain, task.taskId]), task);
  }
  const tasks = [...newest.values()];
  const scores = tasks.flatMap((task) => (task.score === null ? [] : [task.score]));
  const sum = scores.reduce((total, score) => total + score, 0);
  return {
    tasksCompleted: tasks.length + (run.unseenTasks ?? 0),
    succeeded: tasks.filter((task) => task.success).length,
    scored: scores.length,
    // Sums of decimal fractions: without the rounding, 0.1 + 0.2 would be told as 0.30000000000000004.
    scoreSum: Math.round(sum * 1e6) / 1e6,
  };
}
