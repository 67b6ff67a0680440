/** Reads one job into the journal. Each job has a session of its own, so several may go on side by side. */
import type { Feed } from '../../feed/index.ts';
import {
  createRunSession,
  newSessionState,
  parseSessionState,
  type RunState,
  type TrialJob,
} from '../../run/index.ts';
import { createRunBook } from '../log/run-book.ts';
import { createRunnerWatch } from '../log/runner-watch.ts';
import type { Tempo } from '../tempo.ts';
import type { VmClock } from '../vm-clock.ts';

export interface JobReadingOptions {
  readonly vm: string;
  /** Name of the job's folder in the journal. */
  readonly log: string;
  /** When this VM was seen for the first time; epoch milliseconds. */
  readonly firstSeenMs: number;
  readonly successThreshold: number;
  readonly feed: Feed;
  readonly clock: VmClock;
  readonly tempo: Tempo;
}

export interface JobReading {
  /** The run of the job; null before its first look. */
  readonly run: RunState | null;
  /** When any of its files was written to last; epoch milliseconds. */
  readonly activeAt: number;
  take(job: TrialJob): void;
  /**
   * Call it after `take`, which reads the last results. Ends the run if its process was seen and is gone.
   * @param runners how many processes may play the job; null: that could not be seen
   * @returns whether a process that was seen is missing now
   */
  watchRunner(runners: number | null): boolean;
}

export function startJobReading(options: JobReadingOptions): JobReading {
  const { vm, log, feed, clock, tempo, successThreshold } = options;
  const known = feed.loadFollow(vm, log);
  const state = (known === null ? null : parseSessionState(known)) ?? newSessionState(known?.run ?? null);
  const session = createRunSession(state, { vm, fingerprint: '', successThreshold });
  const book = createRunBook({ ...options, state });
  const runnerWatch = createRunnerWatch(clock.monotonicMs, tempo);
  let isFirstSight = known === null;
  let runnerSeen = known?.runnerSeen ?? false;
  let activeAt = 0;
  let isCancelled = false;

  function write(): void {
    book.write({ fingerprint: '', fingerprintBytes: 0, runnerSeen }, isFirstSight);
    isFirstSight = false;
  }

  function end(): void {
    const nowMs = clock.runMs();
    const how = isCancelled
      ? ({ state: 'interrupted', reason: 'The job was cancelled.' } as const)
      : ({ state: 'crashed', reason: 'The benchmark process is gone.' } as const);
    book.take(session.end({ ...how, atMs: nowMs, nowMs, mayRestart: false }));
    write();
  }

  return {
    get run() {
      return book.state.run;
    },
    get activeAt() {
      return activeAt;
    },
    take(job) {
      activeAt = job.activeAt;
      isCancelled = isJobCancelled(job);
      book.take(session.takeJob(job, clock.runMs()));
      if (book.hasNews) write();
    },
    watchRunner(runners) {
      const { run } = book.state;
      if (runners === null) return false;
      if (run?.state !== 'running') {
        runnerWatch.forget();
        return false;
      }
      if (runners > 0 && !runnerSeen) {
        runnerSeen = true;
        write();
      }
      if (!runnerSeen) return false;
      const quietMs = Math.max(0, clock.runMs() - activeAt);
      const verdict = runnerWatch.look(runners, clock.monotonicMs() - quietMs);
      if (verdict === 'gone') end();
      return verdict === 'missed';
    },
  };
}

/**
 * Returns whether a person stopped the job: its last trial was cancelled. Only the files show that, because a crash interrupts the
 * open attempts of the run too.
 */
function isJobCancelled({ trials }: TrialJob): boolean {
  const ended = trials.filter(({ end }) => end !== null);
  return ended.toSorted((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0)).at(-1)?.end?.outcome === 'interrupted';
}
