/** A run of which no log tells: tasks are played from elsewhere, and only their result files appear on the VM. */
import type { Feed } from '../../feed/index.ts';
import { createRunSession, newSessionState, type ResultFile, type RunState } from '../../run/index.ts';
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
  /** Called after each change of the run, once it is in the journal. */
  readonly onRun: (run: RunState) => void;
}

export interface ResultReading {
  /** The run that the results make; null before the first. */
  readonly run: RunState | null;
  /** Takes all result files, with each look: if nothing new comes any more, the run ends. */
  takeResults(files: readonly ResultFile[]): void;
}

export function startResultReading(options: ResultReadingOptions): ResultReading {
  const { vm, feed, clock, successThreshold, silentAfterMs } = options;
  const state = newSessionState(feed.latestFollow(vm)?.run ?? null);
  const session = createRunSession(state, { vm, fingerprint: '', successThreshold, silentAfterMs });
  const book = createRunBook({ ...options, state });
  return {
    get run() {
      const { run } = book.state;
      return run?.dialect === 'results' ? run : null;
    },
    takeResults(files) {
      book.take(session.takeResults(files, clock.runMs()));
      if (!book.hasNews) return;
      book.write({ fingerprint: '', fingerprintBytes: 0, runnerSeen: false }, false);
      if (book.state.run !== null) options.onRun(book.state.run);
    },
  };
}
