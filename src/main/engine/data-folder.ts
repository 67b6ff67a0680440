/** The data folder of a running BenchTray: locked for this process, private to this user, with the feed on its journal. */
import { readdirSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Archive, LogStore } from './archive/index.ts';
import { defaultLogFile, type Logger } from './common/app-log.ts';
import type { Clock } from './common/clock.ts';
import { inBackground, type BackgroundLog } from './common/in-background.ts';
import { inTurns } from './common/in-turns.ts';
import { terminalOf } from './common/terminal.ts';
import { lockDataFolder, openFeed, type Feed } from './feed/index.ts';
import { dataFolderTooOpen, tightenDataFolder } from './files/index.ts';
import type { SettledBounds } from './settled-bounds.ts';

export interface DataFolderOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface DataFolder {
  readonly feed: Feed;
  /** Sentences for the person who started BenchTray. The list grows when the journal reports something. */
  readonly notices: readonly string[];
  /** Writes the server's address into the lock, so that a second BenchTray finds this one. */
  announce(url: string): void;
  /** Closes the journal, then releases the lock. */
  close(): void;
}

/** @throws UserError if another process uses the folder, or the journal cannot be opened */
export function openDataFolder({ dataDir, clock, log }: DataFolderOptions): DataFolder {
  using opened = new DisposableStack();
  const lock = opened.adopt(lockDataFolder(dataDir), (held) => held.release());
  tightenDataFolder(dataDir);
  const notices: string[] = [];
  const onNotice = (notice: string): void => {
    log.warn(notice);
    notices.push(notice);
  };
  const tooOpen = openFolderNotice(dataDir);
  if (tooOpen !== null) onNotice(tooOpen);
  const feed = opened.adopt(openFeed({ dataDir, clock, onNotice }), (open) => open.close());
  const running = opened.move();
  return {
    feed,
    notices,
    announce: (url) => lock.announce(url),
    close: () => running.dispose(),
  };
}

/** Returns the room that is left on the disk of a folder, bytes; null: the system does not tell. */
export async function freeBytesAt(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}

/** Returns what the app log takes in the data folder, bytes. */
export function appLogBytes(dataDir: string): number {
  const folder = dirname(defaultLogFile(dataDir));
  try {
    return readdirSync(folder).reduce(
      (sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
  } catch {
    return 0;
  }
}

const pruneEveryMs = 3_600_000;

/** More runs than any journal holds. */
const allRuns = 1_000_000;

export interface PruningOptions {
  readonly feed: Pick<Feed, 'prune' | 'runs'>;
  readonly archive: Pick<Archive, 'sinceMs' | 'makeRoom' | 'sweep'>;
  readonly logs: Pick<LogStore, 'sweep'>;
  readonly bounds: Pick<SettledBounds, 'get' | 'onTighter'>;
  readonly log: BackgroundLog;
}

export interface Pruning {
  /** Ends it between two short pieces of work. */
  readonly stop: () => void;
}

/** Prunes the journal, and removes what its dropped runs left in the archive: now, every hour, and when tighter bounds count. */
export function startPruning({ feed, archive, logs, bounds, log }: PruningOptions): Pruning {
  let pruning = new AbortController();

  async function prune(signal: AbortSignal): Promise<void> {
    const { journalDays, journalMegabytes } = bounds.get();
    const retention = { olderThanMs: journalDays * 86_400_000, maxBytes: journalMegabytes * 1_000_000 };
    try {
      await inTurns(feed.prune(retention), signal);
      await logs.sweep(feed.runs({ limit: allRuns }), archive.sinceMs(), signal);
    } catch (error) {
      if (signal.aborted) return;
      log.error({ err: error }, 'BenchTray could not prune the journal and tries again in an hour');
    }
    await archive.makeRoom();
    await archive.sweep();
  }

  /** The newest bounds count: what goes by the ones before ends. */
  function begin(): void {
    pruning.abort();
    pruning = new AbortController();
    inBackground(prune(pruning.signal), log, 'the pruning of kept files');
  }

  begin();
  const timer = setInterval(begin, pruneEveryMs);
  bounds.onTighter(begin);
  return {
    stop() {
      clearInterval(timer);
      pruning.abort();
    },
  };
}

/** Returns a sentence if others may write into the data folder; else null. */
function openFolderNotice(dataDir: string): string | null {
  const mode = dataFolderTooOpen(dataDir);
  if (mode === null) return null;
  const command = terminalOf(process.platform).line`chmod 700 ${dataDir}`;
  return `Others may replace files in the data folder ${dataDir} (its mode is ${mode.toString(8)}). Keep it to yourself${command === null ? '' : `: ${command}`}`;
}
