/**
 * Brings what has been committed from the system's memory onto the disk itself, beside the program: a busy disk takes a tenth of a
 * second for that, in which a window would not answer. What is committed outlives this process in any case; what the disk has not
 * taken yet is lost when the whole machine loses its power.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

export interface DiskSync {
  /** What has been written up to now is to be on the disk soon. */
  request(): void;
  close(): void;
}

/** The part of a file that is needed. */
export type SyncedFile = Pick<FileHandle, 'datasync' | 'close'>;

/** The first goes at once; what is written in the moment after it goes together. */
const usualPauseMs = 1000;

/**
 * @param path of the file, which is there when the first request is made; opened once
 * @param onFault told, once, that the disk does not take it
 */
export function createDiskSync(
  path: string,
  onFault: (error: Error) => void,
  openFile: (path: string) => Promise<SyncedFile> = (name) => open(name, 'r+'),
  pauseMs = usualPauseMs,
): DiskSync {
  let file: Promise<SyncedFile> | null = null;
  /** Something was written after the newest sync had begun. */
  let isDue = false;
  let isBusy = false;
  let isClosed = false;
  let hasFailed = false;

  async function syncAll(): Promise<void> {
    try {
      file ??= openFile(path);
      const opened = await file;
      while (isDue && !isClosed) {
        isDue = false;
        await opened.datasync();
        await pause(pauseMs, undefined, { ref: false });
      }
    } finally {
      isBusy = false;
    }
  }

  function noteFault(error: unknown): void {
    if (!hasFailed && !isClosed) onFault(error instanceof Error ? error : new Error(String(error)));
    hasFailed = true;
  }

  return {
    request() {
      isDue = true;
      if (isBusy || isClosed) return;
      isBusy = true;
      syncAll().catch(noteFault);
    },
    close() {
      isClosed = true;
      // A file that could not be opened need not be closed.
      file?.then((opened) => opened.close()).catch(() => undefined);
    },
  };
}
