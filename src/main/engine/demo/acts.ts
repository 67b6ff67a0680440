/** What can happen on the simulated machine. */
import type { RunRecord } from './run-records.ts';

/** An attempt at a task as it really ended: what a reader of the log has to find out. */
export interface EndedTask {
  readonly domain: string;
  readonly taskId: string;
  readonly instruction: string;
  /** Highest step number. */
  readonly steps: number;
  /** 0..1; null where the task raised. */
  readonly score: number | null;
  /** What the exception said; null where the task was scored. */
  readonly exception: string | null;
}

/** An action of the agent, as run.py records it after it. */
export interface RecordedStep {
  readonly domain: string;
  readonly taskId: string;
  /** 0: the state before the first one. */
  readonly step: number;
  /** Null: the state before the first step. */
  readonly action: string | null;
  readonly thought: string | null;
  readonly done: boolean;
}

export type Act =
  /** Text appended to the container's log. */
  | { readonly type: 'container_log'; readonly text: string }
  /** What the status page of the Windows set-up says; null: the page is gone, for Windows has been started. */
  | { readonly type: 'status_page'; readonly text: string | null }
  /** Windows has got its address. */
  | { readonly type: 'guest_up' }
  /** The benchmark server in Windows answers. */
  | { readonly type: 'server_ready' }
  /** What the last run left is wiped, and run.py begins. */
  | { readonly type: 'run_started'; readonly model: string }
  | { readonly type: 'run_log'; readonly records: readonly RunRecord[] }
  /** The benchmark has kept what happened in a step, with a picture of the screen. */
  | { readonly type: 'step_recorded'; readonly step: RecordedStep }
  /** The last lines of an attempt, and what they stand for. */
  | { readonly type: 'task_ended'; readonly records: readonly RunRecord[]; readonly task: EndedTask }
  /** The process is gone. */
  | { readonly type: 'run_ended' };

export interface PlayStep {
  /** Pause since the step before, at speed 1. */
  readonly afterMs: number;
  readonly act: Act;
}
