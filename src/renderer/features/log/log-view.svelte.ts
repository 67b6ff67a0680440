/** The visible part of a log: reads around it, releases the rest, and follows the end of a growing log. */
import type { AnswerProblem } from '../../state/answer.ts';
import type { LogSlice, ReadLog } from '../../state/log-api.ts';
import {
  fitted,
  fractionAt,
  idealTop,
  laidOutAt,
  seenRows,
  type LogLayout,
  type LogScale,
} from './log-layout.ts';
import { LogPieces } from './log-pieces.svelte.ts';
import {
  beginsLog,
  endsLog,
  rowAt,
  rowOfByte,
  trimmed,
  windowOf,
  withNext,
  withPrevious,
  type LogWindow,
} from './log-window.ts';

/** About a thousand rows. */
const pieceBytes = 131_072;
/** The next piece is read so many rows before the edge of what is in memory. */
const edgeRows = 600;

/** The place to open a log at: a byte, or the end. */
export type LogTarget = number | 'end';
/** "top": the line becomes the first one. "seen": it stays in place, or is shown with some lines before it. */
export type LogAlign = 'top' | 'seen';

/** Heights of a row and of the visible part, pixels. */
export type LogSizes = Pick<LogScale, 'row' | 'view'>;

export class LogView {
  /** Null until something was read. */
  window = $state.raw<LogWindow | null>(null);
  layout = $state.raw<LogLayout>({ origin: 0, height: 0 });
  /** The visible part is not in memory. */
  isBlank = $state(true);
  /** The end is seen. It stays seen when the log grows. */
  isAtEnd = $state(false);
  /** The wanted scroll position, once the layout is on the page. A new object each time. */
  scrollTo = $state.raw<{ readonly top: number } | null>(null);

  /** The run has no log, or none yet. */
  readonly isMissing: boolean = $derived.by(() => this.window === null && this.problem?.status === 404);

  readonly #pieces: LogPieces;
  readonly #onGrown: (slice: LogSlice) => void;
  #sizes = $state.raw<LogSizes>({ row: 20, view: 600 });
  #scrollTop = $state(0);

  /** @param onGrown takes what the log has grown by while its end was seen */
  constructor(read: ReadLog, onGrown: (slice: LogSlice) => void) {
    this.#pieces = new LogPieces(read, () => this.#look());
    this.#onGrown = onGrown;
  }

