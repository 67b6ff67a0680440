/**
 * Reads one log from where the journal says it was left: bytes → lines → run events → run → journal. What the log says, the state
 * of the reading and the offset are written in one transaction, so that nothing is lost and nothing told twice, whatever dies when.
 */
import { createHash } from 'node:crypto';
import type { ErrorPayload } from '../../shared/stream.ts';
import type { Feed, FollowState, RunRecord, TaskRecord } from '../feed/index.ts';
import {
  closeReader,
  countsOf,
  createLineSplitter,
  endRun,
  initialReader,
  parseReaderState,
  readLines,
  reduceRun,
  runIdFor,
  type ReaderState,
  type RunEffect,
  type RunEvent,
  type RunState,
} from '../run/index.ts';
import type { LogIdentity } from '../vm/index.ts';

export interface LogReadingOptions {
  readonly vm: string;
  /** Name of the log in the journal: place and container. */
  readonly log: string;
  readonly identity: LogIdentity;
  /** When the log was last written to, by our clock; epoch milliseconds. */
  readonly modifiedAtMs: number;
  /** Added to times in the log, read as UTC, to get true UTC; milliseconds. */
  readonly clockOffsetMs: number;
  /** When this VM was seen for the first time; epoch milliseconds. */
  readonly firstSeenMs: number;
  readonly successThreshold: number;
  readonly feed: Feed;
  readonly now: () => number;
  /** The log before this one, when this one has taken its place under the same name in the middle of a run (logrotate). */
  readonly continues: LogReading | null;
  /** Told after each change of the run, when it has been written. */
  readonly onRun: (run: RunState) => void;
}

export interface LogReading {
  /** Where the bytes for {@link LogReading.push} must begin. */
  readonly startOffset: number;
  readonly inode: string;
  /** First byte that has not arrived yet. */
  readonly receivedTo: number;
  readonly reader: ReaderState;
  readonly run: RunState | null;
  /** The benchmark process has been seen: its absence means something. */
  readonly runnerSeen: boolean;
  /** When the log last grew; epoch milliseconds of our clock. */
  readonly lastGrowthMs: number;
  push(chunk: Uint8Array): void;
  noteRunner(): void;
  /** The benchmark process is gone, and the log says nothing of an end. */
  endRun(state: 'crashed' | 'interrupted', reason: string): void;
  /** Writes down how far it has come. */
  flush(): void;
}

/** How many bytes a log is recognised by. They hold a time stamp or a banner: two logs do not begin alike. */
export const fingerprintLength = 1024;
/** A task that ended this long before it could be read is old news. */
const oldNewsMs = 60_000;
/** How often an offset alone is worth a transaction. */
const offsetEveryMs = 2_000;
/** A run that began this shortly before the VM was first seen counts as begun under our eyes: clocks differ, looks take time. */
const firstSeenSlackMs = 10_000;

