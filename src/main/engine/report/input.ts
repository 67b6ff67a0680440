/** Input of a report. Runs and tasks have the fields and forms of the HTTP API. */
import type { EndedAttempt } from '../../../shared/attempts.ts';
import type { Screen } from '../../../shared/screens.ts';
import type { Scores } from '../../../shared/score-text.ts';
import type { RunMachine, SuccessThreshold } from '../../../shared/run-conditions.ts';
import type { RunOutcome } from '../../../shared/stream-words.ts';
import type { KeptFile, KeptTask, TimelineEvent } from '../feed/index.ts';

export interface ReportRun extends Scores {
  readonly run_id: string;
  readonly vm: string;
  readonly state: RunOutcome;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  /** 0 while unknown. */
  readonly total_tasks: number;
  readonly tasks_completed: number;
  readonly succeeded: number;
  readonly success_rate_planned: number | null;
  readonly agent: string | null;
  readonly model: string | null;
  readonly benchmark: string | null;
  readonly cost_usd: number | null;
  readonly machine: RunMachine | null;
  readonly success_threshold: SuccessThreshold | null;
  readonly max_steps: number | null;
  readonly dialect: string;
  readonly log: string;
  readonly average_score: number | null;
  readonly worker_id: number | null;
  readonly workers: number | null;
}

export interface ReportTask extends EndedAttempt {
  readonly steps: number;
  readonly duration_seconds: number | null;
  readonly started_at: string | null;
  /** Message of the exception. */
  readonly message: string | null;
  readonly catch_up: boolean;
}

/** Facts about a run, besides its figures. */
export interface ReportFacts {
  /** The result folder that the command line of the benchmark names. */
  readonly resultDir: string | null;
  /** Why the run ended, if it did not end by itself. */
  readonly endMessage: string | null;
}

/** The kept copies of screenshots. */
export interface KeptPictures {
  of(task: ReportTask): KeptTask | null;
  /** Returns the kept screenshots with the steps that the texts of the task tell. */
  screensOf(task: ReportTask): Promise<readonly Screen[]>;
  /** Returns null if the copy is missing or damaged. */
  read(file: KeptFile): Promise<Uint8Array | null>;
}

/** An error of the VM, or a time in which BenchTray did not hear it. */
export type Incident = Extract<TimelineEvent, { readonly kind: 'error' | 'silence' }>;

export interface ReportInput {
  readonly run: ReportRun;
  /** In the order in which they ended. */
  readonly tasks: readonly ReportTask[];
  readonly facts: ReportFacts;
  /** Incidents during the run and shortly before and after it, in the order in which they began. */
  readonly incidents: readonly Incident[];
  /** Errors before this time may be missing, epoch milliseconds; null: none are. */
  readonly incidentsFrom: number | null;
  readonly pictures: KeptPictures;
  /** Version of BenchTray. */
  readonly version: string;
  /** Epoch milliseconds. */
  readonly madeAtMs: number;
}
