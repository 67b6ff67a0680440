/**
 * Reads one log from where the journal says it was left: bytes go into a run session, its effects into the journal. They are written in
 * one transaction with the state of the session, so that nothing is lost and nothing is reported twice, whatever dies when.
 */
import type { Feed, FollowMark, FollowState } from '../../feed/index.ts';
import {
  createRunSession,
  logContent,
  type LogContent,
  runsBesideItsLog,
  parseSessionState,
  type ResultFile,
  type RunProcess,
  type RunState,
} from '../../run/index.ts';
import type { LogIdentity } from '../../vm/index.ts';
import { createMarker, markOfHead } from './follow-mark.ts';
import { createLogKeeping, type LogWriters } from './log-keeping.ts';
import {
  carriedOver,
  fingerprintBytesOf,
  fingerprintOf,
  idOfRun,
  leftBefore,
  movedTo,
  type Continuation,
} from './log-identity.ts';
import { createRunBook, type LogFacts } from './run-book.ts';
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
  /** Where what is read is kept; missing: nowhere. */
  readonly logs?: LogWriters | undefined;
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
  /** What the file was seen to have; null: nothing that could be compared. */
  readonly seen: FollowMark | null;
  readonly inode: string;
  readonly run: RunState | null;
  /** The run as far as its ended tasks are in the journal. What is shown must not count a task before its `task_complete` is out. */
  readonly publishedRun: RunState | null;
  /** A run was found in this log. */
  readonly isRecognised: boolean;
  /** The kind of this log. Null: BenchTray is still reading the lines that were there when it found the log. */
  readonly content: LogContent | null;
  /** First byte that has not arrived yet. */
  readonly receivedTo: number;
  /** The benchmark process has been seen: its absence means something. */
  readonly runnerSeen: boolean;
  /** When the log last grew. */
  readonly lastGrowth: Growth;
  push(chunk: Uint8Array): void;
  /** @param process on the timeline of the run; null: not known */
  noteRunner(process: RunProcess | null): void;
  /** All result files that were found, with each look: what the log may not have said, or otherwise. */
  takeResults(files: readonly ResultFile[]): void;
  /** The benchmark process is gone, and the log says nothing of an end. */
  endRun(state: 'crashed' | 'interrupted', reason: string): void;
  /** Writes down how far it has come. */
  flush(): void;
}

/** How often an offset alone is worth a transaction. */
const offsetEveryMs = 2_000;
/** What was written before BenchTray came is read in big steps: not each is worth a transaction. */
const catchUpWriteEveryMs = 250;
/** A process that ends between two tasks ends on purpose: some benchmarks restart themselves, or their container with its Windows. */
const restartMs = 300_000;
/** A process that was never seen may only be invisible to BenchTray, so its absence says less. Any model answers within this time. */
export const abandonedMs = 600_000;
/** If a line goes on in the next file, no more of it is kept than of any other. */
const longestPending = 64 * 1024;

