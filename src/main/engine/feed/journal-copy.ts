/** The copy of a journal that stays beside it when it is upgraded, for those who must go back to the release before. */
import { readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createOwnFile } from '../files/index.ts';
import { nameJournal } from './journal-name.ts';

/**
 * Copies the journal to `<path>.version-<version>` and returns that path. An older copy goes: one is kept.
 * @throws what SQLite or the system says; there is no new copy then, and the older one stays
 */
export function keepCopy(database: DatabaseSync, path: string, version: number): string {
  const target = `${path}.version-${version}`;
  const unfinished = `${path}.copying`;
  removeUnfinished(unfinished);
  try {
    // SQLite accepts an empty file, and would let others read one of its own.
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
 * Both journals number their events on from here. Under one name, an id of the upgraded journal would mean another event in the copy.
 * SQLite's own commit brings the copy onto the disk.
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

/** What a killed process, or a full disk, left of a copy. */
function removeUnfinished(path: string): void {
  for (const suffix of ['', '-journal']) rmSync(path + suffix, { force: true });
}
