/** Turns pieces of logs into zstd frames, one after the other, beside the program: zlib and the disk work on other threads. */
import { renameSync, rmSync } from 'node:fs';
import { open, readFile, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import { isWithin, packedPath, unfinished, type Chunk } from './chunks.ts';

const compress = promisify(zstdCompress);
/** Four times smaller at 38 MB/s. Higher levels cost several times the work for a tenth of the room. */
const params = { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 };

export interface Packer {
  /** Packs a raw piece soon. Nothing may be added to it any more. */
  add(folder: string, chunk: Pick<Chunk, 'from' | 'path'>): void;
  /** A raw piece is about to change or to go: it stays raw. */
  cancel(path: string): void;
  /** A folder and all pieces below it are about to go. */
  cancelIn(folder: string): void;
  /** Resolves when nothing waits. */
  idle(): Promise<void>;
  /** Leaves what waits as it is. Resolves when the piece that is on is done. */
  close(): Promise<void>;
}

interface Job {
  readonly folder: string;
  readonly from: number;
  readonly path: string;
}

/** @param onFault told why a piece stays raw: it is read all the same, and takes more room */
export function createPacker(onFault: (error: unknown) => void): Packer {
  const jobs = new Map<string, Job>();
  let working: Promise<void> | null = null;
  let isClosed = false;

  async function work(): Promise<void> {
    for (let [job] = jobs.values(); job !== undefined && !isClosed; [job] = jobs.values()) {
      try {
        await pack(job);
      } catch (error) {
        // Removed with its run meanwhile.
        if (jobs.get(job.path) === job) onFault(error);
      }
      if (jobs.get(job.path) === job) jobs.delete(job.path);
    }
    working = null;
  }

  async function pack(job: Job): Promise<void> {
    const raw = await readFile(job.path);
    const packed = await compress(raw, { params });
    const beside = `${job.path}${unfinished}`;
    try {
      const file = await open(beside, 'w', 0o600);
      try {
        await file.writeFile(packed);
        await file.datasync();
      } finally {
        await file.close();
      }
      // From here to the end at once, so that nothing can change the piece in between.
      if (jobs.get(job.path) !== job) return;
      renameSync(beside, packedPath(job.folder, job.from, raw.length));
      rmSync(job.path);
    } finally {
      await rm(beside, { force: true });
    }
  }

  return {
    add(folder, { from, path }) {
      if (isClosed) return;
      jobs.set(path, { folder, from, path });
      working ??= work();
    },
    cancel(path) {
      jobs.delete(path);
    },
    cancelIn(folder) {
      for (const path of jobs.keys()) if (isWithin(path, folder)) jobs.delete(path);
    },
    async idle() {
      while (working !== null) await working;
    },
    async close() {
      isClosed = true;
      await working;
    },
  };
}
