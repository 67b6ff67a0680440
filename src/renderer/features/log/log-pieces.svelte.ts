/** Reads pieces of a log, one at a time: another one takes the place of the one that is under way. */
import type { AnswerProblem } from '../../state/answer.ts';
import { inBackground } from '../../state/in-background.ts';
import type { LogQuery, LogSlice, ReadLog } from '../../state/log-api.ts';

interface Piece {
  readonly query: LogQuery;
  /** Nothing else is read until it has ended. */
  readonly isGoing: boolean;
  readonly take: (slice: LogSlice) => void;
}

export class LogPieces {
  /** Why the newest reading failed. */
  problem = $state.raw<AnswerProblem | null>(null);

  readonly #read: ReadLog;
  readonly #onTaken: () => void;
  #reading: { readonly controller: AbortController; readonly isGoing: boolean } | null = null;
  #failed: Piece | null = null;
  /** Average bytes of a row, over all rows that were read. */
  #known = { bytes: 0, rows: 0 };

  /** @param onTaken called after each piece that was taken */
  constructor(read: ReadLog, onTaken: () => void) {
    this.#read = read;
    this.#onTaken = onTaken;
  }

  get isReading(): boolean {
    return this.#reading !== null;
  }

  /** A reading that nothing may replace by itself is under way. */
  get isGoing(): boolean {
    return this.#reading?.isGoing === true;
  }

  /** Average bytes of a row, at least 1. */
  get rowBytes(): number {
    const { bytes, rows } = this.#known;
    return Math.max(1, bytes / Math.max(1, rows));
  }

  /** Begins a reading in place of the one that is under way. @param isGoing nothing else is read until it has ended */
  start(query: LogQuery, isGoing: boolean, take: (slice: LogSlice) => void): void {
    this.#begin({ query, isGoing, take });
  }

  /** Reads again what failed. */
  retry(): void {
    if (this.#failed !== null) this.#begin(this.#failed);
  }

  stop(): void {
    this.#reading?.controller.abort();
    this.#reading = null;
  }

  #begin(piece: Piece): void {
    this.stop();
    const controller = new AbortController();
    this.#reading = { controller, isGoing: piece.isGoing };
    inBackground(this.#readPiece(piece, controller.signal));
  }

  async #readPiece(piece: Piece, signal: AbortSignal): Promise<void> {
    try {
      const answer = await this.#read(piece.query, signal);
      if (signal.aborted) return;
      this.#reading = null;
      this.problem = answer.ok ? null : answer.problem;
      this.#failed = answer.ok ? null : piece;
      if (!answer.ok) return;
      this.#count(answer.value);
      piece.take(answer.value);
      this.#onTaken();
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #count({ from, next, lines }: LogSlice): void {
    const { bytes, rows } = this.#known;
    this.#known = { bytes: bytes + next - from, rows: rows + lines.length };
  }
}
