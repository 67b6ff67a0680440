/**
 * The pieces that a kept log is stored in. Each is a file whose name says which bytes of the log it holds, so that the folder is the table
 * of offsets: a slice at any place needs one piece, and a hole in the log is a gap between two names.
 *
 *     000000000000000-1048576.zst   a zstd frame with a checksum: written beside, then renamed, so that half a frame is never believed
 *     000000001048576.raw           the newest bytes, as they were read
 *
 * `cat *.zst *.raw` gives the log up to its first hole, for `zstd -dcf` and for every reader of zstd.
 */
import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The most that one piece holds. */
export const chunkBytes = 1_048_576;

export interface Chunk {
  /** Where its bytes stand in the log of its start. */
  readonly from: number;
  readonly bytes: number;
  readonly path: string;
  readonly isPacked: boolean;
}

export function rawPath(folder: string, from: number): string {
  return join(folder, `${digits(from)}.raw`);
}

export function packedPath(folder: string, from: number, bytes: number): string {
  return join(folder, `${digits(from)}-${bytes}.zst`);
}

/** Behind the name of a piece that is being packed. */
export const unfinished = '.part';

/**
 * Returns the pieces in a folder, in the order of the log. None if there is no such folder. Where a packed piece and a raw one begin alike,
 * the packed one counts: it was whole before the other would have gone.
 */
export function listChunks(folder: string): Chunk[] {
  const all = namesIn(folder)
    .map((name) => chunkOf(folder, name))
    .filter((chunk) => chunk !== null)
    .sort((a, b) => a.from - b.from || Number(b.isPacked) - Number(a.isPacked));
  let end = 0;
  return all.filter((chunk) => {
    if (chunk.from < end) return false;
    end = chunk.from + chunk.bytes;
    return true;
  });
}

/** Removes what a crash left of a piece that was packed: its raw bytes, which would count again once the packed piece goes. */
export function removeTwin(folder: string, { from, isPacked }: Chunk): void {
  if (isPacked) rmSync(rawPath(folder, from), { force: true });
}

/** Returns the names in a folder; none if it cannot be read. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Returns whether a path is a folder, or below it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(join(folder, '/'));
}

function chunkOf(folder: string, name: string): Chunk | null {
  const [, from, bytes, kind] = /^(\d{15})(?:-(\d{1,7}))?\.(raw|zst)$/.exec(name) ?? [];
  if (from === undefined || (kind === 'zst') !== (bytes !== undefined)) return null;
  const path = join(folder, name);
  const size = bytes === undefined ? sizeOf(path) : Number(bytes);
  return size === 0 || size > chunkBytes
    ? null
    : { from: Number(from), bytes: size, path, isPacked: kind === 'zst' };
}

/** Returns how long a regular file is; 0: there is none. */
export function sizeOf(path: string): number {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true ? stats.size : 0;
}

/** As long as any safe integer that a log can reach: a petabyte. */
function digits(from: number): string {
  return String(from).padStart(15, '0');
}
