/** Lines → run events: the records of a log, read in every dialect at once. */
import type { DialectStep } from './dialects/dialect.ts';
import { dialects } from './dialects/index.ts';
import type { LogLine, ReadContext, RunEvent } from './model.ts';
import { createRecordReader, initialRecordState, type LogRecord, type RecordState } from './record.ts';

/** Where the reading of one log is. Plain JSON: it is stored with the offset, and read back after a restart. */
export interface ReaderState {
  readonly version: typeof stateVersion;
  readonly records: RecordState;
  /** State of each dialect that has one, by name. */
  readonly dialects: Readonly<Record<string, unknown>>;
  readonly counts: ReaderCounts;
  /** Names of the dialects that read this log without recognising a run. Missing: a run was recognised. */
  readonly readBy?: string;
}

/** How well a log is understood. */
export interface ReaderCounts {
  /** All lines so far. */
  readonly lines: number;
  /**
   * Lines with text that meant nothing to any dialect. Counted until a run is recognised: most lines of a log that is
   * understood mean nothing to anybody either, and are none the worse for it.
   */
  readonly unread: number;
  /** A run has been recognised in this log. */
  readonly recognised: boolean;
}

/** To be raised whenever the shape of the state, or of a dialect's, changes: an older state is then not taken up. */
const stateVersion = 3;

const nothing: readonly RunEvent[] = [];
const allDialects = dialects.map(({ name }) => name).join(' ');

/** Who reads which records; `index`: of the dialect's state. */
const readersOf = {
  logging: readersOfKind('logging'),
  plain: readersOfKind('plain'),
  continuation: readersOfKind('continuation'),
  bare: readersOfKind('bare'),
} satisfies Record<LogRecord['kind'], unknown>;

function readersOfKind(kind: LogRecord['kind']) {
  return dialects.flatMap((dialect, index) => (dialect.kinds.includes(kind) ? [{ dialect, index }] : []));
}

/** The state before the first line of a log. */
export function initialReader(): ReaderState {
  return {
    version: stateVersion,
    records: initialRecordState,
    dialects: {},
    counts: { lines: 0, unread: 0, recognised: false },
    readBy: allDialects,
  };
}

/**
 * Returns a stored state; null if it is damaged, has another version, or recognised no run and the dialects have changed since.
 * BenchTray then reads the log from its beginning.
 */
export function parseReaderState(stored: unknown): ReaderState | null {
  if (typeof stored !== 'object' || stored === null) return null;
  const state = stored as Partial<ReaderState>;
  const whole =
    state.version === stateVersion &&
    isObject(state.records) &&
    isObject(state.dialects) &&
    isObject(state.counts) &&
    (state.counts?.recognised === true || state.readBy === allDialects);
  return whole ? (state as ReaderState) : null;
}

export interface LogReader {
  /** Where it is now. */
  readonly state: ReaderState;
  /** The record of the line that was read last; null: it was none by itself. */
  readonly record: LogRecord | null;
  /** Returns the events of the next line, in order. Never throws. */
  read(line: LogLine, context: ReadContext): readonly RunEvent[];
  /** Returns what the script of the process that prints this log shows, if no run was recognised. */
  readPlayer(script: string): readonly RunEvent[];
  /**
   * Returns what is left to say when the benchmark's process is known to be gone: a result was logged, and no line behind it ends the
   * task. To be folded in before `endRun`.
   */
  close(): readonly RunEvent[];
}

export function createLogReader(from: ReaderState): LogReader {
  const records = createRecordReader(from.records);
  const states = dialects.map((dialect) => from.dialects[dialect.name] ?? dialect.initial);
  let { lines, unread, recognised } = from.counts;
  let record: LogRecord | null = null;

  function take(index: number, { state, events }: DialectStep<unknown>): readonly RunEvent[] {
    // A log is in one run at a time: if one dialect begins a run, the run of any other dialect is over.
    if (events.some(isStart)) {
      recognised = true;
      for (const [other, one] of dialects.entries())
        states[other] = one.giveWay?.(states[other]) ?? one.initial;
    }
    states[index] = state;
    return events;
  }

  return {
    get state(): ReaderState {
      const changed: Record<string, unknown> = {};
      for (const [index, { name, initial }] of dialects.entries())
        if (states[index] !== initial) changed[name] = states[index];
      const counts = { lines, unread, recognised };
      const state = { version: stateVersion, records: records.state, dialects: changed, counts } as const;
      return recognised ? state : { ...state, readBy: allDialects };
    },
    get record() {
      return record;
    },
    read(line, context) {
      lines += 1;
      // An empty line says nothing in any dialect, and a log may have millions of them.
      record = line.text === '' ? null : records.next(line);
      if (record === null) return nothing;
      let events = nothing;
      let isRead = false;
      for (const { dialect, index } of readersOf[record.kind]) {
        const step = dialect.read(states[index], record, context);
        if (step !== null) {
          isRead = true;
          events = [...events, ...take(index, step)];
        }
        if (dialect.claims?.(states[index], record) === true) break;
      }
      if (!isRead && !recognised && line.text.trim() !== '') unread += 1;
      return events;
    },
    readPlayer(script) {
      if (recognised) return nothing;
      for (const [index, dialect] of dialects.entries()) {
        const step = dialect.readPlayer?.(states[index], script) ?? null;
        if (step !== null) return take(index, step);
      }
      return nothing;
    },
    close() {
      return dialects.flatMap((dialect, index) => {
        const { state, events } = dialect.close(states[index]);
        states[index] = state;
        return events;
      });
    },
  };
}

function isStart({ type }: RunEvent): boolean {
  return type === 'run_started';
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
