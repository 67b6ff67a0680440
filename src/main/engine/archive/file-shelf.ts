/** The kept files of one kind, as a part of the archive that makes room. */
import type { AttemptKey, Feed, KeptFile } from '../feed/index.ts';
import type { Shelf } from './room.ts';
import type { FileStore } from './store.ts';
import type { WhyMissing } from './why-missing.ts';

export interface FileShelfOptions {
  readonly feed: Pick<Feed, 'keptBytes' | 'keptTask' | 'oldestKept' | 'putKept' | 'storedBytes'>;
  readonly store: Pick<FileStore, 'remove'>;
  readonly kind: KeptFile['kind'];
  /** What the index says of an attempt whose files were removed. */
  readonly why: WhyMissing;
  /** Epoch milliseconds. */
  readonly wallMs: () => number;
  /** True: the journal is not asked any more. */
  readonly isClosed: () => boolean;
}

/** Attempts in the first question to the index: a copy that has just ended needs room for one or two. Each question doubles them. */
const firstPage = 4;

export function createFileShelf(options: FileShelfOptions): Shelf {
  const { feed, store, kind, why, wallMs, isClosed } = options;

  function bytesOf(hashes: ReadonlySet<string>): number {
    return [...hashes].reduce((sum, hash) => sum + feed.storedBytes(kind, hash), 0);
  }

  /** Returns the bytes that were given back; null: nothing was removed. */
  async function remove(key: AttemptKey): Promise<number | null> {
    const kept = feed.keptTask(key);
    if (kept === null) return null;
    const hashes = new Set(kept.files.filter((file) => file.kind === kind).map(({ hash }) => hash));
    const files = kept.files.filter((file) => file.kind !== kind);
    const before = bytesOf(hashes);
    // The index first: a file that it names must be there.
    if (!feed.putKept([{ ...kept, since: wallMs(), files, why }])) return null;
    const freed = before - bytesOf(hashes);
    for (const hash of hashes) await store.remove(kind, hash);
    return freed;
  }

  return {
    bytes: () => (isClosed() ? 0 : feed.keptBytes(kind)),
    async *removals() {
      let isMore = true;
      for (let page = firstPage; isMore; page *= 2) {
        isMore = false;
        for (const key of isClosed() ? [] : feed.oldestKept(kind, page)) {
          const freed = isClosed() ? null : await remove(key);
          if (freed === null) continue;
          isMore = true;
          yield freed;
        }
      }
    },
  };
}
