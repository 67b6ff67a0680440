/** Accepts regular files of bounded size, and refuses everything else that a path may lead to. */
import { constants, statSync, type Stats } from 'node:fs';

/** Without it, opening a FIFO waits for the other end. Windows has neither. */
export const nonBlocking = (constants as { readonly O_NONBLOCK?: number }).O_NONBLOCK ?? 0;

/** A file that exists and is not used, because of what it is. The message fits after a colon: "it is a FIFO, …". */
export class UnfitFile extends Error {
  readonly code: 'EISDIR' | 'ENOTREG' | 'EFBIG' | 'ETIMEDOUT';

  constructor(code: UnfitFile['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** @throws UnfitFile if something lies at this path that is no regular file */
export function requireRegularOrMissing(path: string): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats !== undefined) requireFit(stats, Infinity);
}

/** @throws UnfitFile if it is no regular file, or larger than this */
export function requireFit(stats: Stats, maxBytes: number): void {
  if (stats.isDirectory()) throw new UnfitFile('EISDIR', 'it is a folder, expected a regular file');
  if (!stats.isFile()) throw new UnfitFile('ENOTREG', `it is ${kindOf(stats)}, expected a regular file`);
  if (stats.size > maxBytes) throw tooLarge(maxBytes);
}

export function tooLarge(maxBytes: number): UnfitFile {
  const mebibytes = maxBytes / 1_048_576;
  const size = mebibytes >= 1 ? `${mebibytes} MiB` : `${maxBytes} bytes`;
  return new UnfitFile('EFBIG', `it is larger than ${size}`);
}

function kindOf(stats: Stats): string {
  if (stats.isFIFO()) return 'a FIFO';
  if (stats.isSocket()) return 'a socket';
  return stats.isCharacterDevice() || stats.isBlockDevice() ? 'a device' : 'something else';
}
