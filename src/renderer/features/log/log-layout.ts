/**
 * Places the rows of a log on a page that is as high as the whole log. Pure.
 *
 * Nobody knows how many lines a log has: it may have 200 MB, and only a part of it is read. So the height is an estimate by its bytes, and the
 * scroll bar stands for a place in the bytes. Rows that are next to each other are laid out from one row whose place is fixed, so that
 * scrolling is exact where one reads. The two disagree the more, the longer one scrolls. They are brought together by moving the rows
 * and the scroll bar alike, which nobody sees: when scrolling rests, and when the first row of the log would not be at the top. What is
 * below the last known row is only an estimate, which changes without moving anything.
 */
import { beginsLog, endsLog, type LogWindow } from './log-window.ts';

/** Heights in pixels. */
export interface LogScale {
  readonly row: number;
  /** Height of the visible part, pixels. */
  readonly view: number;
  /** Estimated bytes of a row. */
  readonly rowBytes: number;
}

export interface LogLayout {
  /** Top of row 0, pixels. */
  readonly origin: number;
  readonly height: number;
}

/** Firefox lays out nothing beyond 17 million pixels. */
const mostPixels = 8_000_000;

/** Returns how high all of the log is, estimated. */
function estimate(size: number, { row, rowBytes }: LogScale): number {
  return Math.min(mostPixels, Math.ceil(size / rowBytes) * row);
}

/** Returns where a byte would be if all rows were alike. */
export function idealTop(size: number, byte: number, scale: LogScale): number {
  return size === 0 ? 0 : Math.round((byte / size) * estimate(size, scale));
}

/** Returns the layout in which a row is at this height. @param number of the row */
export function laidOutAt(window: LogWindow, scale: LogScale, number: number, pixels: number): LogLayout {
  return withHeight(window, scale, pixels - number * scale.row);
}

export interface Fitted {
  readonly layout: LogLayout;
  /** How far the rows have moved: the scroll bar must move as far. */
  readonly shift: number;
}

/** Brings the estimate and the rows together, as far as it must be now. @param isAtRest nobody scrolls, so it may move the scroll bar */
export function fitted(window: LogWindow, scale: LogScale, { origin }: LogLayout, isAtRest: boolean): Fitted {
  const top = origin + window.first * scale.row;
  const wanted = idealTop(window.size, window.from, scale);
  const isFar = Math.abs(wanted - top) > scale.view;
  const shift = beginsLog(window) || top < 0 || (isAtRest && isFar) ? wanted - top : 0;
  return { layout: withHeight(window, scale, origin + shift), shift };
}

function withHeight(window: LogWindow, scale: LogScale, origin: number): LogLayout {
  const bottom = origin + (window.first + window.rows.length) * scale.row;
  const rest = (window.size - window.to) / window.size;
  const below = endsLog(window) ? 0 : Math.max(scale.row, rest * estimate(window.size, scale));
  return { origin, height: Math.max(0, Math.ceil(bottom + below)) };
}

/** Returns the numbers of the rows that are seen from here on, as fractions: 3.5 is half of the row 3. */
export function seenRows(
  scale: Pick<LogScale, 'row' | 'view'>,
  { origin }: LogLayout,
  scrollTop: number,
): readonly [number, number] {
  return [(scrollTop - origin) / scale.row, (scrollTop + scale.view - origin) / scale.row];
}

/** Returns the place in the log, from 0 to 1, that the scroll bar stands for. */
export function fractionAt({ height }: LogLayout, { view }: LogScale, scrollTop: number): number {
  return height <= view ? 0 : Math.min(1, Math.max(0, scrollTop / (height - view)));
}
