/** Attempts to compare runs by; a test names only what it is about. */
import type { TaskAttempt } from '../../../src/main/engine/run/model.ts';

/** An attempt that was scored, and passed if its score is 1. */
export function attemptAt(taskId: string, changes: Partial<TaskAttempt> = {}): TaskAttempt {
  const score = changes.score === undefined ? 1 : changes.score;
  return {
    taskId,
    domain: 'notepad',
    attempt: 1,
    worker: 'MainProcess',
    instruction: null,
    steps: 7,
    startedAt: 0,
    endedAt: 12_500,
    outcome: 'scored',
    success: score === 1,
    message: null,
    ...changes,
    score,
  };
}

/** One attempt for each score, at tasks `t0`, `t1`, … */
export function attemptsWith(scores: readonly (number | null)[]): TaskAttempt[] {
  return scores.map((score, index) =>
    attemptAt(`t${index}`, { score, ...(score === null ? { outcome: 'exception' as const } : {}) }),
  );
}
