/** Writes one step of the world into the journal and says which events it amounts to. Told once, whatever is repeated. */
import { cutText, plainText } from '../../../shared/plain-text.ts';
import type { RecoveredPayload, TaskCompletePayload } from '../../../shared/stream.ts';
import type { Journal } from './journal.ts';
import type { FeedChange, JournalEvent, TaskRecord } from './model.ts';
import { withConditions } from './run-cost.ts';

export interface Written {
  readonly events: readonly JournalEvent[];
  /** Whether anything is new besides how far the log has been read. */
  readonly hasNews: boolean;
}

/** The record has the whole text. */
const longestMessage = 300;

/** In the order in which it is told: tasks, moments, what is over, what begins. To be called within a transaction. */
export function writeChange(journal: Journal, change: FeedChange): Written {
  const { events: table, history, marks, kept, spans } = journal;
  const { vm, at } = change;
  const events: JournalEvent[] = [];
  let hasNews = false;
  for (const run of change.runs ?? []) {
    const known = run.endedAt === null ? null : history.reader.run(run.runId);
    if (history.putRun(withConditions(run, known, marks.reader.heard(run.vm)), at)) hasNews = true;
  }
  for (const { record, tell } of change.tasks ?? []) {
    const data = tell ? taskComplete(record) : null;
    if (!history.putTask(record, data === null ? null : table.nextSeq())) continue;
    hasNews = true;
    if (record.outcome !== null) kept.want(record, vm, at);
    if (data !== null) events.push(table.add(vm, at, { type: 'task_complete', data }));
  }
  for (const record of change.corrected ?? []) {
    hasNews = true;
    history.correctTask(record);
    if (record.outcome !== null) kept.want(record, vm, at);
  }
  for (const data of change.moments ?? []) {
    events.push(table.add(vm, at, { type: 'error', data }));
    spans.addError(vm, at, data, true);
  }
  for (const { code, message, lastedMs } of change.ended ?? []) {
    const beganAt = marks.closeCondition(vm, code);
    if (beganAt === null) continue;
    const lasted = Math.max(0, lastedMs ?? at - beganAt);
    const data: RecoveredPayload = {
      message,
      vm,
      code,
      began_at: new Date(beganAt).toISOString(),
      lasted_seconds: lasted / 1000,
    };
    events.push(table.add(vm, at, { type: 'recovered', data }));
    spans.endError(vm, code, { at, lastedMs: lasted, message });
  }
  for (const condition of change.began ?? []) {
    if (!marks.openCondition(vm, condition)) continue;
    events.push(table.add(vm, at, { type: 'error', data: condition.error }));
    spans.addError(vm, condition.beganAt, condition.error, false);
  }
  if (change.follow !== undefined) marks.putFollow(vm, change.follow, at);
  return { events, hasNews: hasNews || events.length > 0 };
}

/** Returns the payload of `task_complete`; null for an attempt that still runs. */
export function taskComplete(task: TaskRecord): TaskCompletePayload | null {
  if (task.outcome === null) return null;
  const { startedAt, endedAt } = task;
  return {
    task_id: task.taskId,
    success: task.success,
    score: task.score,
    vm: task.vm,
    run_id: task.runId,
    domain: task.domain,
    attempt: task.attempt,
    steps: task.steps,
    // The clock of a VM may be set back during a task.
    duration_seconds: startedAt === null || endedAt === null ? null : Math.max(0, endedAt - startedAt) / 1000,
    outcome: task.outcome,
    ...(task.message === null ? {} : { message: cutText(plainText(task.message), longestMessage) }),
    ...(task.fault === undefined ? {} : { fault: task.fault, fault_evidence: task.faultEvidence ?? null }),
    finished_at: endedAt === null ? null : new Date(endedAt).toISOString(),
    catch_up: task.catchUp,
  };
}
