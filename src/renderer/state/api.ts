/** Reads the recorded runs and their tasks. */
import type { RunMachine, SuccessThreshold } from '../../shared/run-conditions.ts';
import type { Scores } from '../../shared/score-text.ts';
import type { RunOutcome } from '../../shared/stream.ts';
import { ask, jsonOf, type Answer } from './answer.ts';
import type { RunRecord, TaskResult } from './model.ts';
import type { RunFilters } from './route.ts';

/** A recorded run, as `/api/runs` answers it: the fields that the page reads. */
export interface RunSummary extends Scores {
  readonly run_id: string;
  readonly vm: string;
  readonly state: RunOutcome;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  /** 0 while unknown. */
  readonly total_tasks: number;
  readonly tasks_completed: number;
  readonly succeeded: number;
  readonly agent: string | null;
  readonly model: string | null;
  /** An older server does not say. */
  readonly benchmark?: string | null;
  /** Cost of the VM while the run was on; null: no price is known. An older server does not say. */
  readonly cost_usd?: number | null;
  /** An older server does not say. */
  readonly machine?: RunMachine | null;
  /** An older server does not say. */
  readonly success_threshold?: SuccessThreshold | null;
  readonly max_steps: number | null;
  readonly dialect: string;
  readonly log: string;
  readonly average_score: number | null;
  readonly pool_id: string | null;
  readonly worker_id: number | null;
  readonly workers: number | null;
  /** How it differs from the comparable run before it; null: there is none. Only if it was asked for, and not of an older server. */
  readonly compared_with?: {
    readonly run_id: string;
    readonly improved: number;
    readonly regressed: number;
    readonly score_delta: number | null;
    readonly decisive: boolean;
  } | null;
}

/** An ended attempt with everything that is recorded about it. */
export interface TaskAttempt extends TaskResult {
  readonly instruction: string | null;
  readonly started_at: string | null;
  readonly worker: string;
  readonly catch_up: boolean;
}

/** Why something of a run is not kept on this machine. */
export interface MissingNote {
  /** A word for programs. */
  readonly why: string;
  readonly since: string | null;
  readonly text: string;
  /** The way out. */
  readonly hint: string | null;
}

/** The kept files of a run on this machine. */
export interface KeptOfRun {
  /** Ended attempts. */
  readonly with_screenshots: number;
  readonly with_steps: number;
  /** Null: nothing of the log. */
  readonly log_bytes: number | null;
  readonly missing: readonly MissingNote[];
}

export interface RunWithTasks extends RunSummary {
  /** An older server does not say. */
  readonly kept?: KeptOfRun | null;
  /** In the order in which they ended. */
  readonly tasks: readonly TaskAttempt[];
}

export interface RunsQuery extends Partial<RunFilters> {
  readonly before?: string | null;
  readonly limit?: number;
  /** Each run says how it differs from the one before. */
  readonly compare?: 'before';
}

/** Returns recorded runs, newest first. */
export async function listRuns(
  base: URL,
  query: RunsQuery,
  signal?: AbortSignal,
): Promise<Answer<readonly RunSummary[]>> {
  const url = new URL('/api/runs', base);
  for (const [name, value] of Object.entries(query) as [string, string | number | null | undefined][])
    if (value != null) url.searchParams.set(name, String(value));
  return askJson(url, signal);
}

export async function readRun(base: URL, runId: string, signal?: AbortSignal): Promise<Answer<RunWithTasks>> {
  type Task = Omit<TaskAttempt, 'outcome'> & { readonly outcome: TaskAttempt['outcome'] | null };
  type Told = RunSummary & { readonly tasks: readonly Task[] };
  const answer = await askJson<Told>(new URL(`/api/runs/${encodeURIComponent(runId)}`, base), signal);
  if (!answer.ok) return answer;
  const tasks = answer.value.tasks.flatMap((task) =>
    task.outcome === null ? [] : [{ ...task, outcome: task.outcome }],
  );
  return { ok: true, value: { ...answer.value, tasks } };
}

/** @throws when the server does not answer properly, or does not know the run (any more) */
export async function fetchRun(base: URL, runId: string): Promise<RunRecord> {
  const answer = await readRun(base, runId);
  if (!answer.ok) throw new Error(answer.problem.detail);
  const { tasks: results, run_id, ended_at, model, agent, tasks_completed, cost_usd = null } = answer.value;
  return { run_id, ended_at, model, agent, tasks_completed, cost_usd, results };
}

/** Reads an answer in JSON. */
export async function askJson<Value>(url: URL, signal: AbortSignal | undefined): Promise<Answer<Value>> {
  const answer = await ask(url, {
    headers: { Accept: 'application/json' },
    ...(signal === undefined ? {} : { signal }),
  });
  return jsonOf(answer, signal);
}
