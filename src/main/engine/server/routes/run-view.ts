/** Runs and their tasks as they are shown outside: snake_case, ISO 8601 in UTC, seconds. */
import {
  machineOf,
  runCostUsd,
  type Feed,
  type Heard,
  type StoredRun,
  type TaskRecord,
} from '../../feed/index.ts';
import { noFaultFigures } from '../../run/index.ts';
import type { Problem } from '../http/problem.ts';
import { taskSchema, type RunView, type TaskView } from './run-schemas.ts';

/** In the order in which a table shows them. */
export const taskColumns = Object.keys(taskSchema.shape) as (keyof TaskView)[];

/** Returns the success threshold of a configured VM; null for any other VM. */
export type ThresholdOf = (vm: string) => number | null;

/** @param thresholdOf for runs of older versions, which did not record theirs */
export function runView(
  run: StoredRun,
  feed: Pick<Feed, 'poolOf' | 'heard'>,
  thresholdOf: ThresholdOf,
): RunView {
  const heard = feed.heard(run.vm);
  return {
    run_id: run.runId,
    vm: run.vm,
    state: run.state,
    started_at: isoTime(run.startedAt),
    ended_at: isoTime(run.endedAt),
    total_tasks: run.totalTasks,
    tasks_completed: run.tasksCompleted,
    succeeded: run.succeeded,
    score_sum: run.scoreSum,
    ...run.figures,
    // Runs of older journals do not have them.
    ...(run.verdicts ?? noFaultFigures),
    model: run.arguments.model,
    agent: run.arguments.agent,
    benchmark: run.benchmark,
    max_steps: run.arguments.maxSteps,
    dialect: run.dialect,
    log: run.log,
    average_score: run.averageScore,
    // The price may have become known after the run was written.
    cost_usd: run.costUsd ?? runCostUsd(run, heard),
    machine: machineView(run, heard),
    success_threshold: thresholdView(run, thresholdOf),
    pool_id: feed.poolOf(run.runId)?.poolId ?? null,
    // Runs of older journals do not have them.
    worker_id: run.arguments.workerId ?? null,
    workers: run.arguments.workers ?? null,
  };
}

function machineView({ machine: recorded }: StoredRun, heard: Heard | null): RunView['machine'] {
  const machine = recorded ?? machineOf(heard);
  if (machine === null) return null;
  const { size, isSpot, perHourUsd } = machine;
  return { size, is_spot: isSpot, per_hour_usd: perHourUsd, recorded: recorded !== undefined };
}

function thresholdView(
  { vm, successThresholds }: StoredRun,
  thresholdOf: ThresholdOf,
): RunView['success_threshold'] {
  if (successThresholds !== undefined) return { values: successThresholds, recorded: true };
  const present = thresholdOf(vm);
  return present === null ? null : { values: [present], recorded: false };
}

export function taskView(task: TaskRecord): TaskView {
  return {
    run_id: task.runId,
    vm: task.vm,
    task_id: task.taskId,
    domain: task.domain,
    attempt: task.attempt,
    outcome: task.outcome,
    success: task.success,
    score: task.score,
    steps: task.steps,
    started_at: isoTime(task.startedAt),
    finished_at: isoTime(task.endedAt),
    duration_seconds: durationSeconds(task),
    instruction: task.instruction,
    message: task.message,
    worker: task.worker,
    catch_up: task.catchUp,
    fault: task.fault ?? null,
    fault_evidence: task.faultEvidence ?? null,
  };
}

/** Null: one of its times is not known. */
export function durationSeconds({
  startedAt,
  endedAt,
}: Pick<TaskRecord, 'startedAt' | 'endedAt'>): number | null {
  return startedAt === null || endedAt === null ? null : (endedAt - startedAt) / 1000;
}

export function unknownRun(id: string): Problem {
  return { status: 404, detail: `There is no run ${JSON.stringify(id)}.` };
}

export function isoTime(epochMs: number | null): string | null {
  return epochMs === null ? null : new Date(epochMs).toISOString();
}
