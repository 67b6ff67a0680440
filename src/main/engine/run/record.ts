/** Lines → records: Python logging records, the lines that continue them, and bare prints. */
import {
  parseBracketPrefix,
  parseCarrierPrefix,
  parsePlainPrefix,
  parseWrapper,
  plainText,
  type LoggingRecord,
  type PlainRecord,
} from './log-prefix.ts';
import type { LogLine } from './model.ts';

export type { LoggingRecord, PlainRecord };

export type LogRecord =
  | LoggingRecord
  | PlainRecord
  /** A line without prefix behind a record: the rest of a long message, or a print. Of `of.message`, no more may be known than {@link isFreeText} tells. */
  | {
      readonly kind: 'continuation';
      readonly offset: number;
      readonly text: string;
      readonly of: LoggingRecord | PlainRecord;
    }
  /** A line in a log in which no prefix has been seen yet. */
  | { readonly kind: 'bare'; readonly offset: number; readonly text: string };

/** What must be known of the lines before. Plain JSON. */
export interface RecordState {
  /** The newest record; of its message no more than tells whether it is a free text. */
  readonly newest: LoggingRecord | PlainRecord | null;
  /** Its message began with a line end: the text follows on a line of its own. */
  readonly awaitsMessage: boolean;
  /** The lines of this log are passed on by a program that puts a prefix of its own in front of each. */
  readonly wrapped: boolean;
  /** Each line has a prefix of the program that passed it on, such as the name of its service by `docker compose`. */
  readonly composed?: true;
}

export const initialRecordState: RecordState = { newest: null, awaitsMessage: false, wrapped: false };

export interface RecordReader {
  /** The record of the next line; null for one that says nothing by itself, such as the first half of a record whose message is still to come. */
  next(line: LogLine): LogRecord | null;
  /** Where it stands now. */
  readonly state: RecordState;
}

/** Enough of a message to tell that it is a free text. */
const rememberedChars = 80;
/** The step of the wrapping program under which it passes on what the benchmark says. */
const passedOn = 'RUN';

export function createRecordReader(state: RecordState): RecordReader {
  let { newest, awaitsMessage, wrapped, composed } = state;

  function next({ offset, text: raw }: LogLine): LogRecord | null {
    const whole = offset === 0 ? raw.replace(/^\uFEFF/, '') : raw;
    let text = whole;
    const carried = newest === null || composed === true ? parseCarrierPrefix(whole) : null;
    if (carried !== null) {
      composed = true;
      if (carried === '') return null;
      text = carried;
    }
    // Only a log that began wrapped is: in any other such a line is part of a text.
    const wrapper = newest === null || wrapped ? parseWrapper(text) : null;
    if (wrapper !== null) {
      wrapped = true;
      // The program's own words tell of machines and workers, never of tasks: its "Completed: 1/10" counts workers.
      if (wrapper.step !== passedOn) return null;
      text = wrapper.text;
    }
    const plain =
      newest?.kind === 'logging'
        ? null
        : parsePlainPrefix(text.startsWith('\x1b') ? plainText(text) : text, offset);
    if (plain !== null) {
      newest = plain;
      return plain;
    }
    const logging = parseBracketPrefix(text, offset);
    if (logging !== null && !isQuoted(logging, newest, awaitsMessage)) {
      awaitsMessage = logging.message === '';
      newest = logging;
      return awaitsMessage ? null : logging;
    }
    text = plainText(text);
    if (newest === null) return { kind: 'bare', offset, text };
    if (awaitsMessage && newest.kind === 'logging') {
      if (text.trim() === '') return null;
      awaitsMessage = false;
      const record = { ...newest, message: text };
      newest = record;
      return record;
    }
    return { kind: 'continuation', offset, text, of: newest };
  }

  return {
    next,
    get state() {
      // Other messages may contain secrets.
      const message = newest !== null && isFreeText(newest) ? newest.message.slice(0, rememberedChars) : '';
      const kept = { newest: newest === null ? null : { ...newest, message }, awaitsMessage, wrapped };
      return composed === true ? { ...kept, composed } : kept;
    },
  };
}

/** Whether a record's message is the text of a task or of an agent: what stands in it means nothing. */
export function isFreeText({ message }: LoggingRecord | PlainRecord): boolean {
  return message.startsWith('[')
    ? /^(?:\[[^\]]*\])?\[(?:Instruction|Action)\]:/.test(message)
    : /^Step \d/.test(message);
}

/** A log line that a text quotes lacks some or all of the colours of real lines. */
function isQuoted(
  { coloured, torn }: LoggingRecord,
  newest: LoggingRecord | PlainRecord | null,
  awaited: boolean,
): boolean {
  if (newest === null || (coloured && !torn)) return false;
  if (newest.kind === 'plain') return true;
  const isAsGood = torn && newest.torn === true;
  return newest.coloured && !isAsGood && (awaited || isFreeText(newest));
}
