/** What a dialect is: one benchmark's (or one script's) way of saying in a log how far it is. */
import type { ReadContext, RunEvent } from '../model.ts';
import type { LogRecord } from '../record.ts';

export interface DialectStep<State> {
  readonly state: State;
  readonly events: readonly RunEvent[];
}

export interface Dialect<State = unknown> {
  readonly name: string;
  /** Plain JSON, like every state after it. */
  readonly initial: State;
  /** What one record means. A record that means nothing gives the same state, not a copy. */
  read(state: State, record: LogRecord, context: ReadContext): DialectStep<State>;
  /** What still has to be said when it is known from elsewhere that the process is gone: results that no line confirmed. */
  close(state: State): DialectStep<State>;
}

const none: readonly RunEvent[] = [];

export function unchanged<State>(state: State): DialectStep<State> {
  return { state, events: none };
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
