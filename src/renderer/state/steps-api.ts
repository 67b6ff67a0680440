/** Reads what happened in the steps of a task. */
import type { ScreenMoment } from '../../shared/screens.ts';
import type { TaskOutcome } from '../../shared/stream.ts';
import { askJson } from './api.ts';
import type { Answer } from './answer.ts';
import type { LogPlace } from './log-api.ts';
import type { TaskRoute } from './route.ts';

/** One action of an agent, as `/api/runs/…/steps` answers it: the fields that the page reads. */
export interface Step {
  /** 0: before the first step. A step of several actions has several entries. */
  readonly step: number;
  readonly at: string | null;
  readonly elapsed_seconds: number | null;
  readonly thought: string | null;
  readonly action: string | null;
  readonly reward: number | null;
  readonly done: boolean | null;
  readonly screenshot: {
    readonly url: string;
    /** Before or after the action; null: nothing tells. An older server does not say. */
    readonly moment?: ScreenMoment | null;
  } | null;
  /** Bytes of the log of the run. */
  readonly log: LogPlace | null;
}

export interface AttemptSummary {
  readonly attempt: number;
  readonly outcome: TaskOutcome | null;
  readonly success: boolean;
  readonly score: number | null;
  readonly steps: number;
  readonly started_at: string | null;
  readonly finished_at: string | null;
}

export interface AttemptResult extends AttemptSummary {
  readonly duration_seconds: number | null;
  /** Message of the exception. */
  readonly message: string | null;
}

export interface OtherRunAttempt extends AttemptSummary {
  readonly run_id: string;
  readonly vm: string;
  readonly agent: string | null;
  readonly model: string | null;
}

/** An attempt's task as the journal has it: nothing of it needs to be kept. */
export interface TaskAttempts {
  readonly other_attempts: readonly AttemptSummary[];
  readonly same_task_in_other_runs: readonly OtherRunAttempt[];
}

export interface TaskSteps extends TaskAttempts {
  readonly instruction: string | null;
  /** Null while the attempt runs. */
  readonly result: AttemptResult | null;
  /** The exception that the trajectory itself tells of. */
  readonly error: string | null;
  readonly steps: readonly Step[];
  /** The file that tells the steps; null: only screenshots show them. */
  readonly source: string | null;
  readonly skipped_lines: number;
  readonly other_attempt_lines: number;
  readonly truncated: boolean;
  /** Why the kept copy has not all files of the attempt; null: it has. An older server does not say. */
  readonly missing?: string | null;
}

export type AskedAttempt = Pick<TaskRoute, 'runId' | 'taskId' | 'domain' | 'attempt'>;

export function readSteps(base: URL, asked: AskedAttempt, signal: AbortSignal): Promise<Answer<TaskSteps>> {
  return askJson<TaskSteps>(urlOf(base, asked, 'steps'), signal);
}

/** Reads the attempts at a task, in its run and in others. */
export function readAttempts(
  base: URL,
  asked: AskedAttempt,
  signal: AbortSignal,
): Promise<Answer<TaskAttempts>> {
  return askJson<TaskAttempts>(urlOf(base, asked, 'attempts'), signal);
}

function urlOf(base: URL, { runId, taskId, domain, attempt }: AskedAttempt, what: 'steps' | 'attempts'): URL {
  const path = ['api', 'runs', runId, 'tasks', taskId, what].map(encodeURIComponent).join('/');
  const url = new URL(`/${path}`, base);
  if (domain !== null) url.searchParams.set('domain', domain);
  if (attempt !== null) url.searchParams.set('attempt', String(attempt));
  return url;
}
