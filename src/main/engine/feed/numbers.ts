/**
 * The numbers that events get, each of them once and for ever. Some are held in reserve on disk: an event that is told
 * while the disk is full has one of those, and a process that comes later begins behind them.
 */
import type { DatabaseSync } from 'node:sqlite';

const reserveSize = 100_000;

export interface Numbers {
  /** The newest number, 0 before the first. */
  head(): number;
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

/** Skips what was in reserve when the process before this one ended without giving it back, and reserves anew. */
export function openNumbers(database: DatabaseSync): Numbers {
  const statements = {
    head: database.prepare("SELECT seq AS value FROM sqlite_sequence WHERE name = 'events'"),
    end: database.prepare("SELECT value FROM meta WHERE key = 'reserved_before'"),
    setEnd: database.prepare("INSERT OR REPLACE INTO meta VALUES ('reserved_before', ?)"),
    lose: database.prepare('INSERT OR REPLACE INTO lost VALUES (?, ?)'),
    lost: database.prepare('SELECT 1 FROM lost WHERE after_seq < ?1 AND before_seq > ?1'),
    forgetHead: database.prepare("DELETE FROM sqlite_sequence WHERE name = 'events'"),
    setHead: database.prepare("INSERT INTO sqlite_sequence VALUES ('events', ?)"),
  };
  const head = (): number => Number(statements.head.get()?.['value'] ?? 0);
  const end = (): number => Number(statements.end.get()?.['value'] ?? 0);
  const reserve = (before: number): void => {
    statements.setEnd.run(String(before));
  };
  /** Of `end`, while it is known: what has just been reserved may yet be rolled back. */
  let knownEnd: number | null = null;

  database.exec('BEGIN IMMEDIATE');
  if (end() > head()) {
    statements.lose.run(head(), end());
    statements.forgetHead.run();
    statements.setHead.run(end());
  }
  reserve(head() + reserveSize);
  database.exec('COMMIT');

  return {
    head,
    end,
    keepReserve(newest) {
      knownEnd ??= end();
      if (knownEnd - newest >= reserveSize / 2) return;
      knownEnd = null;
      reserve(newest + reserveSize);
    },
    release() {
      reserve(head());
    },
    isLost: (seq) => statements.lost.get(seq) !== undefined,
  };
}
