/**
 * What a benchmark leaves in the folder of a task while it works on it: screenshots, and texts that say what the agent did. This is how
 * both are asked for, on the VM that has them or from a copy, and what comes back.
 */
import type { Result } from './result.ts';

/** One attempt at a task, as far as its files can be found by it. Times are epoch milliseconds, null where they are not known. */
export interface ScreenTask {
  readonly vm: string;
  readonly runId: string;
  /** The run's log as the journal names it: "container:winarena:/client/results/logs/normal-0-….log". */
  readonly log: string;
  /** As the run was told: "./results". */
  readonly resultDir: string | null;
  readonly domain: string | null;
  readonly taskId: string;
  readonly attempt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** Screenshots from before this time belong to an earlier attempt at the task, of this run or another; null: there is none. */
  readonly notBefore: number | null;
  /** Screenshots from this time on belong to a later attempt; null: there is none. */
  readonly notFrom: number | null;
}

/** Whether a screenshot shows the screen before or after the action of its step. */
export type ScreenMoment = 'before' | 'after';

export interface Screen {
  /** Name of the file, unique within its task. */
  readonly name: string;
  /** As the name counts, which may be from 0 where the texts count from 1. 0: before the first step. Null: the name does not tell. */
  readonly step: number | null;
  /** Missing: nothing tells. */
  readonly moment?: ScreenMoment;
  /** Epoch milliseconds. */
  readonly takenAt: number;
  readonly sizeBytes: number;
  /** In pixels. Missing: not known before the picture is there. */
  readonly size?: { readonly width: number; readonly height: number } | null;
  /** It is on this machine, so that the VM need not be asked for it. */
  readonly isKept?: boolean;
}

/** A text of a task's folder: its trajectory, or what a benchmark writes beside it. */
export interface TaskText {
  /** Name of the file: "traj.jsonl". */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** The file is longer than these bytes. */
  readonly isCut: boolean;
  /** When the file was last written to; epoch milliseconds. */
  readonly modifiedAt: number;
}

/** The texts of an attempt, and what is needed to read them. */
export interface TaskTexts {
  readonly texts: readonly TaskText[];
  /** The screenshots that lie beside them, in the order of their steps. */
  readonly screens: readonly Screen[];
  /** Added to a local time in the texts (read as UTC) to get epoch milliseconds. */
  readonly clockOffsetMs: number;
  /** Why a kept copy has not all files of the attempt, for a person; missing: it has, or there is no copy. */
  readonly missing?: string | null;
}

export interface ScreensProblem {
  readonly kind:
    /** There is no connection to the VM now. */
    | 'disconnected'
    /** There is no such picture, or no folder of this task any more. */
    | 'absent'
    | 'too-big'
    /** The VM does not answer in time. */
    | 'late'
    /** Too many are waiting for pictures of this VM. */
    | 'busy'
    /** What came is not the whole picture. */
    | 'broken';
  /** One or two sentences for a person. */
  readonly detail: string;
}

/** What can be asked about the files of a task. */
export interface Screens {
  /** In the order of their steps. */
  list(task: ScreenTask, signal: AbortSignal): Promise<Result<readonly Screen[], ScreensProblem>>;
  /** @param name one of those that {@link Screens.list} tells; any other is absent */
  read(task: ScreenTask, name: string, signal: AbortSignal): Promise<Result<Uint8Array, ScreensProblem>>;
  /**
   * The texts that say what the agent did. A trajectory may hold other attempts, too: the times in it tell which lines are of this one
   * ({@link isInAttempt}). An attempt that left only screenshots has no texts, which is no problem.
   */
  texts(task: ScreenTask, signal: AbortSignal): Promise<Result<TaskTexts, ScreensProblem>>;
}

/** A file may be written a moment before the log reports its task, or after it reported its end. */
const aroundMs = 30_000;

/**
 * Returns whether something happened in an attempt. Other attempts and other runs write into the same folder, so the time decides whose
 * a file is, or a line of one.
 * @param atMs epoch milliseconds
 */
export function isInAttempt(atMs: number, task: ScreenTask): boolean {
  const { endedAt, notFrom } = task;
  return (
    isAfterStart(atMs, task) &&
    atMs <= (endedAt ?? Number.POSITIVE_INFINITY) + aroundMs &&
    atMs < (notFrom ?? Number.POSITIVE_INFINITY)
  );
}

/** Returns whether something happened in an attempt or later. */
export function isAfterStart(atMs: number, { startedAt, notBefore }: ScreenTask): boolean {
  return (
    atMs >=
    Math.max((startedAt ?? Number.NEGATIVE_INFINITY) - aroundMs, notBefore ?? Number.NEGATIVE_INFINITY)
  );
}

/** WAA: `screenshot-step_3_20260128@225520.png`, `…-step_reset_….png` for the state before; OSWorld: `step_3_20260128@225520123456.png`. */
export function stepOf(name: string): number | null {
  const [, step] = /(?:^|[^A-Za-z])step_(reset|\d{1,6})(?=[_.])/.exec(name) ?? [];
  if (step === undefined) return null;
  return step === 'reset' ? 0 : Number(step);
}

/** Returns whether a screenshot shows the state before the first step, however the benchmark counts. */
export function isReset(name: string): boolean {
  return /(?:^|[^A-Za-z])step_reset(?=[_.])/.test(name);
}

/** Returns "After step 3", or "Step 3" if nothing tells the moment. @param step 0: before the first one */
export function screenPlaceText(step: number, moment: ScreenMoment | null): string {
  if (step === 0) return 'Before the first step';
  return moment === null ? `Step ${step}` : `${moment === 'before' ? 'Before' : 'After'} step ${step}`;
}

/** Compares screenshots by their steps; those whose step is not known come last. */
export function byStep(a: Screen, b: Screen): number {
  const last = Number.MAX_SAFE_INTEGER;
  return (a.step ?? last) - (b.step ?? last) || a.takenAt - b.takenAt || (a.name < b.name ? -1 : 1);
}
