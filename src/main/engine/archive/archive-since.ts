/** Since when the archive is that of the present journal: nothing older is removed only because this journal does not name it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeOwnFile } from '../files/index.ts';

const fileName = 'journal';

/**
 * Returns since when the files in an archive are those of this journal, epoch milliseconds. If they were another journal's until now,
 * that is now: a damaged journal is set aside and a new one begun, and a person may go back to a copy.
 * @param root folder of the archive
 */
export function archiveSince(root: string, journalId: string, nowMs: number): number {
  const path = join(root, fileName);
  try {
    const [id, since] = readFileSync(path, 'utf8').trim().split(' ');
    if (id === journalId && Number.isFinite(Number(since))) return Number(since);
  } catch {
    // There is no archive yet, or it is from somewhere else.
  }
  try {
    writeOwnFile(path, `${journalId} ${nowMs}\n`);
  } catch {
    // Without the folder there is nothing to remove. On a full disk, the next look writes it.
  }
  return nowMs;
}
