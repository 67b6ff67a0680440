/**
 * What stands in front of a message in a log line. Every line of a log goes through here: what cannot be a prefix is
 * told from a few characters, without a regular expression.
 */
import { terminalCode } from '../common/terminal-code.ts';

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
  /** Their escape bytes were lost on the way: `[1;33m`. Missing in a state of version 0.1.0. */
  readonly torn?: boolean;
}

/** A line of a logger that tells no module and no process: `2026-03-20 12:00:00,123 [INFO] Task 3/10: notepad_1`. */
export interface PlainRecord {
  readonly kind: 'plain';
  readonly offset: number;
  readonly timestampMs: number;
  readonly level: string;
  /** Where the logger's name is written, it stands in front: `__main__: …`. */
  readonly message: string;
}

const timestamp = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}/y;
const timestampChars = 23;
/** The module is the name of a file, which may hold almost anything. Some scripts leave out the process, or put in the logger's name. */
const originText = /^ ([A-Z]+) (?:desktopenv(?:\.[\w-]+)* )?([^/]+)\/(\d+)(?:-(.+))?$/s;
/** What Python calls the process that started first. */
const firstProcess = 'MainProcess';
type Origin = Pick<LoggingRecord, 'level' | 'module' | 'lineNumber' | 'process'>;
/** ` INFO lib_run_single/56-MainProcess`: a log has a few dozen of them, which are parsed once. */
interface KnownOrigin {
  readonly text: string;
  /** Null: it is no origin. */
  readonly origin: Origin | null;
  /** The one behind it, when it was read last. A program comes by the same places in the same order, and a comparison takes less than a search. */
  next: KnownOrigin | null;
}
const origins = new Map<string, KnownOrigin>();
const maxOrigins = 1000;
let lastOrigin: KnownOrigin = { text: '', origin: null, next: null };
const maxOriginChars = 256;
const plainPrefix = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \[([A-Z]+)\] /;
const wrapperPrefix = /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] \[([A-Z][A-Z-]*)\] ?/;
/** The name of the service (with its node in a swarm) is followed by two blanks at least, and by the time where that was asked for. */
const composePrefix =
  // eslint-disable-next-line no-control-regex -- the name of the service may have a colour, which begins with ESC
  /^(?:\x1b\[[\d;]*m)*[a-zA-Z0-9][\w.@-]{0,100} {2,100}\|(?: |$)(?:\x1b\[0m)?(?:\d{4}-\d\d-\d\dT[\d:.]{8,20}Z )?/;
/** None of these looks like a benchmark's own words. */
const carriers = [
  // Ray, which resets its colour before the blank; podman-compose; foreman and honcho; pm2.
  String.raw`\([\w.]+ pid=\d+(?:, ip=[\w.:]+)?\)(?:\x1b\[0m)?(?: |$)`,
  String.raw`\[[\w.-]+\] +\|(?: |$)`,
  String.raw`(?:\d\d:\d\d:\d\d |\d{1,4}\|)[\w.-]+ +\|(?: |$)`,
  // docker logs --timestamps; Kubernetes' own files; journalctl --output short-iso.
  String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)(?: |$)(?:(?:stdout|stderr) [FP](?: |$)|[\w.-]+ [^\s[]+\[\d+\]: ?)?`,
  // journalctl and syslog; ts of moreutils.
  String.raw`[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,9})?(?: |$)(?:[\w.-]+ [^\s[]+\[\d+\]: ?)?`,
  // journalctl --output short-full and short-unix; srun --label.
  String.raw`[A-Z][a-z]{2} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{6})? [A-Z][\w+:-]{1,6} [\w.-]+ [^\s[]+\[\d+\]: ?`,
  String.raw`\d{10}\.\d{6} [\w.-]+ [^\s[]+\[\d+\]: ?`,
  String.raw`\d{1,4}:(?: |$)`,
  // ts with a format of one's own. macOSWorld writes the first before a word in brackets, openadapt-evals the second.
  String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})?(?: (?! ?\[[A-Za-z])|$)`,
  String.raw`\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})?\](?: (?!\[[A-Z][A-Z-]*\])|$)`,
  // ts -s and -i; annotate-output.
  String.raw`\d\d:\d\d:\d\d(?:\.\d{1,9})?(?: |$)(?:[IOE]:(?: |$))?`,
  // mpirun --tag-output; kubectl logs --prefix; torchrun.
  String.raw`\[\d{1,6},\d{1,6}\]<std(?:out|err)>: ?`,
  String.raw`\[pod\/[\w.-]+\/[\w.-]+\](?: |$)`,
  String.raw`\[(?:default\d+\]:|rank\d+\]:(?: |$))`,
];
/** A name may have a colour. */
const carrierPrefix = new RegExp(String.raw`^(?:\x1b\[[\d;]*m)*(?:${carriers.join('|')})(?:\x1b\[0?m)?`);
const colourCode = '[1;33m';
/** In the place of the escape byte stands nothing, or how a terminal, a collector of logs or a person writes it. */
const tornCode = /(?:\^\[|\\x1b|\\u001b|\\033|\\e|#033|[^\s\w[\]])?\[\d{1,2}(?:;\d{1,2})*m/gi;
const tornCodeFirst = new RegExp(`^${tornCode.source}`, 'i');
const escape = '\x1b';
const resetCode = '\x1b[0m';
const zero = 0x30;

/**
 * Returns the record that a line holds, in the form of WAA and OSWorld; null: none. Not anchored: a progress bar may stand in front of
 * the record. @param offset of the line
 */
export function parseBracketPrefix(text: string, offset: number): LoggingRecord | null {
  for (let at = text.indexOf('['); at !== -1; at = text.indexOf('[', at + 1)) {
    const timestampMs = timestampAt(text, at + 1);
    if (timestampMs === null) continue;
    const originFrom = at + 1 + timestampChars;
    const found = originAt(text, originFrom);
    const origin = found?.origin ?? null;
    if (found === null || origin === null) continue;
    const close = originFrom + found.text.length;
    const codesAt = text[close + 1] === ' ' ? close + 2 : close + 1;
    const messageAt = text.startsWith(resetCode, codesAt) ? codesAt + resetCode.length : codesAt;
    const message = plainText(text.slice(messageAt)).trimEnd();
    const coloured = text.startsWith(colourCode, at - colourCode.length);
    const torn = coloured && text[at - colourCode.length - 1] !== escape;
    // Field by field: this is done for every line, and spreading is slow.
    return {
      kind: 'logging',
      offset,
      timestampMs,
      level: origin.level,
      module: origin.module,
      lineNumber: origin.lineNumber,
      process: origin.process,
      message: torn ? message.replace(tornCodeFirst, '') : message,
      coloured,
      torn,
    };
  }
  return null;
}

/** Returns what stands from this place to the next bracket; null: no bracket is near. */
function originAt(text: string, at: number): KnownOrigin | null {
  const likely = lastOrigin.next;
  const isLikely = likely !== null && holdsAt(text, likely.text, at) && text[at + likely.text.length] === ']';
  const found = isLikely ? likely : findOrigin(text, at);
  if (found === null) return null;
  lastOrigin.next = found;
  lastOrigin = found;
  return found;
}

function findOrigin(text: string, at: number): KnownOrigin | null {
  // A long line may hold thousands of prefixes, so the search is bounded.
  const length = text.slice(at, at + maxOriginChars).indexOf(']');
  if (length === -1) return null;
  const key = text.slice(at, at + length);
  const known = origins.get(key);
  if (known !== undefined) return known;
  if (origins.size >= maxOrigins) {
    origins.clear();
    // No other one leads to those that are dropped.
    lastOrigin = { text: '', origin: null, next: null };
  }
  const found: KnownOrigin = { text: key, origin: parseOrigin(key), next: null };
  origins.set(key, found);
  return found;
}

function parseOrigin(text: string): Origin | null {
  const plain = withoutTornCodes(plainText(text));
  const [, level = '', module = '', lineNumber = '', process = firstProcess] = originText.exec(plain) ?? [];
  return module === '' ? null : { level, module, lineNumber: Number(lineNumber), process };
}

/** `2026-03-20 12:00:00,123 [INFO] …`: Python's `%(asctime)s [%(levelname)s]`, as openadapt-evals logs. @param offset of the line */
export function parsePlainPrefix(text: string, offset: number): PlainRecord | null {
  if (text[4] !== '-' || text[19] !== ',' || text[24] !== '[') return null;
  const found = plainPrefix.exec(text);
  const timestampMs = timestampAt(text, 0);
  if (found === null || timestampMs === null) return null;
  const message = plainText(text.slice(found[0].length)).trimEnd();
  return { kind: 'plain', offset, timestampMs, level: found[1] ?? '', message };
}

/**
 * Returns a line without what a program that passes it on puts in front, such as `docker compose logs`: `winarena-1  | …`; null: it has no
 * such prefix.
 */
export function parseCarrierPrefix(text: string): string | null {
  if (text.startsWith('{"log":"')) return textOfEntry(text);
  const found = (text.includes('  |') ? composePrefix.exec(text) : null) ?? carrierPrefix.exec(text);
  return found === null ? null : text.slice(found[0].length);
}

/** A line of the files that Docker keeps: `{"log":"…\\n","stream":"stderr","time":"…"}`. */
function textOfEntry(json: string): string | null {
  try {
    const { log } = JSON.parse(json) as { readonly log: unknown };
    if (typeof log !== 'string') return null;
    const line = log.replace(/\r?\n$/, '');
    return line.slice(line.lastIndexOf('\r') + 1);
  } catch {
    return null;
  }
}

/** `[2026-02-26 09:30:02] [RUN] …`: what the command line of openadapt-evals puts in front of every line that it passes on. */
export function parseWrapper(text: string): { readonly step: string; readonly text: string } | null {
  if (!text.startsWith('[') || text[20] !== ']' || text[22] !== '[') return null;
  const found = wrapperPrefix.exec(text);
  return found === null ? null : { step: found[1] ?? '', text: text.slice(found[0].length) };
}

/** The text as a person sees it: without terminal codes, and without the zeros that a truncated file begins with. */
export function plainText(text: string): string {
  const visible = text.includes('\x1b') ? text.replace(terminalCode, '') : text;
  return visible.includes('\0') ? visible.replaceAll('\0', '') : visible;
}

/** The text without colour codes that lost their escape byte. */
export function withoutTornCodes(text: string): string {
  return text.replace(tornCode, '');
}

/** The minute that was read last: most lines are of the same. */
let lastMinute = { text: '1970-01-01 00:00:', startMs: 0 };

/** Reads a time such as `2026-01-28 23:05:17,318` at this place. Returns epoch milliseconds; null: there is no time. */
function timestampAt(text: string, at: number): number | null {
  if (!holdsAt(text, lastMinute.text, at)) {
    if (!isTimestamp(text, at)) return null;
    const year = twoDigits(text, at) * 100 + twoDigits(text, at + 2);
    const dayMs = Date.UTC(year, twoDigits(text, at + 5) - 1, twoDigits(text, at + 8));
    const minutes = twoDigits(text, at + 11) * 60 + twoDigits(text, at + 14);
    lastMinute = { text: text.slice(at, at + 17), startMs: dayMs + minutes * 60_000 };
  }
  const seconds = twoDigits(text, at + 17);
  const milliseconds = twoDigits(text, at + 20) * 10 + digit(text, at + 22);
  const ms = seconds * 1000 + milliseconds;
  return text[at + 19] === ',' && !Number.isNaN(ms) ? lastMinute.startMs + ms : null;
}

function isTimestamp(text: string, at: number): boolean {
  if (text[at + 4] !== '-' || text[at + 10] !== ' ' || text[at + 19] !== ',') return false;
  timestamp.lastIndex = at;
  return timestamp.test(text);
}

/** Like `startsWith`, which V8 runs several times more slowly when there is more than a word to compare. */
function holdsAt(text: string, part: string, at: number): boolean {
  return text.slice(at, at + part.length) === part;
}

/** NaN where no two digits stand. */
function twoDigits(text: string, at: number): number {
  return digit(text, at) * 10 + digit(text, at + 1);
}

/** NaN where no digit stands. */
function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - zero;
  return value >= 0 && value <= 9 ? value : NaN;
}
