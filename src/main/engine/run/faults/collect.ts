/**
 * Collects evidence from the records of a log, as the reader parses them: one record goes in, and the few that may be evidence come out
 * as events. It remembers one line and one traceback, so a task may log as much as it likes. Takes linear time.
 */
import type { RunEvent } from '../model.ts';
import type { LogRecord } from '../record.ts';
import type { LogPoint } from './model.ts';
import { quoteOf } from './quote.ts';
import { isModelError, readSign } from './read-sign.ts';
import { isLastLine, noFrames, traceStart, withFrame, type Frames } from './read-trace.ts';

/** Plain JSON: stored with the session. */
export interface CollectorState {
  /** The worker whose task raised last, until anything but its traceback follows. */
  readonly raisedBy?: string;
  /** The frames of the traceback that is being read. Missing: none is. */
  readonly frames?: Frames;
  /** The line before said that the next one tells what the client of the model raised. */
  readonly awaitsError?: true;
  /** The agent asks its model again after that error. */
  readonly isRetried?: true;
}

export type EvidenceEvent = Extract<
  RunEvent,
  { type: 'task_sign' | 'task_relief' | 'task_judged' | 'task_traced' }
>;

export interface Collector {
  readonly state: CollectorState;
  /** Returns what a record shows. @param point where it is in the log */
  take(record: LogRecord, point: LogPoint): readonly EvidenceEvent[];
  /** Notes what the same record meant to the reader; returns these events, with the line that tells of an exception. */
  note(events: readonly RunEvent[], record: LogRecord, point: LogPoint): readonly RunEvent[];
}

const nothing: readonly EvidenceEvent[] = [];

export function createCollector(from: CollectorState): Collector {
  let state = from;

  /** Returns null if the record is no part of a traceback. */
  function takeTrace(record: LogRecord, point: LogPoint): readonly EvidenceEvent[] | null {
    const { raisedBy, frames } = state;
    if (raisedBy === undefined) return null;
    const worker = workerOf(record);
    // Records of several processes may stand between the lines of one traceback.
    if (worker !== null && worker !== raisedBy) return null;
    const text = textOf(record);
    if (text.startsWith(traceStart)) {
      state = { raisedBy, frames: noFrames };
      return nothing;
    }
    if (frames === undefined) {
      if (record.kind === 'logging' || record.kind === 'plain') state = {};
      return null;
    }
    if (/^\s/.test(text)) {
      const next = withFrame(frames, text);
      if (next !== frames) state = { raisedBy, frames: next };
      return nothing;
    }
    // Another traceback may follow: "During handling of the above exception, another exception occurred:".
    state = { raisedBy };
    if (!isLastLine(text)) return null;
    const trace = { quote: quoteOf(text, point), ...frames };
    return [{ type: 'task_traced', at: null, worker: raisedBy, trace }];
  }

  function takeError(
    record: LogRecord,
    point: LogPoint,
    sign: 'model_error' | 'model_retry',
  ): readonly EvidenceEvent[] {
    const text = textOf(record);
    return isModelError(text)
      ? [
          {
            type: 'task_sign',
            at: null,
            worker: workerOf(record),
            sign,
            quote: quoteOf(text, point),
          },
        ]
      : nothing;
  }

  return {
    get state() {
      return state;
    },
    take(record, point) {
      const traced = takeTrace(record, point);
      if (traced !== null) return traced;
      if (state.awaitsError === true) {
        const { awaitsError: _, isRetried, ...rest } = state;
        state = rest;
        if (record.kind === 'continuation' || record.kind === 'bare')
          return takeError(record, point, isRetried === true ? 'model_retry' : 'model_error');
      }
      const said = readSign(record);
      if (said === null) return nothing;
      const at = null;
      const worker = workerOf(record);
      switch (said.says) {
        case 'fetch_error':
          state = { ...state, awaitsError: true, ...(said.isRetried === true ? { isRetried: true } : {}) };
          return nothing;
        case 'judging':
          return [{ type: 'task_judged', at, worker }];
        case 'acted':
        case 'model_answered':
          return [{ type: 'task_relief', at, worker, relief: said.says }];
        default: {
          const quote = quoteOf(textOf(record), point);
          const ofRun = said.ofRun === true ? { ofRun: said.ofRun } : {};
          return [{ type: 'task_sign', at, worker, sign: said.says, quote, ...ofRun }];
        }
      }
    },
    note(events, record, point) {
      for (const event of events) {
        if (event.type === 'task_started' && event.worker === state.raisedBy) state = {};
        if (event.type === 'task_ended' && event.outcome === 'exception') state = { raisedBy: event.worker };
      }
      return events.map((event) =>
        event.type === 'task_ended' && event.outcome === 'exception'
          ? { ...event, line: quoteOf(textOf(record), point) }
          : event,
      );
    },
  };
}

/** Null: the record names no process. */
function workerOf(record: LogRecord): string | null {
  if (record.kind === 'logging') return record.process;
  return record.kind === 'continuation' && record.of.kind === 'logging' ? record.of.process : null;
}

function textOf(record: LogRecord): string {
  return record.kind === 'logging' || record.kind === 'plain' ? record.message : record.text;
}
