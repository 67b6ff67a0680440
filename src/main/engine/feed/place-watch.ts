/**
 * Notices that somebody removed, moved or replaced the journal, or its folder. SQLite keeps writing into the open file, which nobody
 * finds at the next start.
 */
import { statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { JournalFault } from './journal-writer.ts';

export interface PlaceWatch {
  /** Counts a change that a restart will not find, because the journal was moved or removed. */
  noteChange(): void;
  /** Null while the journal is where it was opened. */
  fault(): JournalFault | null;
  close(): void;
}

export interface PlaceWatchOptions {
  /** Path of the journal. SQLite keeps the file open, so no other file can have its inode. */
  readonly path: string;
  /** Epoch milliseconds. */
  readonly wallMs: () => number;
  readonly onLost: (reason: string) => void;
  readonly onBack: () => void;
}

/** A look is two calls of `stat`, off the main thread. */
const lookEveryMs = 2000;

export function watchPlace({ path, wallMs, onLost, onBack }: PlaceWatchOptions): PlaceWatch {
  // Both files hold commits. Without shared memory, SQLite has no WAL file.
  const files = [path, `${path}-wal`].flatMap((name) => {
    const stats = statSync(name, { bigint: true, throwIfNoEntry: false });
    return stats === undefined ? [] : [{ name, inode: stats.ino }];
  });
  let lost: { readonly reason: string; readonly sinceMs: number; unwritten: number } | null = null;
  let isLooking = false;
  let isClosed = false;

  async function reasonOfLoss(): Promise<string | null> {
    for (const { name, inode } of files) {
      try {
        if ((await stat(name, { bigint: true })).ino !== inode) return `${name} is another file now`;
      } catch (error) {
        // Any other error does not show that the file moved: a network may be slow, a permission may be missing.
        if (isMissing(error)) return `${name} is missing`;
        throw error;
      }
    }
    return null;
  }

  async function look(): Promise<void> {
    const reason = await reasonOfLoss();
    if (isClosed || (reason === null) === (lost === null)) return;
    if (reason === null) {
      lost = null;
      onBack();
    } else {
      lost = { reason, sinceMs: wallMs(), unwritten: 0 };
      onLost(reason);
    }
  }

  const timer = setInterval(() => {
    // A file system that hangs gets no second look.
    if (isLooking) return;
    isLooking = true;
    look()
      .catch(() => undefined)
      .finally(() => (isLooking = false));
  }, lookEveryMs).unref();

  return {
    noteChange() {
      if (lost !== null) lost.unwritten += 1;
    },
    fault: () => (lost === null ? null : { ...lost }),
    close() {
      isClosed = true;
      clearInterval(timer);
    },
  };
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
