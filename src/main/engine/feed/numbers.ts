/**
 * The numbers that events get, each of them once and for ever. Some are held in reserve on disk: an event that is told
 * while the disk is full has one of those, and a process that comes later begins behind them.
 */
import type { DatabaseSync } from 'node:sqlite';

const reserveSize = 100_000;

export interface Numbers {
  /** The newest number, 0 before the first. */
  head(): number;
  /** Gives out the number behind the newest. */
  next(): number;
  /** To be called when a transaction that gave out numbers was rolled back. */
  forget(): void;
  /** The first number that may not be given out before more are reserved. */
  end(): number;
  /**
   * Reserves more when there are few left. Once in a transaction, or as one of its own.
   * @param head the newest number
   */
  keepReserve(head: number): void;
  /** Gives the reserve back: all that was told has been written. */
  release(): void;
  /** Whether nothing was ever written under this number, though something may have been told. */
  isLost(seq: number): boolean;
}

/**
 * Opens the numbers and reserves new ones. If the last process did not give its reserve back, those numbers are skipped.
 *
 * SQLite keeps a number for AUTOINCREMENT, and the reserve is that number. It is ahead of the events, so adding an event does not change
 * it. If it did, a commit would write five pages and not four, and publishing would cost a tenth more.
 */
export function openNumbers(database: DatabaseSync): Numbers {
  const statements = {
    // The numbers of all events are in one of these, also of those that were pruned.
    head: database.prepare(`SELECT max(
      (SELECT ifnull(max(seq), 0) FROM events),
      (SELECT ifnull(max(through_seq), 0) FROM pruned),
      (SELECT ifnull(max(before_seq), 0) FROM lost)) AS value`),
    end: database.prepare("SELECT seq AS value FROM sqlite_sequence WHERE name = 'events'"),
    dropEnd: database.prepare("DELETE FROM sqlite_sequence WHERE name = 'events'"),
    setEnd: database.prepare("INSERT INTO sqlite_sequence VALUES ('events', ?)"),
    lose: database.prepare('INSERT OR REPLACE INTO lost VALUES (?, ?)'),
    lost: database.prepare('SELECT 1 FROM lost WHERE after_seq < ?1 AND before_seq > ?1'),
    // Early releases kept the reserve here.
    earlyEnd: database.prepare("SELECT value FROM meta WHERE key = 'reserved_before'"),
    dropEarlyEnd: database.prepare("DELETE FROM meta WHERE key = 'reserved_before'"),
  };
  const valueIn = (row: Record<string, unknown> | undefined): number => Number(row?.['value'] ?? 0);
  const end = (): number => valueIn(statements.end.get());
  const reserve = (before: number): void => {
    statements.dropEnd.run();
    statements.setEnd.run(before);
  };
  /** The value of `head`, while it is known. */
  let newest: number | null = null;
  /** The value of `end`, while it is known. A new reserve may still be rolled back. */
  let knownEnd: number | null = null;
  const head = (): number => (newest ??= valueIn(statements.head.get()));

  database.exec('BEGIN IMMEDIATE');
  const taken = Math.max(end(), valueIn(statements.earlyEnd.get()));
  if (taken > head()) {
    statements.lose.run(head(), taken);
    newest = taken;
  }
  statements.dropEarlyEnd.run();
  reserve(head() + reserveSize);
  database.exec('COMMIT');

  return {
    head,
    next() {
      newest = head() + 1;
      return newest;
    },
    forget() {
      newest = null;
      knownEnd = null;
    },
    end,
    keepReserve(given) {
      knownEnd ??= end();
      if (knownEnd - given >= reserveSize / 2) return;
      knownEnd = null;
      reserve(given + reserveSize);
    },
    release() {
      reserve(head());
    },
    isLost: (seq) => statements.lost.get(seq) !== undefined,
  };
}
