/** Runs and their tasks as they are shown outside: snake_case, ISO 8601 in UTC, seconds. */
import type { RunOutcome, TaskOutcome } from '../../shared/stream.ts';
import type { StoredRun, TaskRecord } from '../feed/index.ts';

export interface RunView {
  readonly run_id: string;
  readonly vm: string;
  readonly state: RunOutcome;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  /** 0 while unknown. */
  readonly total_tasks: number;
  readonly tasks_completed: number;
  readonly succeeded: number;
  readonly score_sum: number;
  /** Mean score over tasks that were scored, 0..1; null where there are none. */
  readonly success_rate_evaluated: number | null;
  /** Score sum over all planned tasks; null while their number is unknown. */
  readonly success_rate_planned: number | null;
  readonly model: string | null;
  readonly agent: string | null;
  readonly max_steps: number | null;
  readonly dialect: string;
  readonly log: string;
  /** As the benchmark itself logged it at the end. */
  readonly average_score: number | null;
}

export interface TaskView {
  readonly run_id: string;
  readonly vm: string;
  readonly task_id: string;
  readonly domain: string | null;
  readonly attempt: number;
  /** Null while it runs. */
  readonly outcome: TaskOutcome | null;
  readonly success: boolean;
  readonly score: number | null;
  readonly steps: number;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly duration_seconds: number | null;
  readonly instruction: string | null;
  /** What an exception said. */
  readonly message: string | null;
  readonly worker: string;
  /** It had finished before BenchTray could see it. */
  readonly catch_up: boolean;
}

/** In the order in which a table shows them. */
export const taskColumns = [
  'run_id',
  'vm',
  'task_id',
  'domain',
  'attempt',
  'outcome',
  'success',
  'score',
  'steps',
  'started_at',
  'finished_at',
  'duration_seconds',
  'instruction',
  'message',
  'worker',
  'catch_up',
] as const satisfies readonly (keyof TaskView)[];

export function runView(run: StoredRun): RunView {
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
    success_rate_evaluated: run.tasksScored === 0 ? null : run.scoreSum / run.tasksScored,
    success_rate_planned: run.totalTasks === 0 ? null : run.scoreSum / run.totalTasks,
    model: run.arguments.model,
    agent: run.arguments.agent,
    max_steps: run.arguments.maxSteps,
    dialect: run.dialect,
    log: run.log,
    average_score: run.averageScore,
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

function isoTime(epochMs: number | null): string | null {
  return epochMs === null ? null : new Date(epochMs).toISOString();
}
