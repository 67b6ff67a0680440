/** Lines → records: Python logging records, the lines that continue them, and bare prints. */
import type { LogLine } from './model.ts';

/** A line that the benchmark's logger wrote: `[2026-01-28 23:05:17,318 INFO lib_run_single/56-MainProcess] Step 9: …`. */
export interface LoggingRecord {
  readonly kind: 'logging';
  readonly offset: number;
  /** The time as written, read as UTC. Its zone and its clock's error are the reader's business. */
  readonly timestampMs: number;
  readonly level: string;
  readonly module: string;
  readonly lineNumber: number;
  readonly process: string;
  /** First line of the message that is not empty. */
  readonly message: string;
  /** The prefix carries the logger's colour codes. */
  readonly coloured: boolean;
}

export type LogRecord =
  | LoggingRecord
  /** A line without prefix behind a record: the rest of a long message, or a print. `of.message` is cut short. */
  | {
      readonly kind: 'continuation';
      readonly offset: number;
      readonly text: string;
      readonly of: LoggingRecord;
    }
  /** A line in a log in which no prefix has been seen yet. */
  | { readonly kind: 'bare'; readonly offset: number; readonly text: string };

/** What must be known of the lines before. Plain JSON. */
export interface RecordState {
  /** The newest record, its message cut to `rememberedChars`. */
  readonly newest: LoggingRecord | null;
  /** Its message began with a line end: the text follows on a line of its own. */
  readonly awaitsMessage: boolean;
}

export const initialRecordState: RecordState = { newest: null, awaitsMessage: false };

/** Enough of a message to tell what kind it is. */
const rememberedChars = 80;

// eslint-disable-next-line no-control-regex -- terminal codes are what it is about
const terminalCode = /\x1b\[[0-9;?=]*[A-Za-z]/g;
/** Not anchored: a progress bar may stand in front of a record, on the same line. */
const prefix =
  /\[(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d),(\d{3}) ([A-Z]+) ([\w.]+)\/(\d+)-([^\]]+)\] ?(.*)$/s;
const colouredPrefix = '\x1b[1;33m[';

/** The record of one line; null for the first half of a record whose message is still to come. */
export function readRecord(
  state: RecordState,
  line: LogLine,
): { readonly state: RecordState; readonly record: LogRecord | null } {
  const text = plainText(line.text);
  const { newest } = state;

  const logging = loggingRecord(line, text);
  if (logging !== null && !(newest !== null && isQuoted(logging, newest))) {
    if (logging.message === '') return { state: { newest: logging, awaitsMessage: true }, record: null };
    return { state: { newest: remembered(logging), awaitsMessage: false }, record: logging };
  }
  if (newest === null) return { state, record: { kind: 'bare', offset: line.offset, text } };
  if (state.awaitsMessage) {
    if (text.trim() === '') return { state, record: null };
    const record = { ...newest, message: text };
    return { state: { newest: remembered(record), awaitsMessage: false }, record };
  }
  return { state, record: { kind: 'continuation', offset: line.offset, text, of: newest } };
}

/** Whether a record's message is the text of a task or of an agent: what stands in it means nothing. */
export function isFreeText(record: LoggingRecord): boolean {
  return isInstruction(record) || /^Step \d/.test(record.message);
}

export function isInstruction(record: LoggingRecord): boolean {
  return /^(?:\[[^\]]*\])?\[Instruction\]:/.test(record.message);
}

/** A copy of a log line inside a free text has lost the colours that the real lines of this log have. */
function isQuoted(record: LoggingRecord, newest: LoggingRecord): boolean {
  return newest.coloured && !record.coloured && isFreeText(newest);
}

function plainText(text: string): string {
  const visible = text.includes('\x1b') ? text.replace(terminalCode, '') : text;
  return visible.includes('\0') ? visible.replaceAll('\0', '') : visible;
}

function loggingRecord(line: LogLine, text: string): LoggingRecord | null {
  const found = prefix.exec(text);
  if (found === null) return null;
  const [
    ,
    year,
    month,
    day,
    hours,
    minutes,
    seconds,
    milliseconds,
    level,
    module,
    lineNumber,
    process,
    message,
  ] = found as unknown as Parts;
  const stamp = `${year}-${month}-${day} ${hours}:${minutes}:${seconds},${milliseconds}`;
  return {
    kind: 'logging',
    offset: line.offset,
    timestampMs: Date.UTC(+year, +month - 1, +day, +hours, +minutes, +seconds, +milliseconds),
    level,
    module,
    lineNumber: Number(lineNumber),
    process,
    message: message.trimEnd(),
    coloured: line.text.includes(colouredPrefix + stamp),
  };
}

/** The whole match and its twelve groups, none of which is optional. */
type Parts = [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];

function remembered(record: LoggingRecord): LoggingRecord {
  return { ...record, message: record.message.slice(0, rememberedChars) };
}
