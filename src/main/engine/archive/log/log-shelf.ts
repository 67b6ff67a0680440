/** The kept logs of runs, as a part of the archive that makes room. */
import type { Feed, StoredRun } from '../../feed/index.ts';
import type { Shelf } from '../room.ts';
import type { LogStore } from './log-store.ts';

export interface LogShelfOptions {
  readonly feed: Pick<Feed, 'runs'>;
  readonly logs: Pick<LogStore, 'bytesOf' | 'remove'>;
  readonly monotonicMs: () => number;
}

/** More runs than any journal holds. */
const allRuns = 1_000_000;
/** To count looks at the folders of all runs. A log grows little in between. */
const countEveryMs = 600_000;

export function createLogShelf({ feed, logs, monotonicMs }: LogShelfOptions): Shelf {
  /** Newest first. The log of a run that is on is still being written. */
  let kept: { readonly run: StoredRun; readonly bytes: number }[] = [];
  let countedMs = Number.NEGATIVE_INFINITY;
  return {
    bytes() {
      if (monotonicMs() - countedMs >= countEveryMs) {
        countedMs = monotonicMs();
        kept = feed
          .runs({ limit: allRuns })
          .map((run) => ({ run, bytes: logs.bytesOf(run) }))
          .filter(({ bytes }) => bytes > 0);
      }
      return kept.reduce((sum, { bytes }) => sum + bytes, 0);
    },
    removeOldest() {
      const oldest = kept.findLast(({ run }) => run.state !== 'running');
      if (oldest === undefined) return Promise.resolve(false);
      logs.remove(oldest.run);
      kept = kept.filter((one) => one !== oldest);
      return Promise.resolve(true);
    },
  };
}
