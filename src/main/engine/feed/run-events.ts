/** Lists the events of a run: its starts, its tasks, and the errors and silences of its VM meanwhile. */
import type { RunState } from '../run/model.ts';
import type { History, StoredRun } from './history.ts';
import type { Marks } from './marks.ts';
import type { RunRecord, TaskRecord } from './model.ts';
import { silentAfterMs } from './silence.ts';
import type { Span, Spans } from './spans.ts';

/** Margin before and after a run, ms: the cause of a failure may begin before the run, and errors are often reported after it. */
export const aroundRunMs = 15 * 60_000;

/** Times are epoch milliseconds, null if unknown. An error or a task that is not over has `endedAt` null. */
export type TimelineEvent = RunMark | TaskEvent | Span;

export interface RunMark {
  readonly kind: 'run';
  readonly what: 'started' | 'restarted' | 'ended';
  readonly beganAt: number;
  readonly endedAt: number;
  readonly state: RunState['state'];
  /** Why it ended, where it did not end by itself. */
  readonly message: string | null;
}

export interface TaskEvent {
  readonly kind: 'task';
  readonly beganAt: number | null;
  readonly endedAt: number | null;
  readonly task: TaskRecord;
}

export interface RunEvents {
  /** When the run began, and until when anything is known of it. Null: its log has no times. */
  readonly from: number | null;
  readonly to: number | null;
  /** Errors that began before this time may be missing. Null: all are known. */
  readonly errorsFrom: number | null;
  /** In the order in which they began. What lasted on the VM up to 15 minutes before and after the run is among them. */
  readonly events: readonly TimelineEvent[];
}

export type EventsJournal = Pick<History, 'tasksOf'> & Pick<Marks, 'heard'> & Spans;

/** Returns what happened in the time of a run. @param nowMs epoch milliseconds */
export function runEvents(journal: EventsJournal, run: StoredRun, nowMs: number): RunEvents {
  const tasks = journal.tasksOf(run.runId).map(taskEvent);
  const times = tasks.flatMap(({ beganAt, endedAt }) => [beganAt, endedAt]).filter((at) => at !== null);
  // A log may have more tasks than a call can have arguments.
  const first = times.reduce((least, at) => Math.min(least, at), Infinity);
  const last = times.reduce((most, at) => Math.max(most, at), -Infinity);
  const from = run.startedAt ?? (times.length === 0 ? null : first);
  const { to, until } = endOf(run, last, journal.heard(run.vm)?.at ?? null, nowMs);
  const spans =
    from === null || until === null ? [] : journal.spansBetween(run.vm, from - aroundRunMs, until);
  const keptFrom = journal.spansKeptFrom(run.vm);
  return {
    ...{ from, to },
    errorsFrom: from === null || (keptFrom !== null && keptFrom <= from) ? null : (keptFrom ?? nowMs),
    events: [...marksOf(run), ...tasks, ...spans].toSorted((a, b) => placeOf(a) - placeOf(b)),
  };
}

/** Whether an event was on at any moment between two times. One without a time was not. */
export function isBetween(event: TimelineEvent, from: number, to: number): boolean {
  const begin = event.beganAt ?? event.endedAt;
  if (begin === null) return false;
  const end = event.endedAt ?? (lasts(event) ? Infinity : begin);
  return begin <= to && end >= from;
}

/** Whether it has no end yet, rather than an unknown one. */
export function lasts(event: TimelineEvent): boolean {
  return event.endedAt === null && !(event.kind === 'task' && event.task.outcome !== null);
}

/** A run that is on ends now, or when its VM was last heard. */
function endOf(
  run: RunRecord,
  lastTaskAt: number,
  heardAt: number | null,
  nowMs: number,
): { readonly to: number | null; readonly until: number | null } {
  if (run.state === 'running' && heardAt !== null && nowMs - heardAt < silentAfterMs)
    return { to: nowMs, until: nowMs };
  const known = Math.max(
    run.lastEventAt ?? -Infinity,
    lastTaskAt,
    run.state === 'running' ? (heardAt ?? -Infinity) : -Infinity,
  );
  const to = run.endedAt ?? (Number.isFinite(known) ? known : null);
  return { to, until: to === null ? null : to + aroundRunMs };
}

function taskEvent(task: TaskRecord): TaskEvent {
  const { startedAt, endedAt } = task;
  // The clock of a VM may be set back during a task.
  const end = startedAt === null || endedAt === null ? endedAt : Math.max(startedAt, endedAt);
  return { kind: 'task', beganAt: startedAt, endedAt: end, task };
}

function marksOf(run: RunRecord): readonly RunMark[] {
  const { state, startedAt, endedAt, endMessage } = run;
  const mark = (what: RunMark['what'], at: number, message: string | null = null): RunMark => ({
    ...{ kind: 'run', what, beganAt: at, endedAt: at, state, message },
  });
  return [
    ...(startedAt === null ? [] : [mark('started', startedAt)]),
    ...restartTimes(run).map((at) => mark('restarted', at)),
    ...(endedAt === null || state === 'running' ? [] : [mark('ended', endedAt, endMessage)]),
  ];
}

/** A start has the local time of its log in its id. All starts of a run are on the same clock. */
const datedId = /-(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)(\d{3})$/;

function restartTimes({ startedAt, starts = [] }: RunRecord): readonly number[] {
  const [first, ...later] = starts.map((id) => {
    const [year = NaN, month = NaN, ...rest] = (datedId.exec(id) ?? []).slice(1).map(Number);
    return Date.UTC(year, month - 1, ...rest);
  });
  if (startedAt === null || first === undefined) return [];
  return later.map((local) => startedAt + local - first).filter((at) => !Number.isNaN(at));
}

/** Returns the time to sort an event by; unknown times come last. */
function placeOf({ beganAt, endedAt }: TimelineEvent): number {
  return beganAt ?? endedAt ?? Number.MAX_SAFE_INTEGER;
}
