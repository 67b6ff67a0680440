/** What a result file says of a task, taken into the run. It wins over the log, which may have said nothing or something else. */
import {
  addAttempt,
  endAttempt,
  isEnded,
  newestAttempt,
  replaceAttempt,
  updateAttempt,
  withResult,
} from './attempts.ts';
import type { EndedAttempt, RunEvent, RunState, TaskAttempt } from './model.ts';

/** Dialect of a run of which only its result files are seen. */
export const resultsDialect = 'results';
/** In the place of a process, for tasks of which no log tells. */
export const resultsWorker = 'results';

/** Without an attempt one is added, one that is on is ended by it, one that is over is changed. */
export function correctTask(
  run: RunState,
  event: Extract<RunEvent, { type: 'task_corrected' }>,
  successThreshold: number,
): { readonly run: RunState; readonly task: EndedAttempt; readonly before: EndedAttempt | null } {
  const { at, taskId, domain, attempt, outcome, score, message } = event;
  const result = { outcome, score, success: score !== null && score >= successThreshold, message };
  const found =
    run.tasks.find((task) => task.attempt === attempt && isOf(task, taskId, domain)) ??
    newestAttempt(run, taskId, domain);
  if (found !== undefined && isEnded(found)) {
    const task = withResult(found, result);
    return { run: replaceAttempt(run, found, task), task, before: found };
  }
  const begun = found === undefined ? addUnlogged(run, taskId, domain) : run;
  const open = found ?? begun.tasks.at(-1);
  if (open === undefined) throw new Error('an attempt that was just added is not there');
  return { ...endAttempt(begun, open, { at, domain, ...result }), before: null };
}

function isOf(task: TaskAttempt, taskId: string, domain: string | null): boolean {
  return task.taskId === taskId && (task.domain ?? domain) === (domain ?? task.domain);
}

function addUnlogged(run: RunState, taskId: string, domain: string | null): RunState {
  const begun = addAttempt(run, { type: 'task_started', at: null, worker: resultsWorker, domain, taskId });
  // It may be one of those that the log only counts.
  const unseen = run.unseenTasks ?? 0;
  return unseen > 0 ? { ...begun, unseenTasks: unseen - 1 } : begun;
}

/**
 * The log comes to a task that its result file had told before: not another attempt, but the beginning of that one. Null where there is
 * no such attempt.
 */
export function adoptAttempt(
  run: RunState,
  event: Extract<RunEvent, { type: 'task_started' }>,
): { readonly run: RunState; readonly task: EndedAttempt; readonly before: EndedAttempt } | null {
  const { at, taskId, domain, worker } = event;
  const before = newestAttempt(run, taskId, domain);
  if (before?.worker !== resultsWorker || worker === resultsWorker || !isEnded(before)) return null;
  // A line without a time belongs to the attempt in the file, until another line names the task again.
  if (at !== null && at > (before.endedAt ?? 0)) return null;
  const task: EndedAttempt = { ...before, worker, startedAt: at };
  return { run: updateAttempt(run, before, task), task, before };
}
