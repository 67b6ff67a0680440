/**
 * Hands the bytes of a log to the archive as they are read: each to the start of a run that it belongs to, and only whole lines, so that
 * what is kept ends where the session stands. A restart goes on at the session's stored offset, and what was kept behind it is written again.
 */
import type { LogStore, LogWriter } from '../../archive/index.ts';
import { leadInBytes, type RunSessionState, type SessionStep } from '../../run/index.ts';

export interface LogKeeping {
  /** Takes bytes that follow those of the last call, and what the session found in them. */
  push(bytes: Uint8Array, step: SessionStep): void;
  /** What was taken is with the system afterwards. Call it before the session's state is stored. */
  flush(): void;
  /** The run has ended: what is kept of it so far can be packed. */
  rest(): void;
}

/** Where what is read of logs is kept. */
export type LogWriters = Pick<LogStore, 'writer'>;

export interface LogKeepingOptions {
  readonly vm: string;
  /** Name of the log in the journal. */
  readonly log: string;
  readonly logs: LogWriters;
  /** Of the session before its first step. */
  readonly state: RunSessionState;
}

/** What waits before the first start of a run may belong to that start. */
const mostLeadIn = 2 * leadInBytes;
/** More than this of a line that has no end yet is not held in memory: it belongs to the start that the line before belongs to. */
const mostHeld = 1_048_576;
/** What is read shows up in the archive within this time, also if nothing is worth a commit. */
const flushWithinMs = 300;

export function createLogKeeping({ vm, log, logs, state }: LogKeepingOptions): LogKeeping {
  /** Bytes that belong to no line yet. */
  const held: Uint8Array[] = [];
  let heldFrom = state.offset;
  let heldBytes = 0;
  let writer: LogWriter | null =
    state.startLog === undefined ? null : logs.writer(vm, state.startLog.start, log);
  /** Where the log of the start begins in this file. */
  let startFrom = state.startLog?.from ?? 0;
  let timer: NodeJS.Timeout | null = null;

  /** Writes what lies before this offset, or drops it if it belongs to no start. */
  function pass(to: number): void {
    while (heldFrom < to) {
      const [first] = held;
      if (first === undefined) return;
      const part = first.subarray(0, to - heldFrom);
      writer?.write(heldFrom - startFrom, part);
      if (part.length === first.length) held.shift();
      else held[0] = first.subarray(part.length);
      heldFrom += part.length;
      heldBytes -= part.length;
    }
  }

  function flush(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    writer?.flush();
  }

  return {
    push(bytes, step) {
      held.push(bytes);
      heldBytes += bytes.length;
      for (const { start, from } of step.starts) {
        pass(from);
        writer?.seal();
        writer = logs.writer(vm, start, log);
        writer.begin();
        startFrom = from;
      }
      pass(writer === null ? step.state.offset - mostLeadIn : step.state.offset);
      if (heldBytes > mostHeld) pass(heldFrom + heldBytes);
      timer ??= setTimeout(flush, flushWithinMs).unref();
    },
    flush,
    rest() {
      writer?.seal();
    },
  };
}
