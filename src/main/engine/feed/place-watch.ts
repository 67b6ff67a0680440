/**
 * Notices that somebody removed, moved, replaced or overwrote the journal, or its folder. SQLite keeps writing: into an open file that
 * nobody finds at the next start, or over another file of the same name.
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { lookEvery } from '../common/look-every.ts';
import { applicationId } from './journal-name.ts';
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
  /** @param how `gone`: removed, moved or replaced. `overwritten`: another file's bytes are in it */
  readonly onLost: (reason: string, how: Loss['how']) => void;
  readonly onBack: () => void;
}

interface Loss {
  readonly how: 'gone' | 'overwritten';
  readonly reason: string;
}

/** A look is two calls of `stat` and a short read, off the main thread. */
const lookEveryMs = 2000;

export function watchPlace({ path, wallMs, onLost, onBack }: PlaceWatchOptions): PlaceWatch {
  // Both files hold commits. Without shared memory, SQLite has no WAL file.
  const files = [path, `${path}-wal`].flatMap((name) => {
    const stats = statSync(name, { bigint: true, throwIfNoEntry: false });
    return stats === undefined ? [] : [{ name, inode: stats.ino }];
  });
  let lost: { readonly reason: string; readonly sinceMs: number; unwritten: number } | null = null;
  let isClosed = false;

  /** A new journal gets its first page only with the first checkpoint. */
  let hasSeenHeader = isOurHeader(readHeader(path));

  async function findLoss(): Promise<Loss | null> {
    for (const { name, inode } of files) {
      try {
        if ((await stat(name, { bigint: true })).ino !== inode)
          return { how: 'gone', reason: `${name} is another file now` };
      } catch (error) {
        // Any other error does not show that the file moved: a network may be slow, a permission may be missing.
        if (isMissing(error)) return { how: 'gone', reason: `${name} is missing` };
        throw error;
      }
    }
    if (await hasOurHeader(path)) hasSeenHeader = true;
    else if (hasSeenHeader) return { how: 'overwritten', reason: `${path} has the bytes of another file` };
    return null;
  }

  async function look(): Promise<void> {
    const loss = await findLoss();
    if (isClosed || (loss === null) === (lost === null)) return;
    if (loss === null) {
      lost = null;
      onBack();
    } else {
      lost = { reason: loss.reason, sinceMs: wallMs(), unwritten: 0 };
      onLost(loss.reason, loss.how);
    }
  }

  const stopLooking = lookEvery(lookEveryMs, look);

  return {
    noteChange() {
      if (lost !== null) lost.unwritten += 1;
    },
    fault: () => (lost === null ? null : { ...lost }),
    close() {
      isClosed = true;
      stopLooking();
    },
  };
}

/** The first bytes of a SQLite database: https://www.sqlite.org/fileformat2.html#the_database_header. */
const headerBytes = 100;

function readHeader(path: string): Buffer {
  const header = Buffer.alloc(headerBytes);
  const file = openSync(path, 'r');
  try {
    readSync(file, header);
  } finally {
    closeSync(file);
  }
  return header;
}

async function hasOurHeader(path: string): Promise<boolean> {
  const header = Buffer.alloc(headerBytes);
  await using file = await open(path, 'r');
  await file.read(header);
  return isOurHeader(header);
}

function isOurHeader(header: Buffer): boolean {
  return (
    header.toString('latin1', 0, 16) === 'SQLite format 3\0' && header.readUInt32BE(68) === applicationId
  );
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
