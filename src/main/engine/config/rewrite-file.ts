/** Replaces the configuration file: whole or not at all, and never over what somebody else has written. */
import { createHmac, randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { makeOwnFolder, readUserFileSync } from '../files/index.ts';
import { parseConfig } from './parse.ts';
import { problem, type ConfigProblem } from './problem.ts';
import type { Config } from './schema.ts';
import { decodeText } from './text.ts';

/** Why nothing was written. */
export type RewriteRefusal =
  /** The file has errors. Nothing is written until a person fixes them. */
  | { readonly ok: false; readonly kind: 'broken'; readonly problems: readonly ConfigProblem[] }
  /** Somebody else has written it in this very moment. */
  | { readonly ok: false; readonly kind: 'changed'; readonly message: string }
  | { readonly ok: false; readonly kind: 'unwritable'; readonly message: string };

/** The file as it was read, and what it says. */
export interface CurrentFile {
  readonly ok: true;
  readonly path: string;
  /** The file behind all links. */
  readonly target: string;
  /** Null: there is no file yet. */
  readonly bytes: Buffer | null;
  readonly text: string | null;
  /** Null: there is no file yet. */
  readonly config: Config | null;
  /** Changes with every byte of the file, and with the process. */
  readonly version: string;
}

/** A key of this process. The file may hold secrets, and its version must not let anybody try guesses of them. */
const versionKey = randomBytes(32);

/** Returns the version of a file with these bytes, for this process; null: it does not exist. */
export function versionOf(bytes: Buffer | null): string {
  return bytes === null ? 'none' : createHmac('sha256', versionKey).update(bytes).digest('base64url');
}

/** Reads the file and holds it against the schema. */
export function readCurrentFile(path: string): CurrentFile | RewriteRefusal {
  let target: string;
  let bytes: Buffer | null;
  try {
    target = followLinks(path);
    bytes = readIfThere(target);
  } catch (error) {
    return unwritable(path, `cannot be read: ${reasonOf(error, path)}`);
  }
  const text = bytes === null ? null : decodeText(bytes);
  if (text === undefined) {
    const what = 'found text that is not UTF-8, which cannot be written back as it is';
    return { ok: false, kind: 'broken', problems: [problem(path, '', null, what)] };
  }
  const known = text === null ? null : parseConfig(text, path);
  if (known?.ok === false) return { ok: false, kind: 'broken', problems: known.problems };
  return {
    ok: true,
    ...{ path, target, bytes, text },
    config: known?.config ?? null,
    version: versionOf(bytes),
  };
}

/**
 * A link stays a link: the file that it leads to is replaced. A new file, and a new folder, are for this user only; one that this user
 * may only read stays as it is, though its folder would let it be replaced. Between the last look at the file and the writing lie
 * microseconds; a change within them would be lost.
 * @param after the whole text, which the schema accepts
 */
export function replaceFile(
  { path, target, bytes: before }: CurrentFile,
  after: string,
): { readonly ok: true; readonly path: string } | RewriteRefusal {
  const fresh = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.new`);
  try {
    makeOwnFolder(dirname(target));
    writeWhole(fresh, after, before === null ? 0o600 : statSync(target).mode & 0o777);
    if (before === null) linkSync(fresh, target);
    else if (!isWritable(target)) return unwritable(path, 'cannot be written: this user may only read it');
    else if (readUserFileSync(target).equals(before)) renameSync(fresh, target);
    else return changed(path);
    return { ok: true, path };
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (before === null && code === 'EEXIST') return changed(path);
    if (before !== null && code === 'ENOENT') return changed(path);
    return unwritable(path, `cannot be written: ${reasonOf(error, dirname(target))}`);
  } finally {
    rmSync(fresh, { force: true });
  }
}

/** Returns why this user cannot write the file, in a sentence; null: it can be tried. */
export function obstacleOf({ path, target, bytes }: CurrentFile): string | null {
  try {
    return bytes === null || isWritable(target) ? null : `This user may only read ${path}.`;
  } catch {
    return null;
  }
}

/** So many links may follow each other, as Linux has it. */
const mostLinks = 40;

/** Returns the file behind all links, which may be missing. */
function followLinks(path: string, left = mostLinks): string {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isSymbolicLink() !== true) return path;
  if (left === 0) throw new Error('its links lead in a circle');
  return followLinks(resolve(dirname(path), readlinkSync(path)), left - 1);
}

function readIfThere(file: string): Buffer | null {
  try {
    return readUserFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function isWritable(file: string): boolean {
  try {
    closeSync(openSync(file, 'r+'));
    return true;
  } catch (error) {
    // Taken away in this moment, which is another matter.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw error;
    return false;
  }
}

function writeWhole(file: string, text: string, mode: number): void {
  const handle = openSync(file, 'wx', 0o600);
  try {
    // Not by opening it, where the umask takes away what a group may do.
    fchmodSync(handle, mode);
    const bytes = Buffer.from(text);
    for (let written = 0; written < bytes.length;) written += writeSync(handle, bytes, written);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Returns the refusal for a file that is another one than was read. */
export function changed(path: string): RewriteRefusal {
  const message = `${path} was changed by somebody else in this moment. Nothing was written: look at it, and save again.`;
  return { ok: false, kind: 'changed', message };
}

function unwritable(path: string, what: string): RewriteRefusal {
  return { ok: false, kind: 'unwritable', message: `${path} ${what}. Nothing was written.` };
}

function reasonOf(error: unknown, place: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return `this user has no permission in ${place}`;
    case 'EROFS':
      return `${place} is on a read-only disk`;
    case 'ENOSPC':
      return 'the disk is full';
    case 'EISDIR':
      return 'it is a folder';
    case 'ENOTDIR':
    case 'EEXIST':
      return `a part of ${place} is a file where a folder is needed`;
    default:
      return message;
  }
}
