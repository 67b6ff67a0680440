/**
 * Reads one log from where the journal says it was left: bytes → lines → run events → run → journal. What the log says, the state
 * of the reading and the offset are written in one transaction, so that nothing is lost and nothing told twice, whatever dies when.
 */
import type { Feed, FollowState } from '../../feed/index.ts';
import {
  closeReader,
  createLineSplitter,
  initialReader,
  isBetweenTasks,
  isOfRunPy,
  parseReaderState,
  readLines,
  runIdFor,
  type LogLine,
  type ResultFile,
  type RunState,
} from '../../run/index.ts';
import type { LogIdentity } from '../../vm/index.ts';
import { createMarker } from './follow-mark.ts';
import { carriedOver, fingerprintBytesOf, fingerprintOf, type Continuation } from './log-identity.ts';
import { createRunBook } from './run-book.ts';
import type { VmClock } from '../vm-clock.ts';

export interface LogReadingOptions {
  readonly vm: string;
  /** Name of the log in the journal: place and container. */
  readonly log: string;
  readonly identity: LogIdentity;
  /** Where a log that is seen in a container lies on the VM itself; null: on the VM anyway, or nowhere else. */
  readonly hostPath: string | null;
  /** What the journal says of this very file; null: it has not been read before. */
  readonly resumes: FollowState | null;
  /** When the log was last written to, on the timeline of the run; epoch milliseconds. */
  readonly modifiedAtMs: number;
  /** Added to times in the log, read as UTC, to get true UTC; milliseconds. */
  readonly clockOffsetMs: number;
  /** When this VM was seen for the first time; epoch milliseconds. */
  readonly firstSeenMs: number;
  /** No benchmark process was to be seen when the log was found. */
  readonly runnerIsAbsent: boolean;
  readonly successThreshold: number;
  readonly feed: Feed;
  readonly clock: VmClock;
  /** The log before this one, when this one has taken its place under the same name in the middle of a run (logrotate). */
  readonly continues: Continuation | null;
  /** Told after each change of the run, when it has been written. */
  readonly onRun: (run: RunState) => void;
}

/** One moment, by two clocks. */
export interface Growth {
  readonly monotonicMs: number;
  /** On the timeline of the run; epoch milliseconds. */
  readonly runMs: number;
}

export interface LogReading extends Continuation {
  /** Where the bytes for {@link LogReading.push} must begin. */
  readonly startOffset: number;
  readonly inode: string;
  /** The run as far as its ended tasks are in the journal. What is shown must not count a task before its `task_complete` is out. */
  readonly publishedRun: RunState | null;
  /** First byte that has not arrived yet. */
  readonly receivedTo: number;
  /** The benchmark process has been seen: its absence means something. */
  readonly runnerSeen: boolean;
  /** When the log last grew. */
  readonly lastGrowth: Growth;
  push(chunk: Uint8Array): void;
  noteRunner(): void;
  /** All result files that were found, with each look: what the log may not have said, or otherwise. */
  takeResults(files: readonly ResultFile[]): void;
  /** The benchmark process is gone, and the log says nothing of an end. */
  endRun(state: 'crashed' | 'interrupted', reason: string): void;
  /** Writes down how far it has come. */
  flush(): void;
}

/** How often an offset alone is worth a transaction. */
const offsetEveryMs = 2_000;
/** What had been written before we came is read in big steps: not each is worth a transaction. */
const catchUpWriteEveryMs = 250;
/** A process that ends between two tasks ends on purpose: some benchmarks restart themselves, or their container with its Windows. */
const restartMs = 300_000;
/** Of a process that was never seen it is less sure that it is gone: it may be one that we cannot see. Any model answers within this time. */
export const abandonedMs = 600_000;
/** Of a line that goes on in the next file, no more is kept than of any other. */
const longestPending = 64 * 1024;

