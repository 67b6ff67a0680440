/** What has been told and not been written yet, in order, without what something later has made needless. */
import type { FeedChange } from './model.ts';

/** More than this many changes are not kept: that is weeks of a benchmark. */
const maxChanges = 10_000;

export interface Unwritten {
  isFull(): boolean;
  count(): number;
  add(change: FeedChange): void;
  all(): readonly FeedChange[];
}

export function createUnwritten(): Unwritten {
  const changes = new Set<{ change: FeedChange }>();
  /** The entry with the newest reading position of each log. Positions are what is big. */
  const newestFollow = new Map<string, { change: FeedChange }>();

  function dropFollow(entry: { change: FeedChange }): void {
    const { follow, ...rest } = entry.change;
    entry.change = rest;
    // Besides `vm` and `at`.
    const isEmpty = Object.values(rest).every((part) => !Array.isArray(part) || part.length === 0);
    if (follow !== undefined && isEmpty) changes.delete(entry);
  }

  return {
    isFull: () => changes.size >= maxChanges,
    count: () => changes.size,
    add(change) {
      const entry = { change };
      changes.add(entry);
      if (change.follow === undefined) return;
      const key = JSON.stringify([change.vm, change.follow.log]);
      const older = newestFollow.get(key);
      if (older !== undefined) dropFollow(older);
      newestFollow.set(key, entry);
    },
    all: () => [...changes].map(({ change }) => change),
  };
}
