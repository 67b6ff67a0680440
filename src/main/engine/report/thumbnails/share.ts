/** Shares the room for screenshots out among the tasks. Pure. */

/** Less than this shows nothing that can be recognised. Characters of base64. */
const least = 6_000;
/** More than this is not needed. */
const most = 60_000;
/** Characters of the HTML around a thumbnail. */
const around = 1_000;

interface Ranked {
  /** 0 for the last screenshot of its task, 1 for the one before. */
  readonly rank: number;
}

/**
 * Returns the pictures that a report has room for. If it is not enough for all, each task keeps its last one first, and those of one rank
 * are left out evenly over the run.
 */
export function fitting<Slot extends Ranked>(slots: readonly Slot[], room: number): ReadonlySet<Slot> {
  let left = Math.max(0, Math.floor(room / (least + around)));
  const chosen = new Set<Slot>();
  const ranks = Map.groupBy(slots, ({ rank }) => rank);
  for (const [, ofRank] of [...ranks].sort(([a], [b]) => a - b)) {
    const count = Math.min(left, ofRank.length);
    for (const [index, slot] of ofRank.entries())
      if (Math.floor((index * count) / ofRank.length) < Math.floor(((index + 1) * count) / ofRank.length))
        chosen.add(slot);
    left -= count;
  }
  return chosen;
}

/** Returns how many bytes the next picture may have. What one does not use goes to those after it. @param count pictures still to come */
export function allowance(room: number, count: number): number {
  const characters = Math.min(most, Math.floor(room / Math.max(1, count)) - around);
  return Math.floor((Math.max(0, characters) / 4) * 3);
}
