/** The tasks of a run by their places in its log. Pure. */
import type { TaskAttempt } from '../../state/api.ts';
import type { LoggedAttempt } from '../../state/log-api.ts';
import type { LoggedTask } from '../../state/route.ts';
import { resultInWords } from '../results/result-rows.ts';

export interface TaskChoice {
  readonly attempt: LoggedAttempt;
  /** "12. Open Notepad … (failed)" */
  readonly label: string;
}

const mostCharacters = 70;

/** Returns the attempts in the order of the log. @param results in the order in which they ended */
export function taskChoices(
  attempts: readonly LoggedAttempt[],
  results: readonly TaskAttempt[],
): readonly TaskChoice[] {
  return attempts.map((attempt, index) => {
    const result = results.find((one) => isSame(attempt, one));
    const text = result?.instruction ?? attempt.task_id;
    const name = text.length > mostCharacters ? `${text.slice(0, mostCharacters - 1)}…` : text;
    const nth = attempt.attempt > 1 ? `, attempt ${attempt.attempt}` : '';
    const word =
      result === undefined ? (attempt.attempt === 0 ? 'running' : 'not counted') : resultInWords(result).word;
    return { attempt, label: `${index + 1}. ${name} (${word.toLowerCase()}${nth})` };
  });
}

/** Returns the attempt that a place of the log belongs to; null: none. Those of several workers overlap: the newest counts. */
export function attemptAt(choices: readonly TaskChoice[], byte: number | null): TaskChoice | null {
  if (byte === null) return null;
  return choices.findLast(({ attempt: { from, to } }) => from <= byte && byte < to) ?? null;
}

/** Returns where a link to an attempt leads: to its error, or else to its beginning. Null: its place is not known. */
export function targetOf(attempts: readonly LoggedAttempt[], task: LoggedTask): number | null {
  const found = attempts.findLast(
    ({ task_id: id, domain, attempt }) =>
      id === task.taskId &&
      (task.domain === null || domain === task.domain) &&
      (task.attempt === null || attempt === task.attempt),
  );
  return found === undefined ? null : (found.error ?? found).from;
}

function isSame(logged: LoggedAttempt, result: Pick<TaskAttempt, 'task_id' | 'domain' | 'attempt'>): boolean {
  return (
    logged.task_id === result.task_id && logged.domain === result.domain && logged.attempt === result.attempt
  );
}
