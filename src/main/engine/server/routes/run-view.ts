/** Runs and their tasks as they are shown outside: snake_case, ISO 8601 in UTC, seconds. */
import type { Feed, StoredRun, TaskRecord } from '../../feed/index.ts';
import type { Problem } from '../http/problem.ts';
import { taskSchema, type RunView, type TaskView } from './answer-schemas.ts';

/** In the order in which a table shows them. */
export const taskColumns = Object.keys(taskSchema.shape) as (keyof TaskView)[];

export function runView(run: StoredRun, feed: Pick<Feed, 'poolOf'>): RunView {
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
    model: run.arguments.model,
    agent: run.arguments.agent,
    max_steps: run.arguments.maxSteps,
    dialect: run.dialect,
    log: run.log,
    average_score: run.averageScore,
    pool_id: feed.poolOf(run.runId)?.poolId ?? null,
    // Runs of older journals do not have them.
    worker_id: run.arguments.workerId ?? null,
    workers: run.arguments.workers ?? null,
  };
}

export function taskView(task: TaskRecord): TaskView {
  const { startedAt, endedAt } = task;
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
    started_at: isoTime(startedAt),
    finished_at: isoTime(endedAt),
    duration_seconds: startedAt === null || endedAt === null ? null : (endedAt - startedAt) / 1000,
    instruction: task.instruction,
    message: task.message,
    worker: task.worker,
    catch_up: task.catchUp,
  };
}

export function unknownRun(id: string): Problem {
  return { status: 404, detail: `There is no run ${JSON.stringify(id)}.` };
}

function isoTime(epochMs: number | null): string | null {
  return epochMs === null ? null : new Date(epochMs).toISOString();
}
