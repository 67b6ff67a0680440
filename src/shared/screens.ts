/** The pictures that a benchmark takes while it works on a task: what is asked of a VM for them, and what comes back. */
import type { Result } from './result.ts';

/** One attempt at a task, as far as its pictures can be found by it. Times are epoch milliseconds, null where they are not known. */
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

export interface Screen {
  /** Name of the file, unique within its task. */
  readonly name: string;
  /** 0: before the first step. Null: the name does not tell. */
  readonly step: number | null;
  /** Epoch milliseconds. */
  readonly takenAt: number;
  readonly sizeBytes: number;
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

/** What can be asked about the pictures of a VM. */
export interface Screens {
  /** In the order of their steps. */
  list(task: ScreenTask, signal: AbortSignal): Promise<Result<readonly Screen[], ScreensProblem>>;
  /** @param name one of those that {@link Screens.list} tells; any other is absent */
  read(task: ScreenTask, name: string, signal: AbortSignal): Promise<Result<Uint8Array, ScreensProblem>>;
}
