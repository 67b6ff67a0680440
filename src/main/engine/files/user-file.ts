/**
 * Reads files that a person names, or that lie where other programs may write. A FIFO or a device in such a place would hold up the
 * whole process or fill its memory, so only regular files of bounded size are read, and a slow file system gets a time limit.
 */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { nonBlocking, requireFit, tooLarge, UnfitFile } from './fit-file.ts';

/** Enough for every configuration, key and chain of certificates. */
export const usualMaxBytes = 1_048_576;
/** A disk answers in milliseconds. A network file system that takes longer is as good as gone. */
const usualLimitMs = 5_000;

export interface ReadOptions {
  readonly maxBytes?: number;
  readonly limitMs?: number;
  /** For tests: what opens the file. */
  readonly openFile?: (path: string, flags: number) => Promise<FileHandle>;
}

const readFlags = constants.O_RDONLY | nonBlocking;

/** Paths whose last read still hangs. A second one would only take another of the few threads that the process has for files. */
const hanging = new Set<string>();

/**
 * Returns the contents of a regular file.
 * @throws UnfitFile if it is anything else, too large, or not read in time
 * @throws what the system says if it cannot be opened or read
 */
export async function readUserFile(path: string, options: ReadOptions = {}): Promise<Buffer> {
  const { maxBytes = usualMaxBytes, limitMs, openFile = open } = options;
  const isOver = { value: false };
  try {
    return await withFileLimit(path, () => readNow(path, maxBytes, openFile, isOver), limitMs);
  } finally {
    isOver.value = true;
  }
}

/**
 * Gives up waiting for `work` on a file after a time. While it still hangs, the same path is refused at once.
 * @throws UnfitFile if it takes longer
 */
export async function withFileLimit<T>(
  path: string,
  work: () => Promise<T>,
  limitMs: number = usualLimitMs,
): Promise<T> {
  const late = new UnfitFile('ETIMEDOUT', `its file system does not answer within ${limitMs / 1000} s`);
  if (hanging.has(path)) throw late;
  const working = work();
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      hanging.add(path);
      const settled = (): boolean => hanging.delete(path);
      working.then(settled, settled);
      reject(late);
    }, limitMs);
  });
  try {
    return await Promise.race([working, limit]);
  } finally {
    clearTimeout(timer);
  }
}

async function readNow(
  path: string,
  maxBytes: number,
  openFile: (path: string, flags: number) => Promise<FileHandle>,
  isOver: { readonly value: boolean },
): Promise<Buffer> {
  // Check before opening: opening some devices has effects.
  requireFit(await stat(path), maxBytes);
  const file = await openFile(path, readFlags);
  try {
    const stats = await file.stat();
    requireFit(stats, maxBytes);
    const parts = createParts(stats.size, maxBytes);
    while (!isOver.value) {
      const { buffer, offset } = parts.room();
      const { bytesRead } = await file.read(buffer, offset, buffer.length - offset, null);
      if (bytesRead === 0) break;
      parts.took(bytesRead);
    }
    return parts.all();
  } finally {
    await file.close();
  }
}

/** Returns the same synchronously. It has no time limit: a file system that hangs blocks the process. */
export function readUserFileSync(path: string, { maxBytes = usualMaxBytes } = {}): Buffer {
  requireFit(statSync(path), maxBytes);
  const file = openSync(path, readFlags);
  try {
    const stats = fstatSync(file);
    requireFit(stats, maxBytes);
    const parts = createParts(stats.size, maxBytes);
    for (;;) {
      const { buffer, offset } = parts.room();
      const bytesRead = readSync(file, buffer, offset, buffer.length - offset, null);
      if (bytesRead === 0) return parts.all();
      parts.took(bytesRead);
    }
  } finally {
    closeSync(file);
  }
}

/** Collects the bytes. The reported size is only a first guess: the file may grow meanwhile, and in /proc it is 0. */
function createParts(size: number, maxBytes: number) {
  let buffer = Buffer.alloc(Math.min(Math.max(size, 4096), maxBytes) + 1);
  let length = 0;
  return {
    room() {
      if (length === buffer.length) {
        const larger = Buffer.alloc(Math.min(2 * buffer.length, maxBytes + 1));
        buffer.copy(larger);
        buffer = larger;
      }
      return { buffer, offset: length };
    },
    took(bytes: number) {
      length += bytes;
      if (length > maxBytes) throw tooLarge(maxBytes);
    },
    all: () => buffer.subarray(0, length),
  };
}
