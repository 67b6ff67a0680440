/** Keeps the archive within its limit: what is worth least goes first. */

/** Kept files of one kind. */
export interface Shelf {
  /** Returns what they take on disk. Looks at all of them. */
  readonly bytes: () => number;
  /**
   * Removes the files of one attempt or run after the other, the oldest first, and yields how many bytes each removal gave back. Ends when
   * none is left, or none can be removed now.
   */
  readonly removals: () => AsyncGenerator<number> | Generator<number>;
}

/** Empties shelves, the first one first and its oldest files first, until all of them fit. Counts all files once. */
export async function makeRoom(shelves: readonly Shelf[], mostBytes: number): Promise<void> {
  let over = shelves.reduce((sum, { bytes }) => sum + bytes(), 0) - mostBytes;
  for (const shelf of shelves) {
    if (over <= 0) return;
    for await (const freed of shelf.removals()) {
      over -= freed;
      if (over <= 0) return;
    }
  }
}
