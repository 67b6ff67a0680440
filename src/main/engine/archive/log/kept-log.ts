/** The kept log of a run: its bytes by their place in the log, and which of them are missing. */
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import { chunkBytes, listChunks, type Chunk } from './chunks.ts';

const decompress = promisify(zstdDecompress);

/** Bytes of a log. */
export interface Piece {
  /** Where they stand in the log of the run. */
  readonly from: number;
  readonly bytes: Buffer;
}

/** The log of one start of the run. */
export interface LogPart {
  readonly from: number;
  readonly to: number;
}

export interface KeptLog {
  /** Behind its last byte. */
  readonly size: number;
  readonly parts: readonly LogPart[];
  /** Differs between two logs of one run if the longer one does not go on from the shorter. */
  readonly generation: string;
  /**
   * Gives the bytes from one place to another, in order, at most so many at once as one piece on the disk holds. What is missing between
   * two of them is not kept.
   */
  read(from: number, to: number): AsyncGenerator<Piece>;
}

interface PlacedChunk extends Chunk {
  readonly folder: string;
  /** Where its part begins in the log of the run. */
  readonly base: number;
}

/** @param folders with the parts of the log, in order. Null: there is nothing in any of them */
export function openKeptLog(folders: readonly string[]): KeptLog | null {
  const parts: LogPart[] = [];
  const chunks: PlacedChunk[] = [];
  const places: (readonly [folder: string, base: number])[] = [];
  let base = 0;
  for (const folder of folders) {
    const found = listChunks(folder).map((chunk) => ({ ...chunk, folder, base }));
    const last = found.at(-1);
    if (last === undefined) continue;
    chunks.push(...found);
    places.push([folder, base]);
    const to = base + last.from + last.bytes;
    parts.push({ from: base, to });
    base = to;
  }
  if (parts.length === 0) return null;
  return {
    size: base,
    parts,
    generation: JSON.stringify(places),
    async *read(from, to) {
      for (const chunk of chunks) {
        const begins = chunk.base + chunk.from;
        if (begins >= to) return;
        if (begins + chunk.bytes <= from) continue;
        const all = await load(chunk);
        if (all === null) continue;
        const cutFrom = Math.max(0, from - begins);
        const bytes = all.subarray(cutFrom, to - begins);
        if (bytes.length > 0) yield { from: begins + cutFrom, bytes };
      }
    },
  };
}

/** Returns the bytes of a piece; null: it is damaged, or was removed. */
async function load(chunk: PlacedChunk): Promise<Buffer | null> {
  const bytes = await bytesOf(chunk);
  if (bytes !== null || chunk.isPacked) return bytes;
  // It was packed since the folder was listed.
  const now = listChunks(chunk.folder).find(({ from }) => from === chunk.from);
  return now === undefined ? null : bytesOf(now);
}

async function bytesOf({ path, bytes, isPacked }: Chunk): Promise<Buffer | null> {
  try {
    const stored = await readFile(path);
    if (!isPacked) return stored.subarray(0, bytes);
    const all = await decompress(stored, { maxOutputLength: chunkBytes });
    return all.length === bytes ? all : null;
  } catch {
    return null;
  }
}
