/** What folding an event gives besides the new state. */
import type { EndedAttempt } from './attempts.ts';
import type { RunState } from './model.ts';

/** What happened, in its order. Each attempt ends exactly once. */
export type RunEffect =
  | { readonly type: 'run_started'; readonly run: RunState }
  | { readonly type: 'task_ended'; readonly task: EndedAttempt; readonly runId: string }
  /** The record of an attempt that had ended is another from now on. */
  | {
      readonly type: 'task_corrected';
      readonly task: EndedAttempt;
      readonly before: EndedAttempt;
      readonly runId: string;
    }
  | { readonly type: 'run_ended'; readonly run: RunState };

export interface RunStep {
  readonly run: RunState | null;
  readonly effects: readonly RunEffect[];
}

/** A step of a run that is there. */
export interface FoldStep extends RunStep {
  readonly run: RunState;
}
