/**
 * The files of the archive, each under the hash of its bytes: equal files are stored once, and a damaged one is noticed. A file gets its
 * name when all of its bytes are on the disk, so a crash leaves no half file under a name of the archive.
 */
import { createHash, randomUUID } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { makeOwnFolder, readUserFile } from '../files/index.ts';
import type { KeptFile } from '../feed/index.ts';

type Kind = KeptFile['kind'];

export type StoredFile = Pick<KeptFile, 'hash' | 'sizeBytes' | 'storedBytes'>;

/** Stores files that no attempt names yet. Until its end, they are not removed. */
export interface Batch extends Disposable {
  /** Stores the bytes. They are on the disk when the promise resolves. */
  put(kind: Kind, bytes: Uint8Array): Promise<StoredFile>;
}

export interface FileStore {
  begin(): Batch;
  /** Returns the bytes; null: the file is missing, or damaged. */
  read(file: Pick<KeptFile, 'kind' | 'hash' | 'sizeBytes' | 'storedBytes'>): Promise<Uint8Array | null>;
  /** Removes a file, unless an attempt names it or a batch has just stored it. */
  remove(kind: Kind, hash: string): Promise<void>;
  /**
   * Removes files that no attempt names: those of a process that was killed, and of runs that were erased. One that cannot be removed
   * holds up no other.
   * @param sinceMs older files stay, epoch milliseconds: another journal may name them
   */
  sweep(sinceMs: number): Promise<void>;
}

/** The calls that change a folder. A test ends the process between any two of them. */
export interface StoreDisk {
  readonly makeFolder: (path: string) => void;
  /** Creates a file for this user only, with these bytes, and waits until the disk has them. */
  readonly write: (path: string, bytes: Uint8Array) => Promise<void>;
  readonly rename: (from: string, to: string) => Promise<void>;
  /** Waits until the disk has the names in a folder. */
  readonly syncFolder: (path: string) => Promise<void>;
  readonly remove: (path: string) => Promise<void>;
}

export const systemDisk: StoreDisk = {
  makeFolder: makeOwnFolder,
  async write(path, bytes) {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.datasync();
    } finally {
      await file.close();
    }
  },
  rename,
  async syncFolder(path) {
    // Windows cannot open folders, and writes names by itself.
    if (process.platform === 'win32') return;
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
  remove: (path) => rm(path, { force: true }),
};

const folders: Readonly<Record<Kind, string>> = { screen: 'screens', text: 'texts' };
const endings: Readonly<Record<Kind, string>> = { screen: '', text: '.zst' };
const kinds: readonly Kind[] = ['screen', 'text'];
const incoming = 'incoming';
const storedName = /^([0-9a-f]{64})(?:\.zst)?$/;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** @param isKept whether an attempt names a file with this hash */
export function openFileStore(
  root: string,
  isKept: (hash: string) => boolean,
  disk: StoreDisk = systemDisk,
): FileStore {
  /** How many batches have stored a file with this hash, and are not over. */
  const held = new Map<string, number>();
  const writing = new Set<string>();
  /** Files that are being removed, by path. */
  const leaving = new Map<string, Promise<void>>();
  const folderOf = (kind: Kind, hash: string): string => join(root, folders[kind], hash.slice(0, 2));
  const pathOf = (kind: Kind, hash: string): string => join(folderOf(kind, hash), hash + endings[kind]);
  const isFree = (hash: string): boolean => !held.has(hash) && !isKept(hash);

  async function removeFree(hash: string, path: string): Promise<void> {
    if (!isFree(hash)) return;
    const done = disk.remove(path);
    leaving.set(path, done);
    try {
      await done;
    } finally {
      leaving.delete(path);
    }
  }

  async function write(path: string, bytes: Uint8Array): Promise<void> {
    const name = randomUUID();
    const temporary = join(root, incoming, name);
    writing.add(name);
    try {
      disk.makeFolder(dirname(temporary));
      await disk.write(temporary, bytes);
      disk.makeFolder(dirname(path));
      await disk.rename(temporary, path);
      await disk.syncFolder(dirname(path));
    } catch (error) {
      await disk.remove(temporary).catch(() => undefined);
      throw error;
    } finally {
      writing.delete(name);
    }
  }

  return {
    begin() {
      const hashes = new Set<string>();
      return {
        async put(kind, bytes) {
          const hash = hashOf(bytes);
          if (!hashes.has(hash)) held.set(hash, (held.get(hash) ?? 0) + 1);
          hashes.add(hash);
          const stored = kind === 'text' ? await compress(bytes) : bytes;
          const path = pathOf(kind, hash);
          await leaving.get(path)?.catch(() => undefined);
          if (!(await holds(path, stored))) await write(path, stored);
          return { hash, sizeBytes: bytes.length, storedBytes: stored.length };
        },
        [Symbol.dispose]() {
          for (const hash of hashes) {
            const others = (held.get(hash) ?? 1) - 1;
            if (others > 0) held.set(hash, others);
            else held.delete(hash);
          }
          hashes.clear();
        },
      };
    },

    async read({ kind, hash, sizeBytes, storedBytes }) {
      try {
        const stored = await readUserFile(pathOf(kind, hash), { maxBytes: storedBytes });
        const bytes =
          kind === 'text' ? await decompress(stored, { maxOutputLength: Math.max(1, sizeBytes) }) : stored;
        return hashOf(bytes) === hash ? bytes : null;
      } catch {
        return null;
      }
    },

    remove: (kind, hash) => removeFree(hash, pathOf(kind, hash)),

    async sweep(sinceMs) {
      const isOld = async (path: string): Promise<boolean> => (await stat(path)).mtimeMs < sinceMs;
      for (const name of await namesIn(join(root, incoming)))
        if (!writing.has(name)) await disk.remove(join(root, incoming, name)).catch(() => undefined);
      for (const kind of kinds) {
        for (const shard of await namesIn(join(root, folders[kind]))) {
          const folder = join(root, folders[kind], shard);
          for (const name of await namesIn(folder)) {
            const hash = storedName.exec(name)?.[1];
            const path = join(folder, name);
            if (hash === undefined || !isFree(hash) || (await isOld(path).catch(() => true))) continue;
            await removeFree(hash, path).catch(() => undefined);
          }
        }
      }
    },
  };
}

/** Reads files of the archive, and changes nothing. */
export type FileReader = Pick<FileStore, 'read'>;

/** @param dataDir the data folder that the archive is in */
export function openFileReader(dataDir: string): FileReader {
  return openFileStore(join(dataDir, 'archive'), () => true);
}

/** Returns whether a file has these bytes. One of the same size may be damaged. */
async function holds(path: string, bytes: Uint8Array): Promise<boolean> {
  try {
    return Buffer.compare(await readUserFile(path, { maxBytes: bytes.length }), bytes) === 0;
  } catch {
    return false;
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Returns none if there is no such folder. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}
