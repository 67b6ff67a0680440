/** A run of which no log tells: tasks are played from elsewhere, and only their result files appear on the VM. */
import type { Feed } from '../../feed/index.ts';
import { initialReader, runIdFor, type ResultFile, type RunState } from '../../run/index.ts';
import { createRunBook } from '../log/run-book.ts';
import type { VmClock } from '../vm-clock.ts';

export interface ResultReadingOptions {
  readonly vm: string;
  /** Name of the result folder in the journal. */
  readonly log: string;
  /** When this VM was seen for the first time; epoch milliseconds. */
  readonly firstSeenMs: number;
  readonly successThreshold: number;
  /** After a silence of this many milliseconds such a run is over. */
  readonly silentAfterMs: number;
  readonly feed: Feed;
  readonly clock: VmClock;
  /** Told after each change of the run, when it has been written. */
  readonly onRun: (run: RunState) => void;
}

export interface ResultReading {
  /** The run that the results make; null before the first. */
  readonly run: RunState | null;
  /** All result files, with each look: that nothing comes any more ends the run. */
  takeResults(files: readonly ResultFile[]): void;
}

export function startResultReading(options: ResultReadingOptions): ResultReading {
  const { vm, feed } = options;
  const book = createRunBook({
    ...options,
    identity: { runIdFor: (key) => runIdFor(vm, '', key), successThreshold: options.successThreshold },
    run: feed.latestFollow(vm)?.run ?? null,
  });
  return {
    get run() {
      return book.run?.dialect === 'results' ? book.run : null;
    },
    takeResults(files) {
      book.takeResults(files);
      if (!book.hasNews) return;
      const nothingRead = { fingerprint: '', fingerprintBytes: 0, offset: 0, reader: initialReader() };
      book.write({ ...nothingRead, runnerSeen: false }, false);
      if (book.run !== null) options.onRun(book.run);
    },
  };
}
