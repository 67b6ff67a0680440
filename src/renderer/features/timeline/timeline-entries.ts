/** The events of a run in one order and in words. Pure. */
import { plural } from '../../../shared/wording.ts';
import { kindOf, kinds, type CellKind } from '../../../shared/strip-cells.ts';
import { parseTime } from '../../format/format.ts';
import type { TaskAttempt } from '../../state/api.ts';
import type { RunEvent, RunEvents } from '../../state/events-api.ts';
import type { Span } from '../../../shared/chart-scale.ts';

export const entryKinds = ['error', 'silence', 'task', 'run'] as const;
export type EntryKind = (typeof entryKinds)[number];

/** Look of an entry: the outcome of a task, or how bad an error is. */
export type Tone = CellKind | 'critical' | 'warning' | 'silence' | 'mark';

export interface Entry {
  /** Tells it from every other entry of its run. */
  readonly key: string;
  readonly kind: EntryKind;
  readonly tone: Tone;
  /** Epoch milliseconds; null: unknown. */
  readonly fromMs: number | null;
  /** The same as `fromMs` for a moment. Null: it lasts, or its end is unknown. */
  readonly toMs: number | null;
  readonly lasts: boolean;
  /** Its kind in a word: "Passed", "Critical", "Restarted". */
  readonly word: string;
  /** Its text: the instruction of a task, the message of an error. */
  readonly text: string;
  /** The code of an error, or the domain of a task. */
  readonly about: string | null;
  /** Further sentences: how an error recovered, why a task failed. */
  readonly notes: readonly string[];
  /** Null: it is no task. */
  readonly task: TaskAttempt | null;
}

/** Returns everything of a run in the order in which it began; what has no time comes last. */
export function timelineEntries(
  tasks: readonly TaskAttempt[],
  events: readonly RunEvent[],
): readonly Entry[] {
  const entries = [...events.map(entryOf), ...tasks.map(taskEntry)];
  return entries.toSorted((a, b) => placeOf(a) - placeOf(b));
}

/** "probe_down" → "probe down" */
export const codeText = (code: string): string => code.replaceAll('_', ' ');

const silenceTexts = {
  not_running: 'BenchTray was not running.',
  no_answer: 'BenchTray had no answer of the VM, or this computer slept.',
} as const;

const markWords = { started: 'Started', restarted: 'Restarted', ended: 'Ended' } as const;

function entryOf(event: RunEvent, index: number): Entry {
  const common = {
    key: `${event.kind} ${index}`,
    fromMs: parseTime(event.began_at),
    toMs: parseTime(event.ended_at),
    lasts: event.lasts,
    task: null,
  };
  switch (event.kind) {
    case 'error': {
      const { severity, message, code, recovered, detail, hint } = event;
      const notes = [detail, hint, recovered].filter((text) => text !== null);
      const word = severity === 'critical' ? 'Critical' : 'Warning';
      return { ...common, kind: 'error', tone: severity, word, text: message, about: codeText(code), notes };
    }
    case 'silence':
      return {
        ...{ ...common, kind: 'silence', tone: 'silence', word: 'Not heard', about: null },
        ...{ text: silenceTexts[event.why], notes: ['Errors of this time may be missing.'] },
      };
    case 'run': {
      const text = event.what === 'ended' ? `The run ended: ${event.state}.` : `The run was ${event.what}.`;
      const notes = event.message === null ? [] : [event.message];
      return { ...common, kind: 'run', tone: 'mark', word: markWords[event.what], text, about: null, notes };
    }
  }
}

function taskEntry(task: TaskAttempt): Entry {
  const fromMs = parseTime(task.started_at);
  const endMs = parseTime(task.finished_at);
  const tone = kindOf(task);
  return {
    key: `task ${JSON.stringify([task.domain, task.task_id, task.attempt])}`,
    kind: 'task',
    tone,
    fromMs: fromMs ?? endMs,
    // The clock of the VM may have been set back.
    toMs: fromMs === null || endMs === null ? endMs : Math.max(fromMs, endMs),
    lasts: false,
    word: kinds[tone].word,
    text: task.instruction ?? task.task_id,
    about: [
      ...(task.domain === null ? [] : [task.domain]),
      ...(task.attempt > 1 ? [`attempt ${task.attempt}`] : []),
      plural(task.steps, 'step'),
    ].join(', '),
    notes: task.message == null ? [] : [task.message],
    task,
  };
}

function placeOf({ fromMs }: Entry): number {
  return fromMs ?? Number.MAX_SAFE_INTEGER;
}

const minuteMs = 60_000;
/** The margin that the server lists before and after the run. */
const aroundMs = 15 * minuteMs;

