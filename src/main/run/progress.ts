/** What of a run goes out over the stream. */
import type { ProgressPayload, TaskCompletePayload } from '../../shared/stream.ts';
import { isEnded, type EndedAttempt } from './attempts.ts';
import { countsOf, talliesOf } from './counts.ts';
import { durationMs, remainingMs } from './eta.ts';
import type { RunState } from './model.ts';
import { runFigures } from './score-figures.ts';

/** The picture of a run at `nowMs` (UTC), on its own: its pool is put in where all runs are known. `stalled`: its log has been silent for too long, which only shows while it is on. */
export function progressOf(run: RunState, vm: string, nowMs: number, stalled: boolean): ProgressPayload {
  const counts = countsOf(run);
  // Of several workers, the one that began its task last.
  const current = run.state === 'running' ? run.tasks.findLast((task) => !isEnded(task)) : undefined;
  const etaMs = stalled ? null : remainingMs(run, nowMs);
  const elapsedMs = run.startedAt === null ? 0 : Math.max(0, (run.endedAt ?? nowMs) - run.startedAt);
  return {
    tasks_completed: counts.tasksCompleted,
    total_tasks: run.totalTasks,
    current_task: current?.taskId ?? null,
    current_step: current?.steps ?? 0,
    vm,
    run_id: run.runId,
    domain: current?.domain ?? null,
    max_steps: run.arguments.maxSteps,
    instruction: current?.instruction ?? null,
    succeeded: counts.succeeded,
    score_sum: counts.scoreSum,
    ...runFigures(counts, run.totalTasks),
    started_at: isoTime(run.startedAt),
    elapsed_seconds: Math.round(elapsedMs / 1000),
    eta_seconds: etaMs === null ? null : Math.round(etaMs / 1000),
    state: stalled && run.state === 'running' ? 'stalled' : run.state,
    domains: talliesOf(run),
    pool: null,
  };
}

/** `catchUp`: it had ended before it could be seen. */
export function taskCompleteOf(
  task: EndedAttempt,
  run: Pick<RunState, 'runId'>,
  vm: string,
  catchUp: boolean,
): TaskCompletePayload {
  const [duration] = durationMs(task);
  return {
    task_id: task.taskId,
    success: task.success,
    score: task.score,
    vm,
    run_id: run.runId,
    domain: task.domain,
    attempt: task.attempt,
    steps: task.steps,
    duration_seconds: duration === undefined ? null : duration / 1000,
    outcome: task.outcome,
    finished_at: isoTime(task.endedAt),
    catch_up: catchUp,
  };
}

function isoTime(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}
