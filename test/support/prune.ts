/** Prunes a journal at once, for tests of what is left. */
import type { Feed, Retention } from '../../src/main/engine/feed/index.ts';

/** Does all pieces of the work without a turn between them. */
export function pruneNow(feed: Pick<Feed, 'prune'>, retention?: Retention): void {
  const pieces = feed.prune(retention);
  while (pieces.next().done !== true);
}