/** Returns the time that the axis shows: that of the run, and what began shortly before or after it. Null: no time is known. */
export function axisSpan(
  { from, to }: Pick<RunEvents, 'from' | 'to'>,
  entries: readonly Entry[],
): Span | null {
  const times = entries.flatMap(({ fromMs, toMs }) => [fromMs, toMs]).filter((at) => at !== null);
  const first = parseTime(from) ?? Math.min(...times);
  const last = Math.max(first, parseTime(to) ?? Math.max(...times));
  if (!Number.isFinite(first) || !Number.isFinite(last)) return null;
  const near = times.filter((at) => at >= first - aroundMs && at <= last + aroundMs);
  const span: Span = [Math.min(first, ...near), Math.max(last, ...near)];
  return span[0] === span[1] ? [span[0] - minuteMs, span[1] + minuteMs] : span;
}

/** Returns a part of the axis with a moment in its middle, within the axis. @param lengthMs null: all of it */
export function zoomed(axis: Span, atMs: number | null, lengthMs: number | null): Span {
  const [from, to] = axis;
  if (atMs === null || lengthMs === null || lengthMs >= to - from) return axis;
  const start = Math.min(Math.max(from, atMs - lengthMs / 2), to - lengthMs);
  return [start, start + lengthMs];
}

/** Whether an entry is on the shown part of the axis. */
export function isWithin({ fromMs, toMs, lasts }: Entry, [from, to]: Span): boolean {
  return fromMs !== null && fromMs <= to && (toMs ?? (lasts ? Infinity : fromMs)) >= from;
}

/** Returns what was on at a minute of the clock. */
export function entriesAt(entries: readonly Entry[], atMs: number): readonly Entry[] {
  return entries.filter((entry) => isWithin(entry, [atMs, atMs + minuteMs - 1]));
}

/** An attempt that an entry belongs to. */
export interface Occasion {
  readonly text: string;
  /** Addresses of its film and of its log. */
  readonly film: string;
  readonly log: string;
}

/** Returns the attempts that were on when an error began; none for anything but an error. */
export function tasksDuring({ kind, fromMs }: Entry, entries: readonly Entry[]): readonly TaskAttempt[] {
  if (kind !== 'error' || fromMs === null) return [];
  return entries.flatMap((entry) =>
    entry.task !== null && isWithin(entry, [fromMs, fromMs]) ? [entry.task] : [],
  );
}

export interface Neighbours {
  /** The task that ended last before a time, and the one that began first after it. */
  readonly before: Entry | null;
  readonly after: Entry | null;
}

export function neighboursOf(entries: readonly Entry[], atMs: number): Neighbours {
  const tasks = entries.filter(({ kind, fromMs }) => kind === 'task' && fromMs !== null);
  const ended = tasks.filter(({ toMs }) => toMs !== null && toMs < atMs);
  const before = ended.reduce<Entry | null>(
    (last, entry) => ((entry.toMs ?? 0) >= (last?.toMs ?? -Infinity) ? entry : last),
    null,
  );
  return { before, after: tasks.find(({ fromMs }) => (fromMs ?? 0) > atMs) ?? null };
}

/** Packs entries that overlap into rows, at most `most`: what has no room goes into the last one. */
export function packRows(entries: readonly Entry[], most: number): readonly (readonly Entry[])[] {
  const rows: { endMs: number; readonly entries: Entry[] }[] = [];
  for (const entry of entries) {
    const { fromMs, toMs, lasts } = entry;
    if (fromMs === null) continue;
    const endMs = toMs ?? (lasts ? Infinity : fromMs);
    const free = rows.find((row) => row.endMs <= fromMs);
    const row = free ?? (rows.length < most ? { endMs, entries: [] } : rows.at(-1));
    if (row === undefined) continue;
    if (free === undefined && row.entries.length === 0) rows.push(row);
    row.endMs = Math.max(row.endMs, endMs);
    row.entries.push(entry);
  }
  return rows.map((row) => row.entries);
}

export interface Lane {
  readonly name: string;
  readonly rows: readonly (readonly Entry[])[];
}

const mostTaskRows = 8;

/** Returns the lanes of the chart: tasks, then a lane for each code of error, in the order of their first error. */
export function lanesOf(entries: readonly Entry[]): readonly Lane[] {
  const tasks = packRows(
    entries.filter(({ kind }) => kind === 'task'),
    mostTaskRows,
  );
  const errors = Map.groupBy(
    entries.filter(({ kind }) => kind === 'error'),
    ({ about }) => about ?? '',
  );
  return [
    ...(tasks.length === 0 ? [] : [{ name: 'Tasks', rows: tasks }]),
    ...Array.from(errors, ([name, ofCode]) => ({ name, rows: packRows(ofCode, 1) })),
  ];
}
