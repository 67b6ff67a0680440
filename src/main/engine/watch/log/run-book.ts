/**
 * Keeps the book of what runs on a VM: what a run session returns is collected, and written into the journal in one transaction with the
 * state of the session.
 */
import type { ErrorPayload } from '../../../../shared/stream.ts';
import type { Feed, FollowState, RunRecord, TaskRecord } from '../../feed/index.ts';
import {
  countsOf,
  faultsOf,
  type EndedAttempt,
  type RunEffect,
  type RunSessionState,
  type RunState,
  type SessionStep,
} from '../../run/index.ts';
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
  /** Of the session before its first step. */
  readonly state: RunSessionState;
}

/** What is known of a log besides the state of its session. */
export type LogFacts = Omit<FollowState, 'log' | keyof RunSessionState>;

export interface RunBook {
  /** Of the session after its last step, written or not. */
  readonly state: RunSessionState;
  /** Something has happened since the last writing that is worth one. */
  readonly hasNews: boolean;
  /** Takes over what the session returned. */
  take(step: SessionStep): void;
  /**
   * Writes everything since the last time in one transaction. If that fails, the next writing includes it.
   * @param source null: the state that was written last stays, and a restart begins there
   * @param isFirstSight see `tellingOf`
   */
  write(source: LogFacts | null, isFirstSight: boolean): void;
}

export function createRunBook(options: RunBookOptions): RunBook {
  const { vm, log, feed, clock, firstSeenMs } = options;
  let { state } = options;
  let written = state.run;
  let pending: RunEffect[] = [];

  function hasNews(): boolean {
    return pending.length > 0 || isOtherRecord(state.run, written);
  }

  /** A finished run belongs to the log that reported it. */
  function recordFor(run: RunState): RunRecord {
    const isCurrent = run.runId === state.run?.runId;
    return recordOf(run, vm, isCurrent ? log : (feed.run(run.runId)?.log ?? log));
  }

  /** Reported once: not when a second copy of the log, or a second reading of it, says the same. */
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

  /** If a run went on after its end and both are read at once, the end is no news. */
  function isLastWord(ended: RunState): boolean {
    const { run } = state;
    return run?.runId !== ended.runId || (run.state === ended.state && run.endedAt === ended.endedAt);
  }

  return {
    get state() {
      return state;
    },
    get hasNews() {
      return hasNews();
    },

    take(step) {
      state = step.state;
      pending.push(...step.effects);
    },

    write(source, isFirstSight) {
      const { run } = state;
      const telling = tellingOf(pending, { isFirstSight, firstSeenMs, nowMs: clock.runMs(), run });
      const runs = new Map<string, RunRecord>();
      const tasks: EndedTask[] = [];
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
            takeVerdict(tasks, effect);
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
      feed.commit({
        vm,
        at: clock.wallMs(),
        runs: [...runs.values()],
        tasks,
        corrected,
        moments: moments.filter((moment) => moment !== null),
        ...(source === null ? {} : { follow: { ...source, ...state, log } }),
      });
      written = run;
      pending = [];
    },
  };
}

/** Returns what the history keeps of a run. @param log name of the log in the journal */
function recordOf(run: RunState, vm: string, log: string): RunRecord {
  const { tasks: _t, plan: _p, domainPlan, pauses: _u, parts, next: _n, ...rest } = run;
  const listed = (domainPlan ?? []).reduce((sum, { tasks }) => sum + tasks, 0);
  const isShared = (run.arguments.workers ?? 1) > 1 && listed > 0;
  return {
    ...rest,
    ...countsOf(run),
    verdicts: faultsOf(run),
    ...(isShared ? { poolTasks: listed } : {}),
    ...(parts.length > 1 ? { starts: parts.map((part) => part.runId) } : {}),
    ...{ vm, log },
  };
}

/** The end of an attempt that is still to be written. */
interface EndedTask {
  record: TaskRecord;
  readonly tell: boolean;
}

/** Puts a verdict that came with the traceback, behind the end of its task, into the record that is about to be told. */
function takeVerdict(
  tasks: readonly EndedTask[],
  { task, runId }: Extract<RunEffect, { type: 'task_corrected' }>,
): void {
  const ended = tasks.findLast(({ record }) => record.runId === runId && isSameAttempt(record, task));
  const { fault, faultEvidence } = task;
  if (ended === undefined || fault === undefined || faultEvidence === undefined) return;
  ended.record = { ...ended.record, fault, faultEvidence };
}

/** Whether the record of the run says something else, besides the time of its last event and what comes with its tasks. */
function isOtherRecord(run: RunState | null, written: RunState | null): boolean {
  if (run === null || written === null) return run !== written;
  return (
    run.runId !== written.runId ||
    run.state !== written.state ||
    run.totalTasks !== written.totalTasks ||
    run.unseenTasks !== written.unseenTasks ||
    run.arguments !== written.arguments
  );
}

function isSameAttempt(record: TaskRecord, task: EndedAttempt): boolean {
  return record.taskId === task.taskId && record.domain === task.domain && record.attempt === task.attempt;
}
