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
  /** Bytes of each log, the oldest run first. */
  let kept = new Map<StoredRun, number>();
  let countedMs = Number.NEGATIVE_INFINITY;
  return {
    bytes() {
      if (monotonicMs() - countedMs >= countEveryMs) {
        countedMs = monotonicMs();
        kept = new Map(
          feed
            .runs({ limit: allRuns })
            .map((run) => [run, logs.bytesOf(run)] as const)
            .filter(([, bytes]) => bytes > 0)
            .reverse(),
        );
      }
      return [...kept.values()].reduce((sum, bytes) => sum + bytes, 0);
    },
    *removals() {
      for (const [run, bytes] of kept) {
        // The log of a run that is on is still being written.
        if (run.state === 'running') continue;
        logs.remove(run);
        kept.delete(run);
        yield bytes;
      }
    },
  };
}
