/** What of a run is written into its record in the history, and what is kept of it beside the place in the log. Pure. */
import type { RunRecord, TaskRecord } from '../../feed/index.ts';
import { countsOf, isEnded, type EndedAttempt, type RunState } from '../../run/index.ts';

/** @param log name of the log in the journal */
export function recordOf(run: RunState, vm: string, log: string): RunRecord {
  const { tasks: _t, plan: _p, domainPlan: _d, pauses: _u, parts: _s, next: _n, ...rest } = run;
  return { ...rest, ...countsOf(run), vm, log };
}

/** Whether the record of the run says something else, besides the time of its last event and what comes with its tasks. */
export function isOtherRecord(run: RunState | null, written: RunState | null): boolean {
  if (run === null || written === null) return run !== written;
  return (
    run.runId !== written.runId ||
    run.state !== written.state ||
    run.totalTasks !== written.totalTasks ||
    run.unseenTasks !== written.unseenTasks ||
    run.arguments !== written.arguments
  );
}

export function isSameAttempt(record: TaskRecord, task: EndedAttempt): boolean {
  return record.taskId === task.taskId && record.domain === task.domain && record.attempt === task.attempt;
}

/**
 * Of tasks that are over, the long texts stand in the history: without them the state of a run is small enough to be written with each
 * event.
 */
export function withoutTexts(run: RunState): RunState {
  const isLong = (task: RunState['tasks'][number]): boolean =>
    isEnded(task) && (task.instruction !== null || task.message !== null);
  if (!run.tasks.some(isLong)) return run;
  return {
    ...run,
    tasks: run.tasks.map((task) => (isLong(task) ? { ...task, instruction: null, message: null } : task)),
  };
}
