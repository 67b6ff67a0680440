/** Remembers which logs were read to their end and have no run: another program may print into them, or a benchmark's other messages. */
import type { LogFile } from '../../vm/index.ts';
import type { LogFollowing } from './log-following.ts';
import { isOwnLog, journalName, type LogTarget } from './log-place.ts';

export class LogsWithoutRun {
  readonly #monotonicMs: () => number;
  readonly #lastLinesMs: number;
  /** By their names in the journal, with their sizes and since when this is known. */
  readonly #known = new Map<string, { readonly bytes: number; readonly sinceMs: number }>();

  /** @param lastLinesMs how long the first words of a run may be on their way */
  constructor(monotonicMs: () => number, lastLinesMs: number) {
    this.#monotonicMs = monotonicMs;
    this.#lastLinesMs = lastLinesMs;
  }

  /** Notes what is known of the log that is followed. */
  note({ reading, target, isLive, isBehind }: LogFollowing): void {
    if (reading === null || target === null || !isLive || isBehind || reading.receivedTo === 0) return;
    const name = journalName(target);
    const sinceMs = this.#known.get(name)?.sinceMs ?? this.#monotonicMs();
    if (reading.isRecognised) this.#known.delete(name);
    else this.#known.set(name, { bytes: reading.receivedTo, sinceMs });
  }

  /** Returns whether this log has no run. BenchTray reads a log again once it has doubled: some programs print much before their first run. */
  has(target: LogTarget, { size }: LogFile): boolean {
    const known = this.#known.get(journalName(target));
    if (known === undefined || size >= 2 * known.bytes + 1024) return false;
    return !isOwnLog(target) || this.#monotonicMs() - known.sinceMs >= this.#lastLinesMs;
  }
}
