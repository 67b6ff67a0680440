/** Remembers which logs were read to their end and have no run: another program may print into them, or a benchmark's other messages. */
import type { LogFile } from '../../vm/index.ts';
import type { LogFollowing } from './log-following.ts';
import { isOwnLog, journalName, type LogTarget } from './log-place.ts';
import type { Tempo } from '../tempo.ts';

export class LogsWithoutRun {
  readonly #monotonicMs: () => number;
  readonly #tempo: Tempo;
  /** By their names in the journal, with their sizes, since when this is known, and when BenchTray read them last. */
  readonly #known = new Map<
    string,
    { readonly bytes: number; readonly sinceMs: number; readonly readMs: number }
  >();

  constructor(monotonicMs: () => number, tempo: Tempo) {
    this.#monotonicMs = monotonicMs;
    this.#tempo = tempo;
  }

  /** Notes what is known of the log that is followed. */
  note({ reading, target, isLive, isBehind }: LogFollowing): void {
    if (reading === null || target === null || !isLive || isBehind || reading.receivedTo === 0) return;
    const name = journalName(target);
    const sinceMs = this.#known.get(name)?.sinceMs ?? this.#monotonicMs();
    if (reading.isRecognised) this.#known.delete(name);
    else this.#known.set(name, { bytes: reading.receivedTo, sinceMs, readMs: this.#monotonicMs() });
  }

  /** Returns whether this log has no run so far, has grown, and was not read for a while: a run may show only in its middle. */
  mayHaveNews(target: LogTarget, { size }: LogFile): boolean {
    const known = this.#known.get(journalName(target));
    if (known === undefined || size <= known.bytes) return false;
    return this.#monotonicMs() - known.readMs >= this.#tempo.logsElsewhereEveryMs;
  }

  /** Returns whether this log has no run. BenchTray reads a log again once it has doubled: some programs print much before their first run. */
  has(target: LogTarget, { size }: LogFile): boolean {
    const known = this.#known.get(journalName(target));
    if (known === undefined || size >= 2 * known.bytes + 1024) return false;
    return !isOwnLog(target) || this.#monotonicMs() - known.sinceMs >= this.#tempo.lastLinesMs;
  }
}
