/** What of a run goes out over the stream. */
import type { ProgressPayload } from '../../../shared/stream.ts';
import { isEnded } from './attempts.ts';
import { countsOf, faultsOf, talliesOf } from './counts.ts';
import { remainingMs } from './eta.ts';
import type { RunState, TaskAttempt } from './model.ts';
import { runFigures } from './score-figures.ts';

/** Time of the last news of a run: on the timeline of its log, and by the wall clock. Epoch milliseconds. */
export interface LastHeard {
  readonly runMs: number;
  readonly wallMs: number;
}

/**
 * Returns the picture of a run on its own: the feed adds its pool.
 * @param nowMs on the timeline of its log; epoch milliseconds
 * @param stalled its log has been silent for too long, which only shows while it is on
 * @param lastHeard given while nothing is heard of it: its figures stand as they were then
 */
export function progressOf(
  run: RunState,
  vm: string,
  nowMs: number,
  stalled: boolean,
  lastHeard: LastHeard | null = null,
): ProgressPayload {
  const counts = countsOf(run);
  const current = attemptOn(run);
  const frozen = run.state === 'running' ? lastHeard : null;
  const etaMs = stalled || frozen !== null ? null : remainingMs(run, nowMs);
  const untilMs = run.endedAt ?? frozen?.runMs ?? nowMs;
  const elapsedMs = run.startedAt === null ? 0 : Math.max(0, untilMs - run.startedAt);
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
    ...faultsOf(run),
    started_at: isoTime(run.startedAt),
    elapsed_seconds: Math.round(elapsedMs / 1000),
    eta_seconds: etaMs === null ? null : Math.round(etaMs / 1000),
    as_of: isoTime(frozen?.wallMs ?? null),
    state: stalled && run.state === 'running' ? 'stalled' : run.state,
    domains: talliesOf(run),
    pool: null,
  };
}

/** Returns the attempt that is on: of several workers, the one that began its task last; null: none is. */
export function attemptOn(run: RunState): TaskAttempt | null {
  if (run.state !== 'running') return null;
  return run.tasks.findLast((task) => !isEnded(task)) ?? null;
}

function isoTime(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}
