/** Lines → run events: the records of a log, read in every dialect at once. */
import { dialects } from './dialects/index.ts';
import type { LogLine, ReadContext, RunEvent } from './model.ts';
import { initialRecordState, readRecord, type RecordState } from './record.ts';

/** Where the reading of one log stands. Plain JSON: it is stored with the offset, and read back after a restart. */
export interface ReaderState {
  readonly version: typeof stateVersion;
  readonly records: RecordState;
  /** State of each dialect that has one, by name. */
  readonly dialects: Readonly<Record<string, unknown>>;
}

/** To be raised whenever the shape of the state, or of a dialect's, changes: an older state is then not taken up. */
const stateVersion = 1;

/** The state before the first line of a log. */
export function initialReader(): ReaderState {
  return { version: stateVersion, records: initialRecordState, dialects: {} };
}

/** A stored state, as `JSON.parse` gave it; null when it is none, or one of another version. The log is then read from its beginning. */
export function parseReaderState(stored: unknown): ReaderState | null {
  if (typeof stored !== 'object' || stored === null) return null;
  const state = stored as Partial<ReaderState>;
  const whole = state.version === stateVersion && isObject(state.records) && isObject(state.dialects);
  return whole ? (state as ReaderState) : null;
}

/** What the next lines of the log say, in their order. Never throws, whatever the lines hold. */
export function readLines(
  state: ReaderState,
  lines: readonly LogLine[],
  context: ReadContext,
): { readonly state: ReaderState; readonly events: readonly RunEvent[] } {
  let { records, dialects: states } = state;
  const events: RunEvent[] = [];
  for (const line of lines) {
    const next = readRecord(records, line);
    records = next.state;
    if (next.record === null) continue;
    for (const dialect of dialects) {
      const before = states[dialect.name] ?? dialect.initial;
      const step = dialect.read(before, next.record, context);
      // A log is in one run at a time: where one dialect begins a run, what another was in the middle of is over.
      if (step.events.some((event) => event.type === 'run_started')) states = { [dialect.name]: step.state };
      else if (step.state !== before) states = { ...states, [dialect.name]: step.state };
      events.push(...step.events);
    }
  }
  return { state: { version: stateVersion, records, dialects: states }, events };
}

/**
 * What is left to say when the benchmark's process is known to be gone: a result was logged, and no line behind it
 * that ends the task. To be folded in before `endRun`.
 */
export function closeReader(state: ReaderState): {
  readonly state: ReaderState;
  readonly events: readonly RunEvent[];
} {
  const steps = dialects.map((dialect) => ({
    name: dialect.name,
    ...dialect.close(state.dialects[dialect.name] ?? dialect.initial),
  }));
  return {
    state: { ...state, dialects: Object.fromEntries(steps.map((step) => [step.name, step.state])) },
    events: steps.flatMap((step) => step.events),
  };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
