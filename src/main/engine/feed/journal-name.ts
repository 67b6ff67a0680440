/** The marks that distinguish a journal from other databases and from other journals. */
import { randomInt } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';

/** "BTRY", in the header of the file. */
export const applicationId = 0x42545259;

/** Draws a new name for a journal: eight of [a-z0-9], the first half of every event id. */
export function nameJournal(database: DatabaseSync): void {
  const characters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  const name = Array.from({ length: 8 }, () => characters.charAt(randomInt(characters.length))).join('');
  database.prepare("INSERT OR REPLACE INTO meta VALUES ('journal_id', ?)").run(name);
}

/** Returns the name of a journal; null if it has lost it. */
export function journalName(database: DatabaseSync): string | null {
  const row = database.prepare("SELECT value FROM meta WHERE key = 'journal_id'").get();
  return row === undefined ? null : String(row['value']);
}
