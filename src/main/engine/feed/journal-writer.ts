/**
 * The way into the journal, with or without room on the disk. Where there is none, what happens stays in one open
 * transaction in memory: it is numbered, told and replayed as ever, and written as soon as there is room again.
 */
import { rmSync } from 'node:fs';
import { writeOwnFile } from '../files/index.ts';
import { writeChange, type Written } from './commit.ts';
import { createDiskSync } from './disk-sync.ts';
import type { JournalFile } from './journal-file.ts';
import type { Journal } from './journal.ts';
import type { FeedChange } from './model.ts';
import { createUnwritten, type Unwritten } from './unwritten.ts';

/** Why the journal cannot be written at present: what SQLite says. */
export type Fault = Error & { readonly errcode: number };

/** Since when nothing is kept, and what is affected. */
export interface JournalFault {
  /** The message of SQLite, or which file was moved or removed. */
  readonly reason: string;
  /** Epoch milliseconds. */
  readonly sinceMs: number;
  /** Changes that have been told and are not on disk. */
  readonly unwritten: number;
}

export interface JournalWriter {
  /** @throws what SQLite throws for any other reason than the disk; nothing is written then */
  write(change: FeedChange): Written;
  /** @returns when this VM was first seen, which is `at` when that is now */
  firstSeen(vm: string, at: number): number;
  /** Runs what writes by itself and may as well be done later: not while there is no room. */
  tend(work: () => void): void;
  /** Null while everything that was told is on disk. */
  fault(): JournalFault | null;
  /** Writes what is held, if it can. @returns how many changes could not be written and are lost now */
  close(): number;
}

export interface WriterOptions {
  readonly file: JournalFile;
  readonly journal: Journal;
  /** Epoch milliseconds. */
  readonly wallMs: () => number;
  /** Nothing can be written from here on. Called when the journal can be committed to again. */
  readonly onHeld: (fault: Fault) => void;
  /** All of it has been written. */
  readonly onSettled: () => void;
  /** What is written stays in the system's memory: a loss of power would lose it. Told once. */
  readonly onUnsynced: (error: Error) => void;
}

interface Held {
  readonly fault: Fault;
  readonly sinceMs: number;
  readonly unwritten: Unwritten;
}

/** SQLite's primary result codes for what a disk may do: https://www.sqlite.org/rescode.html */
const readOnly = 8;
const ioError = 10;
const full = 13;
const cannotOpen = 14;
const diskFaults: readonly number[] = [readOnly, ioError, full, cannotOpen];

const tryEveryMs = 5000;
const tryEveryAtMostMs = 60_000;
/** What must fit before it is tried: a page or two of the journal for every change, and something for the rest of the world. */
const roomBytes = { atLeast: 1_000_000, perChange: 8192 };

export function createJournalWriter(options: WriterOptions): JournalWriter {
  const { file, journal, wallMs, onHeld, onSettled, onUnsynced } = options;
  const { database, numbers } = file;
  const roomFile = `${file.path}-room`;
  // Where SQLite writes first what is committed (https://www.sqlite.org/wal.html).
  const disk = createDiskSync(`${file.path}-wal`, onUnsynced);
  /** While the disk takes nothing. */
  let held: Held | null = null;
  let retry: NodeJS.Timeout | undefined;
  const seen = new Map<string, number>();
  // A process that was killed may have left it.
  rmSync(roomFile, { force: true });

  function beginHeld(): void {
    if (database.isTransaction) return;
    database.exec('BEGIN IMMEDIATE');
    // A commit that failed has taken the events with it. They get the same numbers again.
    numbers.forget();
    for (const [vm, at] of seen) journal.marks.firstSeen(vm, at);
    for (const change of held?.unwritten.all() ?? []) writeChange(journal, change);
  }

  function hold(fault: Fault): Held {
    const begun = { fault, sinceMs: wallMs(), unwritten: createUnwritten() };
    held = begun;
    // Or SQLite would write a part of the open transaction to make room in memory.
    database.exec('PRAGMA cache_spill=OFF');
    beginHeld();
    scheduleRetry(tryEveryMs);
    onHeld(fault);
    return begun;
  }

  function scheduleRetry(afterMs: number): void {
    clearTimeout(retry);
    retry = setTimeout(() => {
      if (!settle()) scheduleRetry(Math.min(2 * afterMs, tryEveryAtMostMs));
    }, afterMs).unref();
  }

  /** Does `work` at once where the disk takes it, else what is for that. */
  function attempt<Result>(work: () => Result, whenHeld: (held: Held) => Result): Result {
    if (held !== null) {
      beginHeld();
      return whenHeld(held);
    }
    try {
      return work();
    } catch (error) {
      if (!isDiskFault(error)) throw error;
      return whenHeld(hold(error));
    }
  }

  /** @returns whether nothing is held any more */
  function settle(): boolean {
    if (held === null) return true;
    try {
      // A commit that fails takes the transaction with it, and all of it has to be done again.
      const bytes = roomBytes.atLeast + held.unwritten.all().length * roomBytes.perChange;
      writeOwnFile(roomFile, Buffer.alloc(bytes));
      rmSync(roomFile);
      beginHeld();
      numbers.keepReserve(numbers.head());
      database.exec('COMMIT');
      database.exec('PRAGMA cache_spill=ON');
    } catch {
      rmSync(roomFile, { force: true });
      beginHeld();
      return false;
    }
    held = null;
    clearTimeout(retry);
    disk.request();
    onSettled();
    return true;
  }

  return {
    write: (change) =>
      attempt(
        () => {
          const written = journal.transaction(() => {
            const done = writeChange(journal, change);
            const newest = done.events.at(-1);
            if (newest !== undefined) numbers.keepReserve(newest.seq);
            return done;
          });
          disk.request();
          return written;
        },
        ({ fault, unwritten }) => {
          if (unwritten.isFull()) throw fault;
          return journal.transaction(() => {
            const written = writeChange(journal, change);
            if (numbers.head() >= numbers.end()) throw fault;
            unwritten.add(change);
            return written;
          });
        },
      ),
    firstSeen(vm, at) {
      const first = attempt(
        () => journal.marks.firstSeen(vm, at),
        () => journal.marks.firstSeen(vm, at),
      );
      seen.set(vm, first);
      return first;
    },
    tend(work) {
      if (held === null) attempt(work, () => undefined);
    },
    fault() {
      if (held === null) return null;
      const { fault, sinceMs, unwritten } = held;
      return { reason: fault.message, sinceMs, unwritten: unwritten.count() };
    },
    close() {
      settle();
      clearTimeout(retry);
      disk.close();
      if (held !== null) {
        database.exec('ROLLBACK');
        return held.unwritten.all().length;
      }
      try {
        numbers.release();
      } catch (error) {
        // The reserve stays on a disk that takes nothing: the next process skips it, as after a crash.
        if (!isDiskFault(error)) throw error;
      }
      return 0;
    },
  };
}

function isDiskFault(error: unknown): error is Fault {
  return (
    error instanceof Error &&
    'errcode' in error &&
    typeof error.errcode === 'number' &&
    diskFaults.includes(error.errcode & 0xff)
  );
}
