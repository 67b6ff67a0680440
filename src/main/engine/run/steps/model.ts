/** The words of this room: what an agent did in one attempt at a task, whatever its benchmark writes. */

import type { ScreenMoment, TaskText } from '../../../../shared/screens.ts';

/** One action of the agent. A step of several actions has several entries with the same number. */
export interface Step {
  /** 0: the state before the first step. */
  readonly step: number;
  /** Epoch milliseconds; null: not known. */
  readonly at: number | null;
  /** Since the attempt began. */
  readonly elapsedSeconds: number | null;
  /** What the agent thought or said. Without secrets and control characters, as all texts here. */
  readonly thought: string | null;
  /** Code or JSON; null: there is none. */
  readonly action: string | null;
  readonly reward: number | null;
  /** Whether the benchmark took the task for over after this action. */
  readonly done: boolean | null;
  /** Name of the screenshot's file; null: the texts do not name one. */
  readonly screenshot: string | null;
}

/** What the texts of an attempt say. */
export interface StepsReading {
  /** In the order in which they happened. */
  readonly steps: readonly Step[];
  /** Null: the texts do not have it. */
  readonly instruction: string | null;
  /** What an exception said that ended the attempt. */
  readonly error: string | null;
  /** How many lines or parts were left out, because their form is not known. */
  readonly skippedLines: number;
  /** How many lines are of other attempts, or may be. */
  readonly otherAttemptLines: number;
  /** A text is longer than what was read of it, or has more steps than are kept. */
  readonly isCut: boolean;
  /** Name of the file that the steps are from; null: no text has any. */
  readonly source: string | null;
  /** When the screenshots of the steps were taken; null: the texts do not tell. */
  readonly screenMoment: ScreenMoment | null;
}

/** What must be told of the attempt to tell its steps from those of others. */
export interface StepsContext {
  /** Added to a local time in the texts (read as UTC) to get epoch milliseconds. */
  readonly clockOffsetMs: number;
  /** When the attempt began, epoch milliseconds; null: not known. */
  readonly startedAt: number | null;
  /** Whether a time is that of this attempt, and not of another one at the same task. */
  readonly isOfAttempt: (atMs: number) => boolean;
  /** Another attempt at the task may have written into the same folder. */
  readonly hasOthers: boolean;
}

/**
 * What one reader makes of one file: steps without what depends on the attempt. Readers are generators that pause after each piece of
 * work of at most some milliseconds, so that a long file never blocks the event loop.
 */
export type StepReader = (file: TaskText, files: readonly TaskText[]) => Generator<undefined, RawReading>;

/** A step as its file tells it: its texts may still hold secrets and control characters. */
export interface RawStep extends Omit<Step, 'at' | 'elapsedSeconds'> {
  readonly time: StepTime | null;
}

/** A time in a file: on the clock of the writer's zone ("20260128@225512", read as UTC), or absolute. */
export type StepTime = { readonly localMs: number } | { readonly epochMs: number };

/** What a file tells, as it tells it. */
export interface RawReading {
  readonly steps: readonly RawStep[];
  readonly instruction: string | null;
  readonly error: string | null;
  readonly skippedLines: number;
  readonly isCut: boolean;
  /** When the screenshots were taken; null: the file does not tell. */
  readonly screenMoment: ScreenMoment | null;
}
