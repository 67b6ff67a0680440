/** Reads the log of a run: slices, lines that fit a search, the places of tasks. */
import type { LogLevel } from '../../shared/log-line.ts';
import { askJson } from './api.ts';
import { ask, type Answer } from './answer.ts';

/** Bytes of the log. */
export interface LogPlace {
  readonly from: number;
  readonly to: number;
}

export interface LogLine extends LogPlace {
  readonly text: string;
}

/** Answer of `/api/runs/…/log`: the fields that the page reads. */
export interface LogSlice {
  /** Behind the last byte of the log. */
  readonly size_bytes: number;
  readonly from: number;
  /** First byte to read next; the same as `size_bytes` at the end. */
  readonly next: number;
  readonly lines: readonly LogLine[];
  /** The gaps between `from` and `next`. */
  readonly missing: readonly LogPlace[];
}

export interface LogQuery {
  /** Negative: so many bytes before the end. */
  readonly from: number;
  readonly bytes?: number;
  readonly q?: string | null;
  readonly level?: LogLevel | null;
}

/** The place of an attempt in the log. */
export interface LoggedAttempt extends LogPlace {
  readonly task_id: string;
  readonly domain: string | null;
  /** 0: it is on. */
  readonly attempt: number;
  /** The line that tells of the exception by which it ended. */
  readonly error: LogPlace | null;
}

export interface LogTasks {
  readonly tasks: readonly LoggedAttempt[];
  /** Why it is not known where they are, a sentence. */
  readonly problem: string | null;
}

export type ReadLog = (query: LogQuery, signal: AbortSignal) => Promise<Answer<LogSlice>>;

export const logReader =
  (base: URL, runId: string): ReadLog =>
  (query, signal) => {
    const url = logUrl(base, runId);
    for (const [name, value] of Object.entries(query) as [string, string | number | null | undefined][])
      if (value != null) url.searchParams.set(name, String(value));
    url.searchParams.set('format', 'json');
    return askJson(url, signal);
  };

export const readLogTasks = (base: URL, runId: string, signal: AbortSignal): Promise<Answer<LogTasks>> =>
  askJson(logUrl(base, runId, '/tasks'), signal);

/** The log of one step is read up to here. */
export const mostStepLogBytes = 64 * 1024;

/** Reads the lines of a step as one text. */
export async function readStepLog(
  base: URL,
  runId: string,
  { from, to }: LogPlace,
  signal: AbortSignal,
): Promise<Answer<string>> {
  const url = logUrl(base, runId);
  url.searchParams.set('from', String(from));
  url.searchParams.set('bytes', String(Math.max(1, Math.min(to - from, mostStepLogBytes))));
  url.searchParams.set('format', 'text');
  const answer = await ask(url, { signal });
  return answer.ok ? { ok: true, value: await answer.value.text() } : answer;
}

function logUrl(base: URL, runId: string, rest = ''): URL {
  return new URL(`/api/runs/${encodeURIComponent(runId)}/log${rest}`, base);
}
