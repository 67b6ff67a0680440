/** Answers questions about the log of a run, or says why there is none. */
import type { LineSearch } from '../../../../shared/log-line.ts';
import type { Result } from '../../../../shared/result.ts';
import type { RunRecord } from '../../feed/index.ts';
import { isOfJob } from '../../run/index.ts';
import type { LogReader, LoggedRun } from './log-store.ts';
import { readSlice, searchLog, type LogAnswer, type LogQuery } from './read-log.ts';

/** Without a text and a level, all lines are wanted. */
export type RunLogQuery = Partial<Pick<LogQuery, 'from' | 'bytes' | 'signal'>> & LineSearch;

/** Most bytes that one answer reads: for a slice, and for a search. */
export const logLimits = {
  slice: { usual: 65_536, most: 1_048_576 },
  search: { usual: 67_108_864, most: 67_108_864 },
  hits: 1000,
} as const;

/** Returns lines of the log of a run, or a sentence that says why there are none. */
export async function readRunLog(
  logs: LogReader,
  run: LoggedRun & Pick<RunRecord, 'dialect'>,
  { from = 0, bytes, text, level, signal }: RunLogQuery,
): Promise<Result<LogAnswer, string>> {
  const kept = logs.open(run);
  if (kept === null) return { ok: false, problem: whyNone(logs, run) };
  const isSlice = text === undefined && level === undefined;
  const limit = isSlice ? logLimits.slice : logLimits.search;
  const query = {
    from,
    bytes: Math.min(bytes ?? limit.usual, limit.most),
    ...(signal === undefined ? {} : { signal }),
  };
  const value = isSlice
    ? await readSlice(kept, query)
    : await searchLog(kept, { ...query, text, level, mostHits: logLimits.hits });
  return { ok: true, value };
}

function whyNone(logs: LogReader, run: LoggedRun & Pick<RunRecord, 'dialect'>): string {
  const name = JSON.stringify(run.runId);
  const removedAt = logs.removedAt(run);
  if (removedAt !== null)
    return `The log of the run ${name} was removed on ${new Date(removedAt).toISOString()} to stay within "history.maxMegabytes".`;
  if (isOfJob(run.dialect) || run.dialect === 'results')
    return `There is no log of the run ${name}: it is known by its result files.`;
  return `No log of the run ${name} is kept: "history.logs" was false, or the run is older than this function.`;
}
