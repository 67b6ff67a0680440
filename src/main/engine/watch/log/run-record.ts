/** What of a run is written into its record in the history. Pure. */
import type { RunRecord, TaskRecord } from '../../feed/index.ts';
import { countsOf, type EndedAttempt, type RunState } from '../../run/index.ts';

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
