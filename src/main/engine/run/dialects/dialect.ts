/** What a dialect is: one benchmark's (or one script's) way of saying in a log how far it is. */
import type { ReadContext, RunEvent } from '../model.ts';
import type { LogRecord } from '../record.ts';

export interface DialectStep<State> {
  readonly state: State;
  readonly events: readonly RunEvent[];
}

export interface Dialect<State = unknown> {
  readonly name: string;
  /** The kinds of records that it reads: no other is shown to it. */
  readonly kinds: readonly LogRecord['kind'][];
  /** Plain JSON, like every state after it. */
  readonly initial: State;
  /** What one record means; null when it means nothing. */
  read(state: State, record: LogRecord, context: ReadContext): DialectStep<State> | null;
  /**
   * Whether a record is this dialect's alone, in the state after it was read: the dialects behind it do not get to see
   * it. For dialects that write some of their lines alike. Without it, every dialect sees every record.
   */
  claims?(state: State, record: LogRecord): boolean;
  /** Returns what the script of the printing process adds to the lines read so far; null if it adds nothing. */
  readPlayer?(state: State, script: string): DialectStep<State> | null;
  /** Returns the state to keep when a run of another dialect begins. A dialect without this function keeps nothing. */
  giveWay?(state: State): State;
  /** What still has to be said when it is known from elsewhere that the process is gone: results that no line confirmed. */
  close(state: State): DialectStep<State>;
}

/** A longer instruction is cut: nobody reads more of it. */
export const maxInstructionChars = 4000;

const none: readonly RunEvent[] = [];

export function unchanged<State>(state: State): DialectStep<State> {
  return { state, events: none };
}

/** One step after the other. */
export function andThen<State>(
  first: DialectStep<State>,
  next: (state: State) => DialectStep<State>,
): DialectStep<State> {
  const second = next(first.state);
  return { state: second.state, events: [...first.events, ...second.events] };
}

/** Key of a run by the time its first record was written: the same from every copy of the log. "20260128-225508318". */
export function datedKey(timestampMs: number): string {
  const digits = new Date(timestampMs).toISOString().replace(/\D/g, '');
  return `${digits.slice(0, 8)}-${digits.slice(8)}`;
}

/** Key of a run whose log tells no date: where in the log it begins. */
export function offsetKey(offset: number): string {
  return `offset-${String(offset)}`;
}
