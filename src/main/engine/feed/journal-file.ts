/**
 * The journal's file: opened, checked, given its tables. One that is damaged is set aside, one that is not ours is refused;
 * none is ever emptied.
 */
import { randomInt } from 'node:crypto';
import { closeSync, openSync, readSync, renameSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { UserError } from '../../../shared/user-error.ts';
import { createOwnFile, requireRegularOrMissing } from '../files/index.ts';
import { numbersSchema, openNumbers, type Numbers } from './numbers.ts';

/** "BTRY", in the header of the file: tells a journal of BenchTray from any other SQLite database. */
const applicationId = 0x42545259;
const schemaVersion = 1;
/** How long a commit waits for another program that writes into the journal just now, such as a browser of databases. */
const waitForOtherMs = 1000;

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

/** Tables that came after the first version: an older program leaves them alone. */
const laterSchema = `
  -- When each VM last answered, and what it cost then, as JSON.
  CREATE TABLE IF NOT EXISTS heard (vm TEXT PRIMARY KEY, heard TEXT NOT NULL) STRICT;
`;

/** What is found in it is the journal's own damage, not somebody else's file. */
class JournalDamaged extends Error {}

export interface JournalFile {
  readonly path: string;
  readonly database: DatabaseSync;
  /** Eight of [a-z0-9], drawn when the journal was made: the first half of every event id. */
  readonly journalId: string;
  readonly numbers: Numbers;
  /** What stood here before was damaged: where it lies now, and what is wrong with it. */
  readonly setAside: { readonly path: string; readonly reason: string } | null;
}

/**
 * Opens the journal, and makes it where there is none. What has been committed survives the death of the process; that of the machine
 * too, but for the last moment (WAL with `synchronous=NORMAL`, see disk-sync.ts), whose ids never come to mean something else (numbers.ts).
 * A damaged one is renamed, and a new one made in its place.
 * @throws UserError when the file is no journal of ours, or is of a newer version
 */
export function openJournalFile(path: string): JournalFile {
  try {
    try {
      return { path, ...openSound(path), setAside: null };
    } catch (error) {
      if (!isDamage(error, path)) throw error;
      const setAside = { path: moveAside(path), reason: reasonOf(error) };
      return { path, ...openSound(path), setAside };
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw unusable(`The journal ${path} cannot be opened: ${reasonOf(error)}.`, error);
  }
}

function openSound(path: string): Omit<JournalFile, 'path' | 'setAside'> {
  // SQLite opens the files beside it by itself, and would wait for a FIFO.
  for (const suffix of ['-wal', '-shm']) requireRegularOrMissing(path + suffix);
  createOwnFile(path);
  const database = new DatabaseSync(path, { timeout: waitForOtherMs });
  try {
    prepareTables(database, path);
    // On the disk itself before any of them is given out: the reserve is what keeps ids apart after a loss of power.
    database.exec('PRAGMA synchronous=FULL');
    const numbers = openNumbers(database);
    database.exec('PRAGMA synchronous=NORMAL');
    return { database, journalId: readJournalId(database), numbers };
  } catch (error) {
    database.close();
    throw error;
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
  if (verdict !== 'ok') throw new JournalDamaged(String(verdict));
  // Has no effect once there are tables, and cannot be set within a transaction.
  database.exec('PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL');
  // What is written within an open transaction that waits for room must not need any.
  database.exec('PRAGMA temp_store=MEMORY');
  if (tables > 0) {
    database.exec(numbersSchema + laterSchema);
    return;
  }
  database.exec(`
    BEGIN IMMEDIATE; ${schema} ${numbersSchema} ${laterSchema}
    INSERT INTO meta VALUES ('journal_id', '${drawJournalId()}');
    PRAGMA application_id=${applicationId}; PRAGMA user_version=${schemaVersion}; COMMIT`);
}

function pragma(database: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

function readJournalId(database: DatabaseSync): string {
  const row = database.prepare("SELECT value FROM meta WHERE key = 'journal_id'").get();
  if (row === undefined) throw new JournalDamaged('it has lost its name');
  return String(row['value']);
}

function drawJournalId(): string {
  const characters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length: 8 }, () => characters.charAt(randomInt(characters.length))).join('');
}

/** SQLite's result codes, https://www.sqlite.org/rescode.html. */
const corrupt = 11;
const notADatabase = 26;

function isDamage(error: unknown, path: string): error is Error {
  if (error instanceof JournalDamaged) return true;
  if (!(error instanceof Error && 'errcode' in error && typeof error.errcode === 'number')) return false;
  const code = error.errcode & 0xff;
  return code === corrupt || (code === notADatabase && wasJournal(path));
}

/** Whether a file that is no database shows traces of having been ours, or nothing at all, as after a loss of power. */
function wasJournal(path: string): boolean {
  const start = Buffer.alloc(65_536);
  const file = openSync(path, 'r');
  const length = readSync(file, start);
  closeSync(file);
  const header = start.subarray(0, Math.min(length, 100));
  return (
    start.includes('CREATE TABLE conditions') ||
    header.readUInt32BE(68) === applicationId ||
    header.every((byte) => byte === 0)
  );
}

/** With the files that SQLite keeps beside it. @returns where it lies now */
function moveAside(path: string): string {
  const target = `${path}.damaged-${new Date().toISOString().replaceAll(':', '-')}`;
  for (const suffix of ['-wal', '-shm', '']) {
    try {
      renameSync(path + suffix, target + suffix);
    } catch (error) {
      if (suffix === '') throw error;
    }
  }
  return target;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function unusable(message: string, cause?: unknown): UserError {
  return new UserError(message, {
    hint: 'Move the file away to begin a new journal, or use another data folder.',
    cause,
  });
}
