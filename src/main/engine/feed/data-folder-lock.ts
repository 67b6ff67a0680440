/**
 * One process per data folder. The operating system releases the lock when the process dies, however it dies.
 * The lock belongs to the folder itself. If somebody removes or moves the folder of a running BenchTray, a second one may use the
 * same path: the two do not share the journal, and the first one reports the loss (place-watch.ts). A lock by the path would miss
 * the other paths of one folder (links, containers), and a person who removed a folder may use its name again.
 */
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { UserError } from '../../../shared/user-error.ts';
import { createOwnFile, makeOwnFolder, readUserFileSync, UnfitFile, writeOwnFile } from '../files/index.ts';
import { messageOf } from '../../../shared/message-of.ts';

export interface DataFolderLock {
  /** Leaves word of where this process can be reached, for whoever finds the folder in use. */
  announce(url: string): void;
  release(): void;
}

/** Says who holds the folder. Only for people to read: the lock itself is what counts. */
const ownerSchema = z.object({ pid: z.int(), startedAt: z.string(), url: z.string().optional() });
type Owner = z.infer<typeof ownerSchema>;

const ownerFileName = 'owner.json';

/** SQLite's result codes, https://www.sqlite.org/rescode.html. */
const sqliteBusy = 5;
const sqliteNotADatabase = 26;

/** A folder that another process holds; `owner` is null where it did not leave word. */
export class DataFolderInUse extends UserError {
  readonly owner: Owner | null;

  constructor(dataDir: string, owner: Owner | null) {
    const who = owner === null ? '' : ` (pid ${owner.pid}${owner.url === undefined ? '' : `, ${owner.url}`})`;
    super(
      `The data folder ${dataDir} is in use by another BenchTray${who}. Stop it, or give this one its own "dataDir".`,
    );
    this.owner = owner;
  }
}

/**
 * Takes the folder for this process, and makes it (for this user only) where it is missing.
 * @throws DataFolderInUse
 * @throws UserError when the folder cannot be made or written to
 */
export function lockDataFolder(dataDir: string): DataFolderLock {
  const ownerFile = join(dataDir, ownerFileName);
  const lockFile = join(dataDir, 'lock.sqlite');
  const owner: Owner = { pid: process.pid, startedAt: new Date().toISOString() };
  let database: DatabaseSync | undefined;
  // The file in work, for the message.
  let inWork = dataDir;
  try {
    makeOwnFolder(dataDir);
    inWork = lockFile;
    createOwnFile(lockFile);
    database = new DatabaseSync(lockFile, { timeout: 0 });
    // Held open until the release: an exclusive transaction excludes everyone else, in this process too.
    database.exec('BEGIN EXCLUSIVE');
    inWork = ownerFile;
    writeOwner(ownerFile, owner);
  } catch (error) {
    database?.close();
    if (isBusy(error)) throw new DataFolderInUse(dataDir, readOwner(ownerFile));
    const reason = `${inWork === dataDir ? '' : `${inWork}: `}${messageOf(error)}`;
    const fix = isUnfit(error) ? `Remove ${inWork} (BenchTray creates it again)` : 'Fix its permissions';
    throw new UserError(`The data folder ${dataDir} cannot be used: ${reason}.`, {
      hint: `${fix}, or set "dataDir" to another folder.`,
      cause: error,
    });
  }
  const held = database;
  const inode = inodeOf(lockFile);
  return {
    announce(url) {
      writeOwner(ownerFile, { ...owner, url });
    },
    release() {
      if (!held.isOpen) return;
      // Before the lock goes, because the file may be another process's afterwards. In another folder at this path, it is already.
      if (inodeOf(lockFile) === inode) rmSync(ownerFile, { force: true });
      held.close();
    },
  };
}

function writeOwner(file: string, owner: Owner): void {
  writeOwnFile(file, `${JSON.stringify(owner)}\n`);
}

/** Returns the address that the owner of the folder announced; null: none. It stays behind when the owner is killed. */
export function announcedUrl(dataDir: string): string | null {
  return readOwner(join(dataDir, ownerFileName))?.url ?? null;
}

function readOwner(file: string): Owner | null {
  try {
    return ownerSchema.parse(JSON.parse(readUserFileSync(file).toString()));
  } catch {
    return null;
  }
}

/** Returns the inode, which no other file can have while this one is open; undefined if it is missing. */
function inodeOf(file: string): bigint | undefined {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino;
}

/** Returns true if the contents or the kind of the file are wrong. Neither file holds anything of worth. */
function isUnfit(error: unknown): boolean {
  return error instanceof UnfitFile || hasResult(error, sqliteNotADatabase);
}

function isBusy(error: unknown): boolean {
  return hasResult(error, sqliteBusy);
}

function hasResult(error: unknown, code: number): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === code;
}