export function startReading(options: LogReadingOptions): LogReading {
  const { vm, feed, identity, now, continues } = options;
  const fingerprintBytes = Math.min(fingerprintLength, Buffer.byteLength(identity.head));
  const fingerprint = fingerprintOf(identity.head, fingerprintBytes);
  const saved = continues === null ? feed.loadFollow(vm, options.log) : null;
  const savedReader = saved === null ? null : parseReaderState(saved.reader);
  const resumed = saved !== null && savedReader !== null && isSameLog(saved, identity) ? saved : null;

  const startOffset = resumed?.offset ?? 0;
  const splitter = createLineSplitter(startOffset);
  let reader = continues?.reader ?? (resumed === null ? initialReader() : (savedReader ?? initialReader()));
  let run = continues?.run ?? resumed?.run ?? null;
  let runnerSeen = continues?.runnerSeen ?? resumed?.runnerSeen ?? false;
  let former = continues === null && resumed === null ? runOfAnotherLog(feed, vm) : null;
  /** Effects of a log seen for the first time, kept until its present end is reached: only then is it known which runs are over. */
  let backlog: RunEffect[] | null = continues === null && resumed === null && identity.size > 0 ? [] : null;
  let receivedTo = startOffset;
  let lastGrowthMs = options.modifiedAtMs;
  let lastWriteMs = now();

  const runIdentity = {
    runIdFor: (key: string) => runIdFor(vm, fingerprint, key),
    successThreshold: options.successThreshold,
  };

  function fold(events: readonly RunEvent[]): RunEffect[] {
    return events.flatMap((event) => {
      const step = reduceRun(run, event, runIdentity);
      run = step.run;
      return step.effects;
    });
  }

  function write(effects: readonly RunEffect[], isFirstSight: boolean): void {
    const all = [...endFormer(effects), ...effects];
    const policy = tellingPolicy(all, isFirstSight, options.firstSeenMs, now());
    const runs = new Map<string, RunRecord>();
    const tasks: { record: TaskRecord; tell: boolean }[] = [];
    const moments: ErrorPayload[] = [];
    for (const effect of all) {
      if (effect.type === 'task_ended') {
        const { tell, catchUp } = policy(effect.runId, effect.task.endedAt);
        tasks.push({ record: { ...effect.task, runId: effect.runId, vm, catchUp }, tell });
        continue;
      }
      runs.set(effect.run.runId, recordOf(effect.run, vm, options.log));
      if (effect.type === 'run_ended' && policy(effect.run.runId, null).tell)
        moments.push(...badEnd(effect.run, vm, now()));
    }
    if (run !== null && all.length > 0) runs.set(run.runId, recordOf(run, vm, options.log));
    feed.commit({
      vm,
      at: now(),
      runs: [...runs.values()],
      tasks,
      moments,
      follow: {
        log: options.log,
        fingerprint,
        fingerprintBytes,
        offset: splitter.offset,
        reader,
        run,
        runnerSeen,
      },
    });
    lastWriteMs = now();
  }

  /** A run that another log was in the middle of has ended without a word when a new one begins here. */
  function endFormer(effects: readonly RunEffect[]): readonly RunEffect[] {
    const begun = effects.find((effect) => effect.type === 'run_started');
    if (former === null || begun === undefined) return [];
    const over = former;
    former = null;
    const isSame = effects.some((effect) => effect.type === 'run_started' && effect.run.runId === over.runId);
    return isSame ? [] : endRun(over, 'interrupted', begun.run.startedAt ?? now()).effects;
  }

  return {
    startOffset,
    inode: identity.inode,
    get receivedTo() {
      return receivedTo;
    },
    get reader() {
      return reader;
    },
    get run() {
      return run;
    },
    get runnerSeen() {
      return runnerSeen;
    },
    get lastGrowthMs() {
      return lastGrowthMs;
    },

    push(chunk) {
      receivedTo += chunk.length;
      if (receivedTo > identity.size) lastGrowthMs = now();
      const before = run;
      const step = readLines(reader, splitter.push(chunk), {
        clockOffsetMs: options.clockOffsetMs,
        referenceTimeMs: receivedTo > identity.size ? now() : options.modifiedAtMs,
      });
      reader = step.state;
      const effects = fold(step.events);
      if (backlog !== null) {
        backlog.push(...effects);
        if (receivedTo < identity.size) return;
        const all = backlog;
        backlog = null;
        write(all, true);
      } else if (effects.length > 0 || now() - lastWriteMs > offsetEveryMs) {
        write(effects, false);
      }
      if (run !== null && run !== before) options.onRun(run);
    },

    noteRunner() {
      runnerSeen = true;
    },

    endRun(state, reason) {
      if (run === null || backlog !== null) return;
      const closed = closeReader(reader);
      reader = closed.state;
      const effects = fold(closed.events);
      if (run.state === 'running') {
        const ended = endRun(run, state, now(), reason);
        run = ended.run;
        effects.push(...ended.effects);
      }
      write(effects, false);
      options.onRun(run);
    },

    flush() {
      if (backlog === null) write([], false);
    },
  };
}

function fingerprintOf(head: string, bytes: number): string {
  return createHash('sha256').update(Buffer.from(head, 'utf8').subarray(0, bytes)).digest('hex');
}

function isSameLog(saved: FollowState, identity: LogIdentity): boolean {
  return (
    saved.offset <= identity.size &&
    saved.fingerprint === fingerprintOf(identity.head, saved.fingerprintBytes)
  );
}

function runOfAnotherLog(feed: Feed, vm: string): RunState | null {
  const latest = feed.latestFollow(vm)?.run ?? null;
  return latest?.state === 'running' ? latest : null;
}

/**
 * Which tasks are told as events, and whether as old news. Live: all. On first sight of a log, runs that were over before the VM was
 * first seen go into the history only; a run that is still on is told from its beginning, as a catching up.
 */
function tellingPolicy(
  effects: readonly RunEffect[],
  isFirstSight: boolean,
  firstSeenMs: number,
  nowMs: number,
) {
  const ended = new Set(effects.flatMap((effect) => (effect.type === 'run_ended' ? [effect.run.runId] : [])));
  const early = new Set(
    effects.flatMap((effect) =>
      effect.type === 'run_started' && (effect.run.startedAt ?? 0) < firstSeenMs - firstSeenSlackMs
        ? [effect.run.runId]
        : [],
    ),
  );
  return (runId: string, endedAtMs: number | null): { tell: boolean; catchUp: boolean } => {
    const isEarly = isFirstSight && early.has(runId);
    return {
      tell: !(isEarly && ended.has(runId)),
      catchUp: isEarly || (endedAtMs !== null && nowMs - endedAtMs > oldNewsMs),
    };
  };
}

function recordOf(run: RunState, vm: string, log: string): RunRecord {
  const { tasks: _tasks, ...rest } = run;
  return { ...rest, ...countsOf(run), vm, log };
}

/** The moment to tell when a run has ended other than by itself. */
function badEnd(run: RunState, vm: string, nowMs: number): ErrorPayload[] {
  if (run.state === 'finished' || run.state === 'running') return [];
  const { tasksCompleted } = countsOf(run);
  const done =
    run.totalTasks > 0
      ? `${tasksCompleted} of ${run.totalTasks} tasks are done`
      : `${tasksCompleted} tasks are done`;
  const crashed = run.state === 'crashed';
  return [
    {
      message: crashed ? `The run has crashed: ${done}.` : `The run was interrupted: ${done}.`,
      vm,
      code: crashed ? 'run_crashed' : 'run_interrupted',
      severity: crashed ? 'critical' : 'warning',
      detail: run.endMessage,
      hint: crashed
        ? 'The last lines of the log tell why. Start the run again: it goes on with what is left.'
        : null,
      began_at: new Date(run.endedAt ?? nowMs).toISOString(),
    },
  ];
}
