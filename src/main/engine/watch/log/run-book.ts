/**
 * Keeps the book of what runs on a VM: run events fold into the run, and what that amounts to is written into the journal together
 * with the place up to which its source has been read.
 */
import type { ErrorPayload } from '../../../../shared/stream.ts';
import type { Feed, FollowState, RunRecord, TaskRecord } from '../../feed/index.ts';
import {
  endRun,
  reconcile,
  reduceRun,
  type ReconcileOptions,
  type ResultFile,
  type RunEffect,
  type RunEvent,
  type RunIdentity,
  type RunState,
} from '../../run/index.ts';
import { isOtherRecord, isSameAttempt, recordOf, withoutTexts } from './run-record.ts';
import { badEnd, mismatch, tellingOf } from './telling.ts';
import type { VmClock } from '../vm-clock.ts';

export interface RunBookOptions {
  readonly vm: string;
  /** Name of the log (or of the result folder) in the journal. */
  readonly log: string;
  readonly feed: Feed;
  readonly clock: VmClock;
  /** When this VM was seen for the first time; epoch milliseconds. */
  readonly firstSeenMs: number;
  readonly identity: RunIdentity;
  /** The run to go on with, or behind which the next one begins. */
  readonly run: RunState | null;
  /** Set where no log tells of what runs: see `reconcile`. */
  readonly silentAfterMs?: number;
}

export interface RunBook {
  readonly run: RunState | null;
  /** Something has happened since the last writing that is worth one. */
  readonly hasNews: boolean;
  fold(events: readonly RunEvent[]): void;
  /** @param atMs null: with the last thing that happened in it */
  endRun(state: 'crashed' | 'interrupted', reason: string, atMs: number | null): void;
  /** Folds in what result files say; they are looked at again whenever something has happened. */
  takeResults(files: readonly ResultFile[]): void;
  /**
   * Writes everything since the last time in one transaction. What could not be written stays to be written.
   * @param follow null: the place that was written last stands
   * @param isFirstSight see `tellingOf`
   */
  write(follow: Omit<FollowState, 'log' | 'run'> | null, isFirstSight: boolean): void;
}

export function createRunBook(options: RunBookOptions): RunBook {
  const { vm, log, feed, clock, identity, firstSeenMs } = options;
  const reconcileOptions = (): ReconcileOptions =>
    options.silentAfterMs === undefined
      ? { nowMs: clock.runMs() }
      : { nowMs: clock.runMs(), silentAfterMs: options.silentAfterMs };
  let run = options.run;
  let written = run;
  let pending: RunEffect[] = [];
  let files: readonly ResultFile[] = [];

  function hasNews(): boolean {
    return pending.length > 0 || isOtherRecord(run, written);
  }

  function foldOne(event: RunEvent): void {
    const step = reduceRun(run, event, identity);
    run = step.run;
    pending.push(...step.effects);
  }

  function foldResults(): void {
    if (files.length > 0 || options.silentAfterMs !== undefined)
      reconcile(run, files, reconcileOptions()).events.forEach(foldOne);
  }

  /** A run that is over belongs to the log that told of it. */
  function recordFor(state: RunState): RunRecord {
    const isCurrent = state.runId === run?.runId;
    return recordOf(state, vm, isCurrent ? log : (feed.run(state.runId)?.log ?? log));
  }

  /** Told once: not when a second copy of the log, or a second reading of it, says the same. */
  function newBadEnd(ended: RunState): ErrorPayload | null {
    const known = feed.run(ended.runId);
    const isKnown = known?.state === ended.state && known.endedAt === ended.endedAt;
    return isKnown ? null : badEnd(ended, vm, clock.runMs());
  }

  function newMismatch(effect: Extract<RunEffect, { type: 'task_corrected' }>): ErrorPayload | null {
    const moment = mismatch(effect.task, effect.before, vm, { firstSeenMs, nowMs: clock.runMs() });
    if (moment === null) return null;
    const known = feed.tasksOf(effect.runId).find((record) => isSameAttempt(record, effect.task));
    return known?.outcome === 'scored' && known.score === effect.task.score ? null : moment;
  }

  return {
    get run() {
      return run;
    },
    get hasNews() {
      return hasNews();
    },

    fold(events) {
      if (events.length === 0) return;
      const before = pending.length;
      events.forEach(foldOne);
      if (pending.length > before) foldResults();
    },

    endRun(state, reason, atMs) {
      if (run === null) return;
      const ended = endRun(run, state, atMs, reason);
      run = ended.run;
      pending.push(...ended.effects);
    },

    takeResults(found) {
      files = found;
      foldResults();
    },

    write(follow, isFirstSight) {
      const context = { isFirstSight, firstSeenMs, nowMs: clock.runMs(), run };
      const telling = tellingOf(pending, context);
      const runs = new Map<string, RunRecord>();
      const tasks: { record: TaskRecord; tell: boolean }[] = [];
      const corrected: TaskRecord[] = [];
      const moments: (ErrorPayload | null)[] = [];
      for (const effect of pending) {
        switch (effect.type) {
          case 'task_ended': {
            const { tell, catchUp } = telling(effect.runId, effect.task.endedAt);
            tasks.push({ record: { ...effect.task, runId: effect.runId, vm, catchUp }, tell });
            break;
          }
          case 'task_corrected':
            corrected.push({ ...effect.task, runId: effect.runId, vm, catchUp: false });
            moments.push(newMismatch(effect));
            break;
          case 'run_ended':
            if (isLastWord(effect.run) && telling(effect.run.runId, null).tell)
              moments.push(newBadEnd(effect.run));
            runs.set(effect.run.runId, recordFor(effect.run));
            break;
          case 'run_started':
            runs.set(effect.run.runId, recordFor(effect.run));
        }
      }
      if (run !== null && hasNews()) runs.set(run.runId, recordFor(run));
      const kept = run === null ? null : withoutTexts(run);
      feed.commit({
        vm,
        at: clock.wallMs(),
        runs: [...runs.values()],
        tasks,
        corrected,
        moments: moments.filter((moment) => moment !== null),
        ...(follow === null ? {} : { follow: { ...follow, log, run: kept } }),
      });
      run = kept;
      written = kept;
      pending = [];
    },
  };

  /** An end behind which the run went on is no news any more when both are read at once. */
  function isLastWord(ended: RunState): boolean {
    return run?.runId !== ended.runId || (run.state === ended.state && run.endedAt === ended.endedAt);
  }
}
