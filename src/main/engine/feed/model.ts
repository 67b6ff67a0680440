/** The words of this room: what is written into the journal, and what is handed to those who listen. */
import type {
  Cost,
  ErrorPayload,
  JournalPayload,
  ProgressPayload,
  StateCode,
  StatusPayload,
} from '../../../shared/stream.ts';
import type { CollectorState } from '../run/faults/collect.ts';
import type { RunState, TaskAttempt } from '../run/model.ts';
import type { FaultFigures, ScoreCounts } from '../run/score-figures.ts';
import type { StartLog } from '../run/start-log.ts';

/** A journal event in its place in the order of things. */
export type JournalEvent = JournalPayload & {
  /** Position in the journal, strictly increasing, never used twice. */
  readonly seq: number;
  /** `<journal>-<seq>`: what goes out as the event's id. */
  readonly id: string;
  readonly vm: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** `data` as JSON, as it is written and goes out. */
  readonly json: string;
};

/** A journal event as it is written, for those who only pass it on. */
export type EventText = Pick<JournalEvent, 'seq' | 'id' | 'type' | 'json'>;

/** What a subscriber is told, always after it has been written. */
export type FeedEvent =
  | { readonly kind: 'journal'; readonly event: JournalEvent }
  /** The list of watched VMs has changed. */
  | { readonly kind: 'vms'; readonly names: readonly string[] }
  | {
      readonly kind: 'status';
      readonly vm: string;
      readonly data: StatusPayload;
      /** True when phase, connected or waa_ready differ from before: goes out at once, not at the next interval. */
      readonly urgent: boolean;
    }
  | {
      readonly kind: 'progress';
      readonly vm: string;
      readonly data: ProgressPayload;
      readonly urgent: boolean;
    };

/** Where the reading of one log stands. Written together with the events that the reading gave. */
export interface FollowState {
  /** "host:/tmp/waa_benchmark.log" or "container:winarena:/client/results/logs/normal-0-….log". */
  readonly log: string;
  /** Hash of the first bytes: tells a new log under an old name. */
  readonly fingerprint: string;
  /** How many of the first bytes the fingerprint covers. */
  readonly fingerprintBytes: number;
  /** First byte that has not been read yet; always just behind a complete line. */
  readonly offset: number;
  /** The encoding of the log; missing: UTF-8. */
  readonly wide?: 'utf-16le' | 'utf-16be';
  /** By which the file is known again, whatever it is called by then. */
  readonly mark?: FollowMark;
  /** Where a log that is seen in a container lies on the VM itself. None where missing. */
  readonly hostPath?: string;
  /** The log of the start of a run that this log is in the middle of. Missing: none was in it, or BenchTray 0.1.0 wrote this. */
  readonly startLog?: StartLog;
  /** Where the search for evidence of faults is. Missing: at no line that needs another one. */
  readonly evidence?: CollectorState;
  /** State of the line reader, as JSON values. */
  readonly reader: unknown;
  /** The benchmark's process has been seen since this log is followed. */
  readonly runnerSeen: boolean;
  /** The run that the log is in the middle of (or its last one), null before the first. */
  readonly run: RunState | null;
}

/** The bytes before one place of a log: what has arrived of it ends with them. */
export interface FollowMark {
  /** Of the file when it was opened. */
  readonly inode: string;
  /** When the file was last written to, as BenchTray opened it; seconds on the VM's clock. Missing in journals of 0.1.0. */
  readonly modifiedAt?: number;
  /** Where these bytes end. The end of a line or not. */
  readonly at: number;
  /** How many they are. */
  readonly bytes: number;
  /** SHA-256 of them, read as UTF-8. */
  readonly hash: string;
}

/** When a VM last answered, and what was known of its cost then. */
export interface Heard {
  /** Epoch milliseconds of the wall clock. */
  readonly at: number;
  readonly cost: Cost | null;
  /** Azure knew the VM under this name. Absent: Azure is not asked, or has not answered. */
  readonly azure?: {
    readonly id: string;
    readonly isSpot: boolean;
    /** "Standard_D8ds_v5". Absent: Azure did not say, or an older version wrote this. */
    readonly size?: string;
  };
}

/** The machine that a run used. */
export interface RunMachine {
  /** "Standard_D8ds_v5"; null: not known. */
  readonly size: string | null;
  /** Null: Azure does not know the VM, or was not asked. */
  readonly isSpot: boolean | null;
  /** US dollars; null: not known. */
  readonly perHourUsd: number | null;
}

/** A condition that is over. */
export interface EndedCondition {
  readonly code: StateCode;
  /** The sentence that says so. */
  readonly message: string;
  /** How long it held, milliseconds; missing: as long as the wall clock says. */
  readonly lastedMs?: number;
}

/** A condition that holds: told by `error` when it began, by `recovered` when it is over. */
export interface OpenCondition {
  readonly vm: string;
  readonly code: StateCode;
  /** Epoch milliseconds. */
  readonly beganAt: number;
  readonly error: ErrorPayload;
}

/** A finished (or running) attempt as the history keeps it. `runId` + `taskId` + `domain` + `attempt` is unique. */
export interface TaskRecord extends TaskAttempt {
  readonly runId: string;
  readonly vm: string;
  readonly catchUp: boolean;
}

export interface RunRecord
  extends Omit<RunState, 'tasks' | 'plan' | 'domainPlan' | 'pauses' | 'parts' | 'next'>, ScoreCounts {
  readonly vm: string;
  readonly log: string;
  /** Where the tasks are shared out among several processes: how many there are for all of them. Missing: not known. */
  readonly poolTasks?: number;
  /** Cost of the VM during the run, US dollars. Missing: not known. */
  readonly costUsd?: number;
  /** The machine during the run. Missing: not known, or an older version recorded the run. */
  readonly machine?: RunMachine;
  /** Ids of the starts that it is made of. Missing: it has one, with its own id. */
  readonly starts?: readonly string[];
  /** Counts as in `progress`. */
  readonly tasksCompleted: number;
  readonly succeeded: number;
  /** As in `progress`. Missing: a version without verdicts recorded the run. */
  readonly verdicts?: FaultFigures;
}

/** One step of the world, written as a whole or not at all. Everything but `vm` and `at` is optional. */
export interface FeedChange {
  readonly vm: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Runs whose record is new or has changed. */
  readonly runs?: readonly RunRecord[];
  /** Ended attempts. One that has been told before is not told again. */
  readonly tasks?: readonly { readonly record: TaskRecord; readonly tell: boolean }[];
  /** Ended attempts with a changed record. Events that were sent about them stay as they are. */
  readonly corrected?: readonly TaskRecord[];
  /** Things that happened and have no end (`run_crashed`, …). */
  readonly moments?: readonly ErrorPayload[];
  /** Conditions that hold from now on; one that is open already is left as it is. */
  readonly began?: readonly OpenCondition[];
  /** Conditions that are over, with the sentence that says so. */
  readonly ended?: readonly EndedCondition[];
  readonly follow?: FollowState;
}
