/**
 * Which bytes of a log belong to which start of a run. The log of a run is what its starts have written, one behind the other (`RunState.parts`),
 * so that it need not be known yet whether a new start goes on with an old run. Pure.
 */
import type { RunState } from './model.ts';

/** The log of one start of a run. */
export interface StartLog {
  /** Id of the start, as in `RunPart.runId`. */
  readonly start: string;
  /** Where it begins in the present file, bytes. Negative: in a file before this one (logrotate). */
  readonly from: number;
}

/**
 * If the first start in a log stands within so many bytes, what is before it belongs to it: what the shell and Python print before the
 * benchmark says a word. Further down, other programs may have written that.
 */
export const leadInBytes = 65_536;

/** Returns the log of a start that was recognised by the line at `offset`. @param before the newest start in this log; undefined: none */
export function beginStartLog(before: StartLog | undefined, start: string, offset: number): StartLog {
  return { start, from: before === undefined && offset <= leadInBytes ? Math.min(0, offset) : offset };
}

/**
 * Returns the log of the start that a stored run is in the middle of, for a state that an older BenchTray wrote: all of the file so far
 * counts as its own.
 */
export function startLogOfOld(run: RunState, offset: number): StartLog {
  const start = run.next?.runId ?? run.parts.at(-1)?.runId ?? run.runId;
  return { start, from: Math.min(0, offset) };
}

/** Returns the same log as it is seen from the file that it goes on in. Both offsets are where the one file is left and the other begun. */
export function inNextFile({ start, from }: StartLog, leftAt: number, goesOnAt: number): StartLog {
  return { start, from: from + goesOnAt - leftAt };
}
