/**
 * The part of a log that is in memory: rows one behind the other. Each keeps its number while rows come and go around it: the first that was
 * read has 0, and those before it have negative numbers. Pure.
 */
import type { LogLine, LogSlice } from '../../state/log-api.ts';

export interface LogRow extends LogLine {
  /** BenchTray did not keep these bytes: there is no text. */
  readonly isHole: boolean;
}

export interface LogWindow {
  readonly rows: readonly LogRow[];
  /** Number of the first row. */
  readonly first: number;
  /** Start of the first row, bytes. */
  readonly from: number;
  /** First byte behind the last row. */
  readonly to: number;
  /** Bytes of the whole log. */
  readonly size: number;
}

/** Limits of a window. 20 rows of a log are some kilobytes, but one may have 64. */
const most = { rows: 12_000, characters: 8_000_000 };

export const beginsLog = ({ from }: LogWindow): boolean => from === 0;
export const endsLog = ({ to, size }: LogWindow): boolean => to >= size;

export function windowOf(slice: LogSlice): LogWindow {
  const { from, next, size_bytes: size } = slice;
  return { rows: rowsOf(slice), first: 0, from, to: next, size };
}

/**
 * Returns the window with the slice that was read from its end on. A line that was not over then is in the slice as a whole, and takes the
 * place of what was known of it.
 */
export function withNext(window: LogWindow, slice: LogSlice): LogWindow {
  const { next, size_bytes: size } = slice;
  const rows = rowsOf(slice);
  const begins = rows[0]?.from ?? slice.from;
  const kept = window.rows.findLastIndex(({ from }) => from < begins) + 1;
  return {
    ...window,
    rows: [...window.rows.slice(0, kept), ...rows],
    from: kept === 0 ? begins : window.from,
    to: Math.max(window.to, next),
    size,
  };
}

/** Returns the window with the slice that was read up to its beginning. */
export function withPrevious(window: LogWindow, slice: LogSlice): LogWindow {
  const before = rowsOf(slice).filter(({ from }) => from < window.from);
  const [first] = before;
  if (first === undefined) return window;
  return {
    ...window,
    rows: [...before, ...window.rows],
    first: window.first - before.length,
    from: first.from,
  };
}

/** Returns the window without what is too much, which goes at the end that is farther from a row. @param seen number of the row */
export function trimmed(window: LogWindow, seen: number): LogWindow {
  const { rows, first } = window;
  const centre = seen - first;
  let [begin, end] = [0, rows.length];
  let characters = rows.reduce((sum, { text }) => sum + text.length, 0);
  while (end - begin > 1 && (end - begin > most.rows || characters > most.characters)) {
    if (centre - begin > end - 1 - centre) {
      characters -= rows[begin]?.text.length ?? 0;
      begin += 1;
    } else {
      end -= 1;
      characters -= rows[end]?.text.length ?? 0;
    }
  }
  if (end - begin === rows.length) return window;
  return {
    ...window,
    rows: rows.slice(begin, end),
    first: first + begin,
    from: rows[begin]?.from ?? window.from,
    to: rows[end]?.from ?? window.to,
  };
}

/** Returns the number of the row that a byte of the log is in; null: it is not in the window. */
export function rowOfByte({ rows, first, from, to, size }: LogWindow, byte: number): number | null {
  // The end of the log is behind its last row.
  if (rows.length === 0 || byte < from || (byte >= to && !(to >= size && byte >= size))) return null;
  let [low, high] = [0, rows.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((rows[middle]?.from ?? Infinity) <= byte) low = middle;
    else high = middle - 1;
  }
  return first + low;
}

/** Returns a row by its number. */
export const rowAt = ({ rows, first }: LogWindow, number: number): LogRow | undefined => rows[number - first];

function rowsOf({ lines, missing }: LogSlice): readonly LogRow[] {
  const known = lines.map((line) => ({ ...line, isHole: false }));
  if (missing.length === 0) return known;
  const holes = missing.map((hole) => ({ ...hole, text: '', isHole: true }));
  return [...known, ...holes].sort((a, b) => a.from - b.from);
}
