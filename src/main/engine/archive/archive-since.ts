/** Finds out since when the present journal uses the archive. An older file may be named by another journal, so the sweep leaves it. */
import { join } from 'node:path';
import { readUserFileSync, writeOwnFile } from '../files/index.ts';

const fileName = 'journal';
/** A name and a time. */
const mostBytes = 100;

/**
 * Returns since when the files in an archive are those of this journal, epoch milliseconds. Returns the present time
 * if the folder belonged to another journal until now: BenchTray begins a new journal when one is damaged, and a person may restore a copy.
 * @param root folder of the archive
 */
export function archiveSince(root: string, journalId: string, nowMs: number): number {
  const path = join(root, fileName);
  try {
    const [id, since] = readUserFileSync(path, { maxBytes: mostBytes }).toString('utf8').trim().split(' ');
    if (id === journalId && Number.isFinite(Number(since))) return Number(since);
  } catch {
    // There is no archive yet, or the file is damaged.
  }
  try {
    writeOwnFile(path, `${journalId} ${nowMs}\n`);
  } catch {
    // Without the folder there is nothing to remove. On a full disk, the next look writes it.
  }
  return nowMs;
}
