/** Keeps the files of ended tasks on this machine: the files beside the journal, and an index in the journal. */
import { join } from 'node:path';
import type { Screens } from '../../../shared/screens.ts';
import { isHuge, pictureSize, pictureType } from '../common/picture.ts';
import type { AttemptKey, Feed, KeptFile } from '../feed/index.ts';
import { archiveSince } from './archive-since.ts';
import { createFileShelf } from './file-shelf.ts';
import { createLogShelf } from './log/log-shelf.ts';
import type { LogStore } from './log/log-store.ts';
import { keptFirst } from './kept-first.ts';
import { findObstacle, writeObstacle, type StoreObstacle } from './obstacle.ts';
import { makeRoom, type Shelf } from './room.ts';
import { openFileStore, type StoreDisk } from './store.ts';
import { whyWords, type HistorySettings, type WhyMissing } from './why-missing.ts';

/** A file as it came from the VM. */
export interface CopiedFile extends Pick<KeptFile, 'name' | 'kind' | 'modifiedAt'> {
  readonly bytes: Uint8Array;
}

/** The files of one attempt, while they are being copied. Without {@link Keeping.finish}, nothing of them is kept. */
export interface Keeping extends Disposable {
  /**
   * Stores a file. A screenshot that is no PNG or JPEG, or states an absurd size, is left out, and the index says so.
   * @throws the error of the system: the disk may be full
   */
  add(file: CopiedFile): Promise<void>;
  /** Writes into the index that the attempt is copied. @param why what was left out. @returns false: the journal cannot be written */
  finish(result: { readonly clockOffsetMs: number; readonly why: readonly WhyMissing[] }): boolean;
}

export interface Archive {
  /** Returns why nothing can be stored now; null: something can. */
  obstacle(): Promise<StoreObstacle | null>;
  /** Returns whether the files of this run would be removed at once, because they are the oldest. */
  isTooOld(runId: string): boolean;
  begin(key: AttemptKey): Keeping;
  /** Writes into the index that the files of an attempt cannot be copied. */
  giveUp(key: AttemptKey, why: WhyMissing): void;
  /** Returns what answers from the kept copy first, then from the VM. @param onVm null: the VM is not watched */
  over(onVm: Screens | null): Screens;
  /** Removes what is over the limit. */
  makeRoom(): Promise<void>;
  /** Removes files that nothing names, and that are not older than {@link Archive.sinceMs}. */
  sweep(): Promise<void>;
  /** Returns since when the archive is that of the present journal; epoch milliseconds. */
  sinceMs(): number;
  /** Ends what is being removed. The journal is not asked any more. */
  close(): Promise<void>;
}

export interface ArchiveOptions {
  readonly dataDir: string;
  readonly feed: Feed;
  /** The kept logs, which share the room. */
  readonly logs: Pick<LogStore, 'bytesOf' | 'remove'>;
  readonly settings: () => HistorySettings;
  /** The most bytes that kept files and logs may take together: more than that is removed at once. */
  readonly mostBytes: () => number;
  /** Epoch milliseconds. */
  readonly wallMs: () => number;
  readonly monotonicMs: () => number;
  /** For tests: the calls that write. */
  readonly disk?: StoreDisk;
  /** For tests: bytes that stay free on the disk, for the journal and for other programs. */
  readonly keptFreeBytes?: number;
}

const usualFreeBytes = 500_000_000;
/** A task of a few screenshots. */
const taskBytes = 5_000_000;

export function createArchive(options: ArchiveOptions): Archive {
  const { dataDir, feed, logs, settings, mostBytes, wallMs, monotonicMs } = options;
  const { keptFreeBytes = usualFreeBytes } = options;
  let isClosed = false;
  /** Why the last file, or anything at all, could not be stored. */
  let trouble: string | null = null;
  const isKept = (hash: string): boolean => isClosed || feed.isHashKept(hash);
  const root = join(dataDir, 'archive');
  const store = openFileStore(root, isKept, options.disk);
  const sinceMs = (): number => archiveSince(root, feed.journalId, wallMs());
  const logShelf = createLogShelf({ feed, logs, monotonicMs });
  const shelves: readonly Shelf[] = [
    shelfOf('screen', 'room'),
    { ...logShelf, bytes: () => (isClosed ? 0 : logShelf.bytes()) },
    shelfOf('text', 'text-room'),
  ];
  /** One at a time: two would remove twice as much. */
  let removing: Promise<void> = Promise.resolve();

  function shelfOf(kind: KeptFile['kind'], why: WhyMissing): Shelf {
    return createFileShelf({ feed, store, kind, why, wallMs, isClosed: () => isClosed });
  }

  function inOrder(work: () => Promise<void>): Promise<void> {
    const done = removing.then(work);
    removing = done.catch(() => undefined);
    return done;
  }

  return {
    async obstacle() {
      const obstacle = await findObstacle({ dataDir, root, keptFreeBytes }, feed.journalFault());
      trouble = obstacle?.detail ?? trouble;
      return obstacle;
    },

    isTooOld: (runId) =>
      shelves.reduce((sum, { bytes }) => sum + bytes(), 0) + taskBytes > mostBytes() &&
      feed.isOlderThanKept(runId),

    begin(key) {
      const batch = store.begin();
      const files: KeptFile[] = [];
      const leftOut = new Set<WhyMissing>();
      return {
        async add({ name, kind, bytes, modifiedAt }) {
          const size = kind === 'screen' ? sizeOf(bytes) : { width: null, height: null };
          if (size === null) {
            leftOut.add('no-image');
            return;
          }
          try {
            files.push({ name, kind, modifiedAt, ...size, ...(await batch.put(kind, bytes)) });
          } catch (error) {
            trouble = writeObstacle(error).detail;
            throw error;
          }
        },
        finish({ clockOffsetMs, why: reasons }) {
          const why = whyWords(new Set([...reasons, ...leftOut]));
          trouble = null;
          return feed.putKept([
            { ...identify(key), state: 'done', since: wallMs(), why, clockOffsetMs, files },
          ]);
        },
        [Symbol.dispose]() {
          batch[Symbol.dispose]();
          // Without `finish`, no attempt names these files.
          for (const { kind, hash } of files) store.remove(kind, hash).catch(() => undefined);
        },
      };
    },

    giveUp(key, why) {
      feed.putKept([{ ...identify(key), state: 'gone', since: wallMs(), why, clockOffsetMs: 0, files: [] }]);
    },

    over: (onVm) => keptFirst({ feed, store, onVm, settings, trouble: () => trouble }),

    makeRoom: () => inOrder(() => makeRoom(shelves, mostBytes())),
    sweep: () => inOrder(() => store.sweep(sinceMs())),
    sinceMs,
    async close() {
      isClosed = true;
      await removing;
    },
  };
}

function identify({ runId, domain, taskId, attempt }: AttemptKey): AttemptKey {
  return { runId, domain, taskId, attempt };
}

/** Returns the size of a screenshot; null: the bytes are no picture that can be shown. */
function sizeOf(bytes: Uint8Array): { readonly width: number; readonly height: number } | null {
  const picture = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = pictureType(picture);
  const size = type === null ? null : pictureSize(type, picture);
  return size === null || isHuge(size) ? null : size;
}
