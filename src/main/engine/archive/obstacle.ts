/** Says why nothing can be stored in the archive at present. */
import { existsSync } from 'node:fs';
import { access, constants, statfs } from 'node:fs/promises';
import { messageOf } from '../../../shared/message-of.ts';
import type { JournalFault } from '../feed/index.ts';

export interface StoreObstacle {
  /** journal: the index cannot be written. full: the disk has no room. unwritable: the folder refuses files. */
  readonly kind: 'journal' | 'full' | 'unwritable';
  /** A sentence. */
  readonly detail: string;
}

export interface StorePlace {
  readonly dataDir: string;
  /** The folder of the archive, which may be on another disk, and may be missing. */
  readonly root: string;
  /** Bytes that stay free on the disk. */
  readonly keptFreeBytes: number;
}

/** Returns why nothing can be stored now; null: something can. */
export async function findObstacle(
  { dataDir, root, keptFreeBytes }: StorePlace,
  fault: JournalFault | null,
): Promise<StoreObstacle | null> {
  if (fault !== null) return { kind: 'journal', detail: `The journal cannot be written: ${fault.reason}.` };
  try {
    const folder = existsSync(root) ? root : dataDir;
    await access(folder, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    if (free >= keptFreeBytes) return null;
    const detail = `The disk of ${folder} has only ${Math.floor(free / 1_000_000)} MB free, and BenchTray leaves ${Math.floor(keptFreeBytes / 1_000_000)} MB to others.`;
    return { kind: 'full', detail };
  } catch (error) {
    return { kind: 'unwritable', detail: `The data folder ${dataDir} cannot be used: ${messageOf(error)}.` };
  }
}

/** Returns the obstacle that a failed write shows. @param error of the system */
export function writeObstacle(error: unknown): StoreObstacle {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return {
    kind: code === 'ENOSPC' || code === 'EDQUOT' ? 'full' : 'unwritable',
    detail: `The archive cannot be written: ${messageOf(error)}.`,
  };
}
