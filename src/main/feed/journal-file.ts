/** The journal's file: opened, checked, given its tables. A file that is not ours is refused, never emptied. */
import { randomInt } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { UserError } from '../../shared/user-error.ts';

/** "BTRY", in the header of the file: tells a journal of BenchTray from any other SQLite database. */
const applicationId = 0x42545259;
const schemaVersion = 1;

const schema = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE vms (name TEXT PRIMARY KEY, first_seen_at INTEGER NOT NULL) STRICT;
  -- AUTOINCREMENT: a number is never used twice, not even when the newest events have been pruned.
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    vm TEXT NOT NULL, type TEXT NOT NULL, at INTEGER NOT NULL, data TEXT NOT NULL
  ) STRICT;
  CREATE INDEX events_of_vm ON events (vm, seq);
  -- Up to which event of each VM the journal has been cut: who asks for more has missed something.
  CREATE TABLE pruned (vm TEXT PRIMARY KEY, through_seq INTEGER NOT NULL) STRICT;
  CREATE TABLE runs (
    run_id TEXT PRIMARY KEY, vm TEXT NOT NULL,
    -- When it started, or the next best that is known: newest first is by this.
    sort_at INTEGER NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX runs_by_age ON runs (sort_at);
  -- domain is '' where the log tells none; event_seq is null until the attempt has been told.
  CREATE TABLE tasks (
    run_id TEXT NOT NULL, domain TEXT NOT NULL, task_id TEXT NOT NULL, attempt INTEGER NOT NULL,
    event_seq INTEGER, is_scored INTEGER NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (run_id, domain, task_id, attempt)
  ) STRICT;
  CREATE TABLE follow (
    vm TEXT NOT NULL, log TEXT NOT NULL, written_at INTEGER NOT NULL, state TEXT NOT NULL,
    PRIMARY KEY (vm, log)
  ) STRICT;
  CREATE TABLE conditions (
    vm TEXT NOT NULL, code TEXT NOT NULL, began_at INTEGER NOT NULL, error TEXT NOT NULL,
    PRIMARY KEY (vm, code)
  ) STRICT;
`;

export interface JournalFile {
  readonly database: DatabaseSync;
  /** Eight of [a-z0-9], drawn when the journal was made: the first half of every event id. */
  readonly journalId: string;
}

/**
 * Opens the journal, and makes it where there is none. What has been committed survives the death of the process and of
 * the machine (WAL with `synchronous=FULL`): an id that has gone out must never come to mean something else.
 * @throws UserError when the file is no journal of ours, is damaged, or is of a newer version
 */
export function openJournalFile(file: string): JournalFile {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file);
    prepareTables(database, file);
    return { database, journalId: readJournalId(database) };
  } catch (error) {
    if (database?.isOpen === true) database.close();
    if (error instanceof UserError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw unusable(`The journal ${file} cannot be opened: ${reason}.`, error);
  }
}

/** Reads first and writes last, so that a foreign file is left as it was found. */
function prepareTables(database: DatabaseSync, file: string): void {
  const version = pragma(database, 'user_version');
  const tables = Number(database.prepare('SELECT COUNT(*) AS value FROM sqlite_schema').get()?.['value']);
  if (tables > 0 && pragma(database, 'application_id') !== applicationId) {
    throw unusable(`${file} is not a journal of BenchTray.`);
  }
  if (version > schemaVersion) {
    throw new UserError(
      `The journal ${file} was written by a newer BenchTray (its version is ${version}, known is ${schemaVersion}).`,
      {
        hint: 'Use that newer version again, or another data folder.',
      },
    );
  }
  const verdict = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  if (verdict !== 'ok') throw unusable(`The journal ${file} is damaged: ${String(verdict)}.`);
  // Has no effect once there are tables, and cannot be set within a transaction.
  database.exec('PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL');
  if (tables > 0) return;
  database.exec(`
    BEGIN IMMEDIATE; ${schema}
    INSERT INTO meta VALUES ('journal_id', '${drawJournalId()}');
    PRAGMA application_id=${applicationId}; PRAGMA user_version=${schemaVersion}; COMMIT`);
}

function pragma(database: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

function readJournalId(database: DatabaseSync): string {
  return String(database.prepare("SELECT value FROM meta WHERE key = 'journal_id'").get()?.['value']);
}

function drawJournalId(): string {
  const characters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length: 8 }, () => characters.charAt(randomInt(characters.length))).join('');
}

function unusable(message: string, cause?: unknown): UserError {
  return new UserError(message, {
    hint: 'Move the file away to begin a new journal, or use another data folder.',
    cause,
  });
}
