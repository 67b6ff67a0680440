/** Files and folders that BenchTray makes: for this user only, whatever the umask is, and never in place of a FIFO or a device. */
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  existsSync,
  mkdirSync,
  openSync,
  statSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { dirname } from 'node:path';
import { nonBlocking, requireFit, requireRegularOrMissing } from './fit-file.ts';

const { O_APPEND, O_CREAT, O_TRUNC, O_WRONLY } = constants;

/** Appends to a file, and creates it for this user only. @throws UnfitFile if it is no regular file */
export function appendOwnFile(path: string, content: string | Buffer): void {
  write(path, O_APPEND, content);
}

/** Replaces the contents of a file, and creates it for this user only. @throws UnfitFile if it is no regular file */
export function writeOwnFile(path: string, content: string | Buffer): void {
  write(path, O_TRUNC, content);
}

/**
 * Creates an empty file for this user only, unless there is one. SQLite takes over the mode for the files that it makes beside it.
 * A file that is there is not opened: closing it would give up the locks that SQLite holds on it in this process.
 * @throws UnfitFile if something else lies there
 */
export function createOwnFile(path: string): void {
  requireRegularOrMissing(path);
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/**
 * Makes a folder for this user only, and its missing parents. One that exists stays as it is.
 * Node's own `recursive` loops for ever in /proc or an automounter, where the folder exists and each new name in it is "missing".
 */
export function makeOwnFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (isFolder(path)) return;
    const parent = dirname(path);
    const isParentMissing = (error as NodeJS.ErrnoException).code === 'ENOENT' && !existsSync(parent);
    if (!isParentMissing || parent === path) throw error;
    makeOwnFolder(parent);
    makeOwnFolder(path);
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function write(path: string, how: number, content: string | Buffer): void {
  // Check before opening: opening some devices has effects.
  requireRegularOrMissing(path);
  const file = openSync(path, O_WRONLY | O_CREAT | how | nonBlocking, 0o600);
  try {
    requireFit(fstatSync(file), Infinity);
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
  } finally {
    closeSync(file);
  }
}

/** Rights of everybody but the owner, as bits of a mode. */
export const othersBits = 0o077;

/**
 * Removes the rights of others from a file or folder of ours. One that is missing, or belongs to somebody else, stays as it is.
 * Windows has no modes: files in a user's folder are that user's.
 */
export function keepToOwner(path: string): void {
  const stats = ownedStats(path);
  if (stats === null || (stats.mode & othersBits) === 0) return;
  try {
    chmodSync(path, stats.mode & 0o777 & ~othersBits);
  } catch {
    // A file system without modes, or a read-only one: nothing can be done about it here.
  }
}

function ownedStats(path: string): Stats | null {
  try {
    const stats = statSync(path);
    return stats.uid === process.getuid?.() ? stats : null;
  } catch {
    return null;
  }
}

/** Returns the mode of a file if others have one of these rights, such as 0o022 for writing; else null. */
export function tooOpenMode(path: string, bits: number): number | null {
  if (process.platform === 'win32') return null;
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && (stats.mode & bits) !== 0 ? stats.mode & 0o777 : null;
}
