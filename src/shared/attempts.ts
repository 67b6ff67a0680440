/** Ended attempts at tasks, as far as the page and the report draw the same things from them. Pure. */
import type { TaskOutcome } from './stream-words.ts';

/** Tells a task from the others of its run. */
export interface TaskName {
  readonly task_id: string;
  readonly domain: string | null;
}

/** Fields of an attempt that the strip and the charts need. */
export interface EndedAttempt extends TaskName {
  readonly attempt: number;
  readonly outcome: TaskOutcome;
  readonly success: boolean;
  readonly score: number | null;
  /** ISO 8601. */
  readonly finished_at: string | null;
  readonly instruction: string | null;
}

/** Returns a text that is the same for attempts at the same task only. */
export const taskKey = ({ domain, task_id: taskId }: TaskName): string => JSON.stringify([domain, taskId]);

/** Returns one attempt for each task: of several, the newest that came to an end counts. Tasks that were only interrupted have none. */
export function countingAttempts<Attempt extends TaskName & Pick<EndedAttempt, 'outcome'>>(
  attempts: readonly Attempt[],
): readonly Attempt[] {
  const last = new Map<string, Attempt>();
  for (const attempt of attempts) if (attempt.outcome !== 'interrupted') last.set(taskKey(attempt), attempt);
  return [...last.values()];
}
