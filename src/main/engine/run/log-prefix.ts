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
const origins = new Map<string, Origin | null>();
const maxOrigins = 1000;
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
    if (text[at + 5] !== '-' || text[at + 11] !== ' ' || text[at + 20] !== ',') continue;
    timestamp.lastIndex = at + 1;
    if (!timestamp.test(text)) continue;
    const originAt = at + 1 + timestampChars;
    // A long line may hold thousands of prefixes, so the search is bounded.
    const length = text.slice(originAt, originAt + maxOriginChars).indexOf(']');
    const origin = length === -1 ? null : originOf(text.slice(originAt, originAt + length));
    if (origin === null) continue;
    const close = originAt + length;
    const codesAt = text[close + 1] === ' ' ? close + 2 : close + 1;
    const messageAt = text.startsWith(resetCode, codesAt) ? codesAt + resetCode.length : codesAt;
    const message = plainText(text.slice(messageAt)).trimEnd();
    const coloured = text.startsWith(colourCode, at - colourCode.length);
    const torn = coloured && text[at - colourCode.length - 1] !== escape;
    // Field by field: this is done for every line, and spreading is slow.
    return {
      kind: 'logging',
      offset,
      timestampMs: timestampAt(text, at + 1),
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

/** ` INFO lib_run_single/56-MainProcess`: a log has a few dozen of them, which are parsed once. */
function originOf(text: string): Origin | null {
  const known = origins.get(text);
  if (known !== undefined) return known;
  const plain = withoutTornCodes(plainText(text));
  const [, level = '', module = '', lineNumber = '', process = firstProcess] = originText.exec(plain) ?? [];
  const origin = module === '' ? null : { level, module, lineNumber: Number(lineNumber), process };
  if (origins.size >= maxOrigins) origins.clear();
  origins.set(text, origin);
  return origin;
}

/** `2026-03-20 12:00:00,123 [INFO] …`: Python's `%(asctime)s [%(levelname)s]`, as openadapt-evals logs. @param offset of the line */
export function parsePlainPrefix(text: string, offset: number): PlainRecord | null {
  if (text[4] !== '-' || text[19] !== ',' || text[24] !== '[') return null;
  const found = plainPrefix.exec(text);
  if (found === null) return null;
  const message = plainText(text.slice(found[0].length)).trimEnd();
  return { kind: 'plain', offset, timestampMs: timestampAt(text, 0), level: found[1] ?? '', message };
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

/** The day that was read last: most lines are of the same. */
let lastDay = { text: '1970-01-01', startMs: 0 };

/** `2026-01-28 23:05:17,318`, in a form that is known to be right. */
function timestampAt(text: string, at: number): number {
  if (!text.startsWith(lastDay.text, at)) {
    const year = twoDigits(text, at) * 100 + twoDigits(text, at + 2);
    const startMs = Date.UTC(year, twoDigits(text, at + 5) - 1, twoDigits(text, at + 8));
    lastDay = { text: text.slice(at, at + 10), startMs };
  }
  const hours = twoDigits(text, at + 11);
  const minutes = twoDigits(text, at + 14);
  const seconds = twoDigits(text, at + 17);
  const milliseconds = twoDigits(text, at + 20) * 10 + text.charCodeAt(at + 22) - zero;
  return lastDay.startMs + ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds;
}

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - zero) * 10 + text.charCodeAt(at + 1) - zero;
}
