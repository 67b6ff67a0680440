/** What is written into the journal → what hooks are given. */
import type { JournalEvent, StoredRun } from '../feed/index.ts';
import type { HookMessage, RunEndPayload } from './model.ts';
import { eventText, runEndText } from './text.ts';

/**
 * Null for a task that had ended before BenchTray could see it (`catch_up`): on first sight of a run there may be hundreds,
 * and none of them is news. They count in the `run_end`.
 */
export function eventMessage(event: JournalEvent): HookMessage | null {
  if (event.type === 'task_complete' && event.data.catch_up) return null;
  const { type, id, at, vm, data } = event;
  return { event: type, id, timestamp: isoTime(at), vm, data, text: eventText(event) };
}

export function runEndMessage(run: StoredRun, nowMs: number): HookMessage {
  const data = runEndPayload(run);
  return {
    event: 'run_end',
    id: `${run.runId}-end`,
    timestamp: isoTime(run.endedAt ?? nowMs),
    vm: run.vm,
    data,
    text: runEndText(data),
  };
}

/** @param vm whose events the hook gets; '': of no VM */
export function testMessage(vm: string, nowMs: number): HookMessage {
  const message = 'This is a test of BenchTray. Nothing has happened.';
  return {
    event: 'test',
    id: `test-${nowMs}`,
    timestamp: isoTime(nowMs),
    vm,
    data: { message },
    text: message,
  };
}

function runEndPayload(run: StoredRun): RunEndPayload {
  const { startedAt, endedAt } = run;
  return {
    vm: run.vm,
    run_id: run.runId,
    state: run.state,
    tasks_completed: run.tasksCompleted,
    total_tasks: run.totalTasks,
    succeeded: run.succeeded,
    score_sum: run.scoreSum,
    ...run.figures,
    started_at: startedAt === null ? null : isoTime(startedAt),
    ended_at: endedAt === null ? null : isoTime(endedAt),
    elapsed_seconds:
      startedAt === null || endedAt === null ? null : Math.max(0, (endedAt - startedAt) / 1000),
    detail: run.endMessage,
  };
}

function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
