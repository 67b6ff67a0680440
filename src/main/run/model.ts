/** The words of this room: what a log says, and what a run is made of. Plain JSON throughout, so that all of it can be stored. */
import type { TaskOutcome } from '../../shared/stream.ts';

/** One complete line of a log, without its line end. Offsets are bytes from the start of the file. */
export interface LogLine {
  readonly text: string;
  readonly offset: number;
  /** First byte after the line and its line end: where reading may resume. */
  readonly end: number;
}

/** What a reader must be told from outside, because a pure function has no clock. All milliseconds. */
export interface ReadContext {
  /** Added to a time written in the log (read as UTC) to get true UTC: time zone of the writer, and how wrong its clock is. */
  readonly clockOffsetMs: number;
  /** Now for a live line, the log's last modification for an old one: gives a bare "06:12:34" its date. */
  readonly referenceTimeMs: number;
}

/** Arguments of a run, as far as the log or the process tells them. */
export interface RunArguments {
  readonly maxSteps: number | null;
  readonly model: string | null;
  readonly agent: string | null;
  readonly resultDir: string | null;
  readonly emulatorIp: string | null;
}

/**
 * What the lines of a log mean. `at` is epoch milliseconds (UTC), null where the log tells no time.
 * `worker` is the process name of the record ("MainProcess"): lines of several processes interleave, and most carry no task id.
 */
export type RunEvent =
  | {
      readonly type: 'run_started';
      readonly at: number | null;
      readonly dialect: string;
      /** Tells this run from every other in its log, and is the same on every reading: "20260128-225508318", or "offset-0". */
      readonly key: string;
    }
  | {
      readonly type: 'run_planned';
      readonly at: number | null;
      /** How many tasks this process has to do. A later, more exact plan replaces an earlier one. */
      readonly totalTasks: number;
      readonly tasks: readonly PlannedTask[] | null;
      /** How many of them are over by now, where the log says so: a log that was cut, or a run that goes on where one stopped. */
      readonly completedTasks?: number;
    }
  | { readonly type: 'run_arguments'; readonly at: number | null; readonly arguments: Partial<RunArguments> }
  | {
      readonly type: 'task_started';
      readonly at: number | null;
      readonly worker: string;
      readonly domain: string | null;
      readonly taskId: string;
    }
  | {
      readonly type: 'task_instruction';
      readonly at: number | null;
      readonly worker: string;
      readonly text: string;
    }
  | { readonly type: 'task_step'; readonly at: number | null; readonly worker: string; readonly step: number }
  | {
      readonly type: 'task_ended';
      readonly at: number | null;
      readonly worker: string;
      /** Null: the task that this worker is at. */
      readonly taskId: string | null;
      readonly domain: string | null;
      readonly outcome: TaskOutcome;
      readonly score: number | null;
      /** The benchmark's own PASS/FAIL; null where it gives none. */
      readonly verdict: boolean | null;
      /** What an exception said, one line. */
      readonly message: string | null;
    }
  | {
      readonly type: 'run_ended';
      readonly at: number | null;
      readonly state: 'finished' | 'interrupted' | 'crashed';
      /** "Average score" as logged, over tasks that did not raise. */
      readonly averageScore: number | null;
      readonly message: string | null;
    };

export interface PlannedTask {
  readonly domain: string;
  readonly taskId: string;
}

/** One attempt at one task. */
export interface TaskAttempt {
  readonly taskId: string;
  readonly domain: string | null;
  /** 1 for the first attempt within its run. */
  readonly attempt: number;
  readonly worker: string;
  readonly instruction: string | null;
  /** Highest step number seen. */
  readonly steps: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** Null while it runs. */
  readonly outcome: TaskOutcome | null;
  readonly score: number | null;
  readonly success: boolean;
  readonly message: string | null;
}

/** All that is known of one run. */
export interface RunState {
  readonly runId: string;
  readonly dialect: string;
  readonly state: 'running' | 'finished' | 'crashed' | 'interrupted';
  readonly startedAt: number | null;
  /** Time of the newest event. */
  readonly lastEventAt: number | null;
  readonly endedAt: number | null;
  readonly totalTasks: number;
  /** Tasks that are over by the log's own count without their end being in it. None where missing. */
  readonly unseenTasks?: number;
  readonly arguments: RunArguments;
  /** In the order in which they began. */
  readonly tasks: readonly TaskAttempt[];
  readonly averageScore: number | null;
  /** Why it ended, where it did not end by itself. */
  readonly endMessage: string | null;
}
