/**
 * The journal's file: opened, checked, given its tables. One that is damaged is set aside, one that is not ours is refused;
 * none is ever emptied.
 */
import { closeSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { UserError } from '../../../shared/user-error.ts';
import { createOwnFile, requireRegularOrMissing } from '../files/index.ts';
import { keepCopy } from './journal-copy.ts';
import { applicationId, journalName } from './journal-name.ts';
import { migrate, newestVersion } from './migrations/index.ts';
import { openNumbers, type Numbers } from './numbers.ts';
import { messageOf } from '../../../shared/message-of.ts';

export const journalFileName = 'journal.sqlite';

/** How long SQLite waits for another program that writes into the journal just now, such as a browser of databases. */
export const waitForOtherMs = 1000;

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
  /** The version before an upgrade, and the path of the copy; null: it was not upgraded. */
  readonly upgraded: { readonly fromVersion: number; readonly copy: string } | null;
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
      const setAside = { path: moveAside(path), reason: messageOf(error) };
      return { path, ...openSound(path), setAside };
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw unusable(`The journal ${path} cannot be opened: ${messageOf(error)}.`, error);
  }
}

function openSound(path: string): Omit<JournalFile, 'path' | 'setAside'> {
  // SQLite opens the files beside it by itself, and would wait for a FIFO.
  for (const suffix of ['-wal', '-shm']) requireRegularOrMissing(path + suffix);
  createOwnFile(path);
  const database = new DatabaseSync(path, { timeout: waitForOtherMs });
  try {
    const upgraded = prepareTables(database, path);
    // The disk must have the reserve before any of its numbers is used: it keeps ids apart after a power failure.
    database.exec('PRAGMA synchronous=FULL');
    const numbers = openNumbers(database);
    database.exec('PRAGMA synchronous=NORMAL');
    return { database, journalId: nameOf(database), numbers, upgraded };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Reads first and writes last, so that a foreign file stays unchanged. @returns the upgrade; null: none was needed */
function prepareTables(database: DatabaseSync, file: string): JournalFile['upgraded'] {
  const version = pragma(database, 'user_version');
  const tables = Number(database.prepare('SELECT COUNT(*) AS value FROM sqlite_schema').get()?.['value']);
  if (tables > 0 && pragma(database, 'application_id') !== applicationId) {
    throw unusable(`${file} is not a journal of BenchTray.`);
  }
  if (version > newestVersion) {
    throw new UserError(
      `The journal ${file} was written by a newer BenchTray (its version is ${version}, known is ${newestVersion}).`,
      {
        hint: 'Use that newer version again, or another data folder.',
      },
    );
  }
  const verdict = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  if (verdict !== 'ok') throw new JournalDamaged(String(verdict));
  // Has no effect once there are tables, and cannot be set within a transaction.
  database.exec('PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL');
  // Writes within an open transaction that waits for room must not need any.
  database.exec('PRAGMA temp_store=MEMORY');
  // Pages of the WAL, 16 MB. A checkpoint waits for the disk, on the main thread: every 1000 pages, publishing would cost a tenth more.
  database.exec('PRAGMA wal_autocheckpoint=4000');
  if (version === newestVersion) return null;
  if (tables > 0) return upgrade(database, file, version);
  migrate(database, 0);
  return null;
}

/** @throws UserError, except for damage; the journal is unchanged then */
function upgrade(database: DatabaseSync, file: string, fromVersion: number): JournalFile['upgraded'] {
  try {
    const copy = keepCopy(database, file, fromVersion);
    migrate(database, fromVersion);
    return { fromVersion, copy };
  } catch (error) {
    if (isDamage(error, file)) throw error;
    const megabytes = Math.ceil((3 * statSync(file).size) / 1_000_000);
    throw new UserError(
      `The journal ${file} cannot be upgraded from version ${fromVersion} to ${newestVersion}: ${messageOf(error)}. It is as it was.`,
      {
        hint: `Make sure that its folder can be written to and that the disk has ${megabytes} MB free, then start BenchTray again.`,
        cause: error,
      },
    );
  }
}

function pragma(database: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

function nameOf(database: DatabaseSync): string {
  const name = journalName(database);
  if (name === null) throw new JournalDamaged('it has lost its name');
  return name;
}

/** SQLite's result codes, https://www.sqlite.org/rescode.html. */
const corrupt = 11;
const notADatabase = 26;

function isDamage(error: unknown, path: string): error is Error {
  if (error instanceof JournalDamaged) return true;
  const code = codeOf(error);
  return code === corrupt || (code === notADatabase && wasJournal(path));
}

/** Returns whether SQLite found bytes in the file that it did not write. */
export function isCorruption(error: unknown): boolean {
  const code = codeOf(error);
  return code === corrupt || code === notADatabase;
}

/** Returns SQLite's primary result code; null: the error has none. */
function codeOf(error: unknown): number | null {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : null;
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

function unusable(message: string, cause?: unknown): UserError {
  return new UserError(message, {
    hint: 'Move the file away to begin a new journal, or use another data folder.',
    cause,
  });
}
