/** Reads the level of a log line, and whether a search finds it. */

/** The worst first. A search for one finds those before it too. */
export const logLevels = ['error', 'warning'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Levels are in the prefix of a line: behind it, words are what somebody said. */
const prefixCharacters = 160;
/** "[… ERROR run/292-MainProcess]", "2026-01-28 | WARNING | …", "ERROR:root:". In small letters it is a word as any other. */
const levelWord =
  /(?:^|[\s[({|:])(TRACE|DEBUG|INFO|NOTICE|SUCCESS|WARN|WARNING|ERROR|CRITICAL|FATAL)(?=$|[\s\])}|:,])/;
/** `"level": "error"`, "level=warn". */
const levelField = /\blevel"?\s*[:=]\s*"?([a-z]+)/i;
/** The print of a Python exception. Its last line begins with the name of a class: "openai.RateLimitError: …". */
const raised =
  /^(?:Traceback \(most recent call last\):|(?:\w+\.)*[A-Z]\w*(?:Error|Exception|Interrupt|Timeout)(?::\s|$))/;

/** Returns the level of a line; null: it is neither a warning nor an error. */
export function logLevel(line: string): LogLevel | null {
  if (raised.test(line)) return 'error';
  const prefix = line.slice(0, prefixCharacters);
  const word = (levelWord.exec(prefix) ?? levelField.exec(prefix))?.[1] ?? '';
  if (/^(?:error|critical|fatal)$/i.test(word)) return 'error';
  return /^warn(?:ing)?$/i.test(word) ? 'warning' : null;
}

export interface LineSearch {
  /** The line must have it in it, in whatever case; missing: any text. */
  readonly text?: string | null | undefined;
  /** The line must be at least as bad; missing: any line. */
  readonly level?: LogLevel | null | undefined;
}

/** Returns a function that says whether a search finds a line. */
export function lineFits({ text, level }: LineSearch): (line: string) => boolean {
  const wanted = text?.toLowerCase() ?? '';
  return (line) =>
    (wanted === '' || line.toLowerCase().includes(wanted)) && (level == null || isAtLevel(line, level));
}

function isAtLevel(line: string, least: LogLevel): boolean {
  const level = logLevel(line);
  return level === 'error' || level === least;
}
