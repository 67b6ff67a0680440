/** Keeps the archive within its limit: what is worth least goes first. */

/** Kept files of one kind. */
export interface Shelf {
  /** Returns what they take on disk. */
  readonly bytes: () => number;
  /** Removes the oldest of them. @returns false: there is none, or it cannot be removed now */
  readonly removeOldest: () => Promise<boolean>;
}

/** Empties shelves, the first one first and its oldest files first, until all of them fit. */
export async function makeRoom(shelves: readonly Shelf[], mostBytes: number): Promise<void> {
  const isOver = (): boolean => shelves.reduce((sum, { bytes }) => sum + bytes(), 0) > mostBytes;
  for (const shelf of shelves) while (isOver() && (await shelf.removeOldest()));
}
