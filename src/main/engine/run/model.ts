/** The words of this room: what a log says, and what a run is made of. Plain JSON throughout, so that all of it can be stored. */
import type { TaskFault, TaskOutcome } from '../../../shared/stream-words.ts';
import type { FaultEvidence, Quote, Relief, SignName, SignRecord, Trace } from './faults/model.ts';

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
  /** Which part of a run that is shared out this process plays, 0 for the first. */
  readonly workerId: number | null;
  /** Among how many processes the tasks are shared out. */
  readonly workers: number | null;
  readonly trialId: string | null;
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
      /** How many of them are in each domain, where the log tells that; of all processes together. */
      readonly domains?: readonly DomainPlan[];
      /** How many of them are over by now, where the log says so: a log that was cut, or a run that goes on where one stopped. */
      readonly completedTasks?: number;
      /** How many more tasks the whole list has: they had a result before this start, which leaves them out. */
      readonly skippedTasks?: number;
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
  /** An agent that logs elsewhere has been given the task: this log is silent until its evaluation. */
  | { readonly type: 'task_handed_over'; readonly at: number | null; readonly worker: string }
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
      /** When it began, if the end tells that better than the start did. */
      readonly startedAt?: number;
      /** The line that tells of an exception. Missing: it raised none, or no line tells of it. */
      readonly line?: Quote;
    }
  /** What a line says about the model, the machine or the judge of a task. `worker` null: the line names no process. */
  | {
      readonly type: 'task_sign';
      readonly at: null;
      readonly worker: string | null;
      readonly sign: SignName;
      readonly quote: Quote;
      /** It holds for every running task, whichever process wrote the line. */
      readonly ofRun?: true;
    }
  /** What makes earlier signs void. */
  | {
      readonly type: 'task_relief';
      readonly at: null;
      readonly worker: string | null;
      readonly relief: Relief;
    }
  /** The agent is done with the task, and it is being judged. */
  | { readonly type: 'task_judged'; readonly at: null; readonly worker: string | null }
  /** The traceback of the exception by which the newest task of this worker ended. */
  | { readonly type: 'task_traced'; readonly at: null; readonly worker: string; readonly trace: Trace }
  | {
      /** A source that is more to be trusted than the log tells the score of a task that is over. */
      readonly type: 'task_corrected';
      readonly at: number | null;
      readonly taskId: string;
      readonly domain: string | null;
      /** Which attempt, where it is not the newest. */
      readonly attempt?: number;
      readonly outcome: 'scored' | 'exception';
      readonly score: number | null;
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

export interface DomainPlan {
  readonly domain: string;
  /** How many. */
  readonly tasks: number;
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
  /** The agent logs elsewhere, so silence means little. Missing: it logs its steps here. */
  readonly isHandedOver?: true;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** Null while it runs. */
  readonly outcome: TaskOutcome | null;
  readonly score: number | null;
  readonly success: boolean;
  readonly message: string | null;
  /** It raised an exception whose message is not known. Missing: the message is known, or it raised none. */
  readonly isUnexplained?: true;
  /** Signs of a fault. Missing: nothing was seen, or it has ended without an exception. */
  readonly seen?: SignRecord;
  /** Whose fault its end is. Missing: it runs, or a version of BenchTray without verdicts recorded it. */
  readonly fault?: TaskFault;
  /** The line that shows it; null: there is none. Missing: see `fault`, and `withoutTexts`. */
  readonly faultEvidence?: FaultEvidence | null;
}

/** An attempt that is over. */
export interface EndedAttempt extends TaskAttempt {
  readonly outcome: TaskOutcome;
}

/** One start of a run. */
export interface RunPart {
  /** The id that this start would have as a run of its own. */
  readonly runId: string;
  /** How many attempts there were before it. */
  readonly attemptsBefore: number;
  /** How many tasks of the run this start did not plan any more. */
  readonly tasksBefore: number;
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
  /** Tasks with a result of an earlier start, which this one left out. Missing where the log does not tell. */
  readonly skippedTasks?: number;
  readonly arguments: RunArguments;
  /** What is to be done in this run, as it was listed when it began; null where no list was. */
  readonly plan: readonly PlannedTask[] | null;
  /** How many tasks each domain has, where the log tells that. */
  readonly domainPlan: readonly DomainPlan[] | null;
  /** The longest silence between two events of this run, and the second longest; milliseconds. */
  readonly pauses: readonly [longestMs: number, secondMs: number];
  /** The starts that it is made of: one, and one more for each time that it went on where it had stopped. */
  readonly parts: readonly RunPart[];
  /** A run that has begun behind this one, which did not finish. What it plans decides whether it is this one going on, or another. */
  readonly next: RunState | null;
  /** In the order in which they began. */
  readonly tasks: readonly TaskAttempt[];
  readonly averageScore: number | null;
  /** Why it ended, where it did not end by itself. */
  readonly endMessage: string | null;
  /**
   * The success thresholds that decided its tasks, in the order of their first use. Several: the configuration changed during the run.
   * None: the benchmark decided by itself. Missing: an older version began the run.
   */
  readonly successThresholds?: readonly number[];
}

/** What happened to a run, in order. Each attempt ends exactly once. */
export type RunEffect =
  | { readonly type: 'run_started'; readonly run: RunState }
  | { readonly type: 'task_ended'; readonly task: EndedAttempt; readonly runId: string }
  /** The record of an attempt that had ended has changed. */
  | {
      readonly type: 'task_corrected';
      readonly task: EndedAttempt;
      readonly before: EndedAttempt;
      readonly runId: string;
    }
  | { readonly type: 'run_ended'; readonly run: RunState };

/** The result of folding one event. */
export interface RunStep {
  readonly run: RunState | null;
  readonly effects: readonly RunEffect[];
}

/** A fold into an existing run. */
export interface FoldStep extends RunStep {
  readonly run: RunState;
}
