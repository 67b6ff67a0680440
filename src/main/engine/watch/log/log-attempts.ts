/** Counts how often BenchTray began to read each log: one that cannot be read must not be tried for ever. */

interface Attempt {
  readonly size: number;
  readonly readTo: number;
  readonly count: number;
}

/** A log that newer logs interrupt is read to its end in fewer attempts than this. */
const mostAttempts = 5;

export class LogAttempts {
  /** By the names of the logs in the journal. */
  readonly #newest = new Map<string, Attempt>();

  /** Notes that BenchTray begins to read a log. @param readTo how far it was read before, bytes */
  note(name: string, size: number, readTo: number): void {
    const before = this.#newest.get(name);
    const isInVain = before?.size === size && before.readTo === readTo;
    this.#newest.set(name, { size, readTo, count: isInVain ? before.count + 1 : 1 });
  }

  /** Returns whether all attempts to read a log of this length were in vain. */
  areSpent(name: string, size: number): boolean {
    const newest = this.#newest.get(name);
    return newest?.size === size && newest.count >= mostAttempts;
  }

  /** The connection is gone, which may have been the reason. */
  forget(): void {
    this.#newest.clear();
  }
}
