/** Finds the steps of each attempt in the log of a run. Pure: the dialects that recognise a run read the same log once more. */
import { createLogSplitter } from '../encoding.ts';
import type { LogLine, RunEvent } from '../model.ts';
import { createLogReader, initialReader } from '../reader.ts';

/** Bytes of a log. */
export interface LogPlace {
  readonly from: number;
  readonly to: number;
}

export interface LogPlaces {
  /** Takes the next bytes of the log, and pauses after each short piece of work. */
  push(bytes: Uint8Array): Generator<undefined, void>;
  /**
   * Returns the place of each step of an attempt by its number; 0: from the line that names the task to its first step. The last step goes up
   * to the end of the attempt, or as far as the log was read. Null: this log has no such attempt.
   */
  stepsOf(attempt: AskedAttempt): ReadonlyMap<number, LogPlace> | null;
  /** Returns the place of each attempt, in the order in which they began. One that is on goes as far as the log was read. */
  attempts(): readonly AttemptPlace[];
}

export interface AttemptPlace extends AskedAttempt, LogPlace {
  /** The line that tells of the exception by which it ended; null: it did not end so. */
  readonly error: LogPlace | null;
}

export interface AskedAttempt {
  readonly taskId: string;
  readonly domain: string | null;
  /** From 1 on; 0: the one that is on. */
  readonly attempt: number;
}

interface LoggedAttempt {
  readonly taskId: string;
  readonly from: number;
  readonly steps: { readonly step: number; readonly from: number }[];
  domain: string | null;
  /** Null while it is on. */
  to: number | null;
  error: LogPlace | null;
}

const pieceBytes = 64 * 1024;
/** Any values will do, because no times are returned. */
const noTimes = { clockOffsetMs: 0, referenceTimeMs: 0 };

export function createLogPlaces(): LogPlaces {
  const splitter = createLogSplitter(0, undefined);
  const reader = createLogReader(initialReader());
  const attempts: LoggedAttempt[] = [];
  /** The attempt that is on, by worker. */
  const open = new Map<string, LoggedAttempt>();

  function end(worker: string, to: number): void {
    const ended = open.get(worker);
    if (ended !== undefined) ended.to = to;
    open.delete(worker);
  }

  function take(event: RunEvent, line: LogLine): void {
    if (event.type === 'run_started') {
      // Whatever was on was interrupted.
      for (const worker of open.keys()) end(worker, line.offset);
    } else if (event.type === 'task_started') {
      const { taskId, domain, worker } = event;
      end(worker, line.offset);
      const attempt = { taskId, domain, from: line.offset, steps: [], to: null, error: null };
      attempts.push(attempt);
      open.set(worker, attempt);
    } else if (event.type === 'task_step') {
      open.get(event.worker)?.steps.push({ step: event.step, from: line.offset });
    } else if (event.type === 'task_ended') {
      const { worker, taskId, domain } = event;
      const ended = open.get(worker);
      if (ended === undefined || (taskId !== null && ended.taskId !== taskId)) return;
      ended.domain ??= domain;
      if (event.outcome === 'exception') ended.error = { from: line.offset, to: line.end };
      end(worker, line.end);
    }
  }

  return {
    *push(bytes) {
      for (let from = 0; from < bytes.length; from += pieceBytes) {
        for (const line of splitter.push(bytes.subarray(from, from + pieceBytes)))
          for (const event of reader.read(line, noTimes)) take(event, line);
        yield;
      }
    },
    stepsOf({ taskId, domain, attempt }) {
      const same = attempts.filter((one) => one.taskId === taskId && one.domain === domain);
      const found = attempt === 0 ? same.findLast(({ to }) => to === null) : same[attempt - 1];
      if (found === undefined) return null;
      const { from, steps, to } = found;
      const begins = [{ step: 0, from }, ...steps];
      const end = to ?? splitter.offset;
      return new Map(
        begins.map((one, index) => [one.step, { from: one.from, to: begins[index + 1]?.from ?? end }]),
      );
    },
    attempts() {
      const counts = new Map<string, number>();
      return attempts.map(({ taskId, domain, from, to, error }) => {
        const task = JSON.stringify([taskId, domain]);
        const nth = (counts.get(task) ?? 0) + 1;
        counts.set(task, nth);
        return { taskId, domain, attempt: to === null ? 0 : nth, from, to: to ?? splitter.offset, error };
      });
    },
  };
}