export function startReading(options: LogReadingOptions): LogReading {
  const { vm, log, feed, identity, clock, continues, successThreshold } = options;
  const saved = options.resumes === null ? null : parseSessionState(options.resumes);
  const resumed = saved === null ? null : options.resumes;
  const fingerprintBytes = resumed?.fingerprintBytes ?? fingerprintBytesOf(identity.head);
  const fingerprint = resumed?.fingerprint ?? fingerprintOf(identity.head, fingerprintBytes);

  const startOffset = saved?.offset ?? 0;
  const carried = continues === null ? Buffer.alloc(0) : carriedOver(continues.pending, identity.head);
  const marker = createMarker(identity.inode, startOffset, resumed?.mark ?? null, longestPending);
  // A run that another log was in the middle of goes on in this one, or ends without a word where another begins.
  const left = continues?.session ?? leftBefore(saved, options);
  // What is carried over stands before this file, so that offsets are those of the file.
  const state = movedTo(left, startOffset - carried.length);
  const nameRun = (usualId: string): string => idOfRun(usualId, options);
  const session = createRunSession(state, { vm, fingerprint, successThreshold, nameRun });
  const book = createRunBook({ vm, log, feed, clock, firstSeenMs: options.firstSeenMs, state });
  const keeping =
    options.logs === undefined ? null : createLogKeeping({ vm, log, logs: options.logs, state });
  let publishedRun = state.run;
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

  function write(atFirstSight = false): void {
    keeping?.flush();
    // As long as a line of the log before is not over, that log is where a restart has to begin.
    book.write(book.state.offset < 0 ? null : source(), atFirstSight);
    lastWriteMs = clock.monotonicMs();
  }

  function source(): LogFacts {
    const hostPath = options.hostPath === null ? {} : { hostPath: options.hostPath };
    const mark = { ...marker.mark, modifiedAt: identity.modifiedAt };
    return { fingerprint, fingerprintBytes, mark, ...hostPath, runnerSeen };
  }

  /** If a log breaks off and nobody has been at work on it for long, its run is over. */
  function endAbandoned(): void {
    const { run } = book.state;
    const nowMs = clock.runMs();
    const isQuiet = nowMs - options.modifiedAtMs >= abandonedMs;
    if (!options.runnerIsAbsent || !isQuiet || run === null || !runsBesideItsLog(run)) return;
    const reason = 'The benchmark process is gone.';
    book.take(session.end({ state: 'crashed', reason, atMs: null, nowMs, mayRestart: false }));
  }

  /** Writes what has happened, and shows the run if it changed. */
  function writeNews(): void {
    if (book.hasNews) write();
    if (book.state.run === publishedRun) return;
    publishedRun = book.state.run;
    if (publishedRun === null) return;
    if (publishedRun.state !== 'running') keeping?.rest();
    options.onRun(publishedRun);
  }

  return {
    startOffset,
    seen: resumed?.mark ?? markOfHead(identity.inode, identity.head),
    inode: identity.inode,
    get session() {
      return book.state;
    },
    get isRecognised() {
      return book.state.reader.counts.recognised;
    },
    get content() {
      const isRead = marker.receivedTo > 0 && marker.receivedTo >= identity.size;
      return isRead ? logContent(identity.head, book.state.reader.counts) : null;
    },
    get receivedTo() {
      return marker.receivedTo;
    },
    get pending() {
      const { offset } = book.state;
      if (offset >= 0) return marker.since(offset);
      return Buffer.concat([carried.subarray(carried.length + offset), marker.since(0)]);
    },
    get run() {
      return book.state.run;
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
      const isLive = receivedTo > identity.size;
      // Not asked for each piece of an old log: the clock is slow.
      const referenceTimeMs = isLive ? clock.runMs() : options.modifiedAtMs;
      if (isLive) lastGrowth = growthAt(referenceTimeMs);
      const clockOffsetMs = options.clockOffsetMs + clock.movedMs() - movedBeforeMs;
      const bytes = isCarried ? chunk : Buffer.concat([carried, chunk]);
      isCarried = true;
      const step = session.push(bytes, { clockOffsetMs, referenceTimeMs });
      book.take(step);
      keeping?.push(bytes, step);
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
      book.take(session.takeResults(files, clock.runMs()));
      writeNews();
    },

    noteRunner(process) {
      runnerSeen = true;
      const { run, reader } = book.state;
      const isKnown = reader.counts.recognised && run?.startedAt !== null;
      if (process === null || isFirstSight || isKnown) return;
      const step = session.noteProcess(process);
      book.take(step);
      keeping?.push(Buffer.alloc(0), step);
      writeNews();
    },

    endRun(state, reason) {
      if (book.state.run === null || isFirstSight) return;
      const nowMs = clock.runMs();
      const mayRestart = clock.monotonicMs() - lastGrowth.monotonicMs < restartMs;
      book.take(session.end({ state, reason, atMs: nowMs, nowMs, mayRestart }));
      writeNews();
    },

    flush() {
      if (isFirstSight) keeping?.flush();
      else write();
    },
  };
}
