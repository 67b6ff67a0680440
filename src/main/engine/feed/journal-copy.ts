/** Keeps a copy of the journal before an upgrade, for people who go back to the release before. */
import { readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createOwnFile } from '../files/index.ts';
import { nameJournal } from './journal-name.ts';

/**
 * Copies the journal to `<path>.version-<version>` and returns that path. Removes older copies.
 * @throws the error of SQLite or of the system; there is no new copy then, and the older ones stay
 */
export function keepCopy(database: DatabaseSync, path: string, version: number): string {
  const target = `${path}.version-${version}`;
  const unfinished = `${path}.copying`;
  removeUnfinished(unfinished);
  try {
    // VACUUM INTO accepts an empty file. Other users could read a file that SQLite creates itself.
    createOwnFile(unfinished);
    database.prepare('VACUUM INTO ?').run(unfinished);
    renameEvents(unfinished);
    renameSync(unfinished, target);
  } catch (error) {
    removeUnfinished(unfinished);
    throw error;
  }
  removeOtherCopies(target);
  return target;
}

/**
 * Gives the copy a name of its own. Both journals continue the same numbers, so under one name an id would mean two events.
 * The commit also syncs the copy to the disk.
 */
function renameEvents(copy: string): void {
  const database = new DatabaseSync(copy);
  try {
    database.exec('PRAGMA synchronous=FULL');
    nameJournal(database);
  } finally {
    database.close();
  }
}

function removeOtherCopies(kept: string): void {
  const folder = dirname(kept);
  const prefix = basename(kept).replace(/\d+$/, '');
  for (const name of readdirSync(folder)) {
    const isCopy = name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length));
    if (isCopy && name !== basename(kept)) rmSync(join(folder, name), { force: true });
  }
}

/** Removes what a killed process or a full disk left of a copy. */
function removeUnfinished(path: string): void {
  for (const suffix of ['', '-journal']) rmSync(path + suffix, { force: true });
}