export function startReading(options: LogReadingOptions): LogReading {
  const { vm, feed, identity, clock, continues } = options;
  const savedReader = parseReaderState(options.resumes?.reader);
  const resumed = savedReader === null ? null : options.resumes;
  const fingerprintBytes = resumed?.fingerprintBytes ?? fingerprintBytesOf(identity.head);
  const fingerprint = resumed?.fingerprint ?? fingerprintOf(identity.head, fingerprintBytes);

  const startOffset = resumed?.offset ?? 0;
  const carried = continues === null ? Buffer.alloc(0) : carriedOver(continues.pending, identity.head);
  // What is carried over stands before this file, so that offsets are those of the file.
  const splitter = createLineSplitter(startOffset - carried.length);
  const marker = createMarker(identity.inode, startOffset, resumed?.mark ?? null, longestPending);
  let reader = continues?.reader ?? (resumed === null ? initialReader() : (savedReader ?? initialReader()));
  // A run that another log was in the middle of goes on in this one, or ends without a word where another begins.
  const savedRun = (continues ?? resumed ?? feed.latestFollow(vm))?.run ?? null;
  let runnerSeen = continues?.runnerSeen ?? resumed?.runnerSeen ?? false;
  /** A log that is seen for the first time is written when its present end is reached: only then is it known which runs are over. */
  let isFirstSight = continues === null && resumed === null && identity.size > 0;
  let isCarried = carried.length === 0;
  const growthAt = (runMs: number): Growth => ({
    runMs,
    monotonicMs: clock.monotonicMs() - Math.max(0, clock.runMs() - runMs),
  });
  let lastGrowth = growthAt(options.modifiedAtMs);
  let lastWriteMs = clock.monotonicMs();
  const movedBeforeMs = clock.movedMs();

  const book = createRunBook({
    vm,
    log: options.log,
    feed,
    clock,
    firstSeenMs: options.firstSeenMs,
    identity: {
      runIdFor: (key) => runIdFor(vm, fingerprint, key),
      successThreshold: options.successThreshold,
    },
    run: savedRun,
  });

  let publishedRun = book.run;

  function splitLines(chunk: Uint8Array): LogLine[] {
    if (isCarried) return splitter.push(chunk);
    isCarried = true;
    return [...splitter.push(carried), ...splitter.push(chunk)];
  }

  function write(atFirstSight = false): void {
    // As long as a line of the log before is not over, that log is where a restart has to begin.
    book.write(splitter.offset < 0 ? null : followState(), atFirstSight);
    lastWriteMs = clock.monotonicMs();
  }

  function followState(): Omit<FollowState, 'log' | 'run'> {
    return {
      fingerprint,
      fingerprintBytes,
      offset: splitter.offset,
      mark: marker.mark,
      ...(options.hostPath === null ? {} : { hostPath: options.hostPath }),
      reader,
      runnerSeen,
    };
  }

  /** A log that breaks off is not the log of a run that is on when nobody has been at work on it for long. */
  function endAbandoned(): void {
    const isQuiet = clock.runMs() - options.modifiedAtMs >= abandonedMs;
    if (!options.runnerIsAbsent || !isQuiet || book.run === null || !isOfRunPy(book.run)) return;
    closeReading();
    book.endRun('crashed', 'The benchmark process is gone.', null);
  }

  /** What the log has still to say when nothing more will come. */
  function closeReading(): void {
    const closed = closeReader(reader);
    book.fold(closed.events);
    reader = closed.state;
  }

  /** Writes what has happened, and shows the run if it changed. */
  function writeNews(): void {
    if (book.hasNews) write();
    if (book.run === publishedRun) return;
    publishedRun = book.run;
    if (book.run !== null) options.onRun(book.run);
  }

  return {
    startOffset,
    inode: identity.inode,
    get receivedTo() {
      return marker.receivedTo;
    },
    get pending() {
      const { offset } = splitter;
      if (offset >= 0) return marker.since(offset);
      return Buffer.concat([carried.subarray(carried.length + offset), marker.since(0)]);
    },
    get reader() {
      return reader;
    },
    get run() {
      return book.run;
    },
    get publishedRun() {
      return publishedRun;
    },
    get runnerSeen() {
      return runnerSeen;
    },
    get lastGrowth() {
      return lastGrowth;
    },

    push(chunk) {
      marker.push(chunk);
      const { receivedTo } = marker;
      if (receivedTo > identity.size) lastGrowth = growthAt(clock.runMs());
      const step = readLines(reader, splitLines(chunk), {
        clockOffsetMs: options.clockOffsetMs + clock.movedMs() - movedBeforeMs,
        referenceTimeMs: receivedTo > identity.size ? clock.runMs() : options.modifiedAtMs,
      });
      reader = step.state;
      book.fold(step.events);
      if (isFirstSight) {
        if (receivedTo < identity.size) return;
        endAbandoned();
        isFirstSight = false;
        write(true);
      } else if (receivedTo < identity.size && clock.monotonicMs() - lastWriteMs < catchUpWriteEveryMs) {
        return;
      } else if (clock.monotonicMs() - lastWriteMs > offsetEveryMs) {
        write();
      }
      writeNews();
    },

    takeResults(files) {
      // The log comes first: what it is about to say need not be taken from elsewhere.
      if (isFirstSight) return;
      book.takeResults(files);
      writeNews();
    },

    noteRunner() {
      runnerSeen = true;
    },

    endRun(state, reason) {
      if (book.run === null || isFirstSight) return;
      closeReading();
      if (isBetweenTasks(book.run) && clock.monotonicMs() - lastGrowth.monotonicMs < restartMs) {
        writeNews();
        return;
      }
      book.endRun(state, reason, clock.runMs());
      write();
      publishedRun = book.run;
      options.onRun(book.run);
    },

    flush() {
      if (!isFirstSight) write();
    },
  };
}
