/** A file that is written to for as long as BenchTray runs, whatever becomes of it meanwhile. */
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RotatingFileStream } from 'rotating-file-stream';
import { makeOwnFolder } from '../files/index.ts';
import { lookEvery } from './look-every.ts';

export interface LastingFile {
  write(line: string): void;
  /** Writes out what is waiting. */
  close(): Promise<void>;
}

export interface LastingFileOptions {
  readonly file: string;
  /** Opens the file for more, and creates it if it is missing. */
  readonly open: () => RotatingFileStream;
  /** Called when the file was opened again. */
  readonly onReopened: () => void;
}

const lookEveryMs = 2000;
/** A file that is being rotated is missing for a moment. */
const looksUntilLost = 2;

/**
 * Opens the file, and opens it again within seconds after somebody removed or replaced it, because writes into a removed file go nowhere,
 * and after a disk that took nothing, because a stream ends with its first error.
 */
export function openLastingFile({ file, open, onReopened }: LastingFileOptions): LastingFile {
  /** The inode of the open file. Null: it has no name any more. Undefined: not asked yet. */
  let inode: bigint | null | undefined;
  let lostLooks = 0;
  let isClosed = false;
  let stream = begin();

  function begin(): RotatingFileStream {
    inode = undefined;
    const begun = open();
    begun.on('error', () => undefined);
    // Also after each rotation.
    begun.on('open', () => {
      inodeAt(file).then(
        (found) => (inode = found),
        () => (inode = null),
      );
    });
    return begun;
  }

  async function look(): Promise<void> {
    const isLost =
      stream.destroyed || inode === null || (inode !== undefined && (await inodeAt(file)) !== inode);
    lostLooks = isLost ? lostLooks + 1 : 0;
    if (isClosed || lostLooks < looksUntilLost) return;
    lostLooks = 0;
    makeOwnFolder(dirname(file));
    const before = stream;
    stream = begin();
    before.end();
    onReopened();
  }

  const stopLooking = lookEvery(lookEveryMs, look);

  return {
    write(line) {
      stream.write(line);
    },
    close() {
      isClosed = true;
      stopLooking();
      return new Promise((resolve) => {
        stream.once('error', () => {
          resolve();
        });
        stream.end(() => {
          resolve();
        });
      });
    },
  };
}

/** Returns null if there is no such file. */
async function inodeAt(path: string): Promise<bigint | null> {
  try {
    return (await stat(path, { bigint: true })).ino;
  } catch {
    return null;
  }
}