  /** Numbers of the first row that is seen and of the last. */
  readonly seen: readonly [number, number] = $derived.by(() => {
    const [top, bottom] = seenRows(this.#sizes, this.layout, this.#scrollTop);
    return [Math.floor(top), Math.ceil(bottom) - 1];
  });

  /** Why the newest reading failed; null: it did not. */
  get problem(): AnswerProblem | null {
    return this.#pieces.problem;
  }

  get rowPixels(): number {
    return this.#sizes.row;
  }

  /** Shows the line that a byte is in, or the end. */
  goTo(target: LogTarget, align: LogAlign = 'seen'): void {
    const { window } = this;
    if (window !== null && isIn(window, target)) {
      this.#pieces.stop();
      this.#show(window, target, align);
      return;
    }
    const from = target === 'end' ? -pieceBytes : Math.max(0, target - pieceBytes / 2);
    this.#pieces.start({ from, bytes: pieceBytes }, true, (slice) => {
      const found = windowOf(slice);
      // The log is shorter than the link that led here says.
      const isBeyond = target !== 'end' && rowOfByte(found, target) === null && found.from > 0;
      if (isBeyond) {
        this.goTo('end');
        return;
      }
      this.#replace(found, target);
      this.#show(found, target, align);
    });
  }

  /** @param scrollTop of the element that scrolls */
  scrolled(scrollTop: number): void {
    this.#scrollTop = scrollTop;
    this.#look();
  }

  /** Nobody scrolls any more. */
  rested(): void {
    if (this.window !== null && !this.isBlank) this.#fit(this.window, true);
  }

  resized(sizes: LogSizes): void {
    const { isAtEnd, window } = this;
    const isOtherText = sizes.row !== this.#sizes.row;
    const seen = isAtEnd ? 'end' : this.topByte();
    this.#sizes = sizes;
    if (window === null) return;
    if (isOtherText && seen !== null) {
      this.#replace(window, seen);
      this.#show(window, seen, 'top');
      return;
    }
    this.#fit(window, false);
    if (isAtEnd) this.#toEnd();
    this.#look();
  }

  /** Reads what the log has grown by, if its end is seen and nothing else is being read. Looks again for a log that is missing. */
  poll(): void {
    if (this.#pieces.isReading) return;
    if (this.isMissing) this.retry();
    else if (this.window !== null && this.isAtEnd) this.#readNext(this.window);
  }

  retry(): void {
    this.#pieces.retry();
  }

  /** Returns where the first line begins that is seen as a whole, bytes; null: it is not in memory. */
  topByte(): number | null {
    if (this.window === null) return null;
    const [top] = seenRows(this.#sizes, this.layout, this.#scrollTop);
    return rowAt(this.window, Math.ceil(top - 0.01))?.from ?? null;
  }

  close(): void {
    this.#pieces.stop();
  }

  get #scale(): LogScale {
    return { ...this.#sizes, rowBytes: this.#pieces.rowBytes };
  }

  /** Decides what to read next by what is seen. */
  #look(): void {
    const { window } = this;
    if (window === null) return;
    const [top, bottom] = this.seen;
    const end = window.first + window.rows.length;
    this.isBlank = bottom < window.first || top >= end;
    // A fraction of a pixel is lost where the page is zoomed.
    this.isAtEnd = endsLog(window) && this.#scrollTop + this.#sizes.view >= this.layout.height - 2;
    if (this.#pieces.isGoing || this.problem !== null) return;
    if (this.isBlank) this.#readAfar(window.size);
    else if (this.#pieces.isReading) return;
    else if (top - window.first < edgeRows && !beginsLog(window)) this.#readPrevious(window);
    else if (end - bottom < edgeRows && !endsLog(window)) this.#readNext(window);
  }

  /** The scroll bar was dragged to another part of the log. */
  #readAfar(size: number): void {
    const at = (): number => Math.floor(fractionAt(this.layout, this.#scale, this.#scrollTop) * size);
    const from = Math.max(0, Math.min(at(), size - 1) - pieceBytes / 2);
    this.#pieces.start({ from, bytes: pieceBytes }, true, (slice) => {
      const found = windowOf(slice);
      const byte = at();
      const number = rowOfByte(found, byte);
      if (number === null) {
        // It was dragged on meanwhile.
        this.#readAfar(found.size);
        return;
      }
      const { row, view } = this.#sizes;
      const seenAt = this.#scrollTop + (byte / found.size) * (view - row);
      this.layout = laidOutAt(found, this.#scale, number, seenAt);
      this.#fit(found, false);
    });
  }

  #readNext(window: LogWindow): void {
    this.#pieces.start({ from: window.to, bytes: pieceBytes }, false, (slice) => {
      const { isAtEnd } = this;
      this.#fit(this.#kept(withNext(window, slice)), false);
      if (!isAtEnd) return;
      this.#toEnd();
      this.#onGrown(slice);
    });
  }

  #readPrevious(window: LogWindow): void {
    const from = Math.max(0, window.from - pieceBytes);
    this.#pieces.start({ from, bytes: window.from - from }, false, (slice) => {
      this.#fit(this.#kept(withPrevious(window, slice)), false);
    });
  }

  #kept(window: LogWindow): LogWindow {
    const [top, bottom] = this.seen;
    return trimmed(window, Math.round((top + bottom) / 2));
  }

  /** Puts another window in place of the present one. */
  #replace(window: LogWindow, target: LogTarget): void {
    const byte = target === 'end' ? window.size : target;
    const number = rowOfByte(window, byte) ?? window.first;
    this.layout = laidOutAt(window, this.#scale, number, idealTop(window.size, byte, this.#scale));
    this.#fit(window, true);
  }

  #show(window: LogWindow, target: LogTarget, align: LogAlign): void {
    const number = target === 'end' ? null : rowOfByte(window, target);
    if (number === null) this.#toEnd();
    else this.#toRow(number, align);
    this.#look();
  }

  #toRow(number: number, align: LogAlign): void {
    const { row, view } = this.#sizes;
    const at = this.layout.origin + number * row;
    const below = this.#scrollTop + view - at - row;
    if (align === 'top' || (at < this.#scrollTop && at > this.#scrollTop - 3 * row)) this.#moveTo(at);
    else if (below < 0 && below > -3 * row) this.#moveTo(at + row - view);
    else if (at < this.#scrollTop || below < 0) this.#moveTo(at - Math.floor(view / 3));
  }

  #toEnd(): void {
    this.#moveTo(this.layout.height - this.#sizes.view);
  }

  #fit(window: LogWindow, isAtRest: boolean): void {
    const { layout, shift } = fitted(window, this.#scale, this.layout, isAtRest);
    this.window = window;
    this.layout = layout;
    if (shift !== 0) this.#moveTo(this.#scrollTop + shift);
  }

  #moveTo(top: number): void {
    const most = Math.max(0, this.layout.height - this.#sizes.view);
    this.#scrollTop = Math.min(most, Math.max(0, top));
    this.scrollTo = { top: this.#scrollTop };
  }
}

function isIn(window: LogWindow, target: LogTarget): boolean {
  return target === 'end' ? endsLog(window) : rowOfByte(window, target) !== null;
}
