/** What happened in the time of a run: order, bounds, and what was on at a moment. */
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../src/shared/stream.ts';
import type { RunRecord, StoredRun, TaskRecord } from '../../../src/main/engine/feed/index.ts';
import {
  isBetween,
  runEvents,
  type EventsJournal,
  type TimelineEvent,
} from '../../../src/main/engine/feed/run-events.ts';
import type { Span } from '../../../src/main/engine/feed/spans.ts';
import { runFigures } from '../../../src/main/engine/run/score-figures.ts';
import { errorOf, runOf, startMs, taskOf } from './fixtures.ts';

const minuteMs = 60_000;
const at = (minutes: number): number => startMs + minutes * minuteMs;

interface Journal {
  readonly tasks?: readonly TaskRecord[];
  readonly spans?: readonly Span[];
  readonly heardAt?: number;
  readonly keptFrom?: number | null;
}

/** Every span it is asked for, as SQLite finds them. */
function journalOf({ tasks = [], spans = [], heardAt, keptFrom = at(-1000) }: Journal): EventsJournal {
  return {
    tasksOf: () => tasks,
    heard: () => (heardAt === undefined ? null : { at: heardAt, cost: null }),
    spansBetween: (_vm, from, to) => spans.filter((span) => isBetween(span, from, to)),
    spansKeptFrom: () => keptFrom,
  };
}

const stored = (changes: Partial<RunRecord> = {}): StoredRun => {
  const run = runOf('run-1', { state: 'finished', endedAt: at(60), lastEventAt: at(60), ...changes });
  return { ...run, figures: runFigures(run, run.totalTasks), benchmark: null };
};

let spanId = 0;
const errorSpan = (code: ErrorCode, from: number, to: number | null = from): Span => ({
  ...{ kind: 'error', id: (spanId += 1), code, beganAt: at(from), endedAt: to === null ? null : at(to) },
  ...{ lastedMs: null, error: errorOf('vm-a', { code }), ending: null },
});

const taskAt = (taskId: string, from: number | null, to: number | null, changes: Partial<TaskRecord> = {}) =>
  taskOf(taskId, {
    startedAt: from === null ? null : at(from),
    endedAt: to === null ? null : at(to),
    ...changes,
  });

const nameOf = (event: TimelineEvent): string => {
  switch (event.kind) {
    case 'run':
      return event.what;
    case 'task':
      return event.task.taskId;
    case 'error':
      return event.code;
    case 'silence':
      return event.why;
  }
};
const minutesOf = (time: number | null): number | null =>
  time === null ? null : (time - startMs) / minuteMs;
const namesOf = (journal: Journal, run = stored(), nowMs = at(1000)): string[] =>
  runEvents(journalOf(journal), run, nowMs).events.map(nameOf);

describe('the events of a run', () => {
  it('come in the order in which they began, whatever they overlap', () => {
    const tasks = [taskAt('b', 10, 30), taskAt('a', 1, 10), taskAt('parallel', 5, 50)];
    const spans = [
      errorSpan('probe_down', 8, 12),
      errorSpan('disk_full', -5, null),
      errorSpan('container_oom', 20),
    ];
    expect(namesOf({ tasks, spans })).toEqual([
      ...['disk_full', 'started', 'a', 'parallel', 'probe_down', 'b', 'container_oom', 'ended'],
    ]);
  });

  it('have errors of the quarter of an hour around it, and none beyond', () => {
    const spans = [-16, -15, 75, 76].map((minutes) => errorSpan('internal', minutes));
    const { events, from, to } = runEvents(journalOf({ spans }), stored(), at(1000));
    const errors = events.filter(({ kind }) => kind === 'error');
    expect(errors.map(({ beganAt }) => minutesOf(beganAt))).toEqual([-15, 75]);
    expect([from, to]).toEqual([startMs, at(60)]);
  });

  it('have tasks without a time last, and those with only an end at their end', () => {
    const tasks = [taskAt('unknown', null, null), taskAt('ended', null, 3), taskAt('whole', 1, 2)];
    expect(namesOf({ tasks })).toEqual(['started', 'whole', 'ended', 'ended', 'unknown']);
  });

  it('end a task no earlier than they begin it if the clock of the VM is set back', () => {
    const { events } = runEvents(journalOf({ tasks: [taskAt('a', 5, 2)] }), stored(), at(1000));
    expect(events.map(({ beganAt, endedAt }) => [beganAt, endedAt].map(minutesOf))).toContainEqual([5, 5]);
  });

  it('have the restarts of the run, by the local times in the names of its starts', () => {
    const starts = ['vm-a-20260129-015508318', 'vm-a-20260129-021008818', 'vm-a-3f9a1c20-0'];
    const { events } = runEvents(journalOf({}), stored({ starts }), at(1000));
    expect(events.map((event) => [nameOf(event), minutesOf(event.beganAt)])).toEqual([
      ['started', 0],
      ['restarted', 15 + 0.5 / 60],
      ['ended', 60],
    ]);
    expect(namesOf({}, stored({ starts: ['vm-a-3f9a1c20-0', ...starts] }))).toEqual(['started', 'ended']);
  });

  it('say why a run ended', () => {
    const run = stored({ state: 'crashed', endMessage: 'exit code 137' });
    expect(runEvents(journalOf({}), run, at(1000)).events.at(-1)).toMatchObject({
      ...{ what: 'ended', state: 'crashed', message: 'exit code 137' },
    });
  });
});

describe('the time of a run', () => {
  const running = stored({ state: 'running', endedAt: null, lastEventAt: at(20) });
  const timesOf = (journal: Journal, run: StoredRun, nowMs: number) => {
    const { from, to, errorsFrom } = runEvents(journalOf(journal), run, nowMs);
    return [from, to, errorsFrom].map(minutesOf);
  };

  it('ends now while it is on and its VM is heard', () => {
    expect(timesOf({ heardAt: at(29) }, running, at(30))).toEqual([0, 30, null]);
  });

  it('ends with the last that is known if its VM is gone, and has the error that says so', () => {
    expect(timesOf({ heardAt: at(25) }, running, at(50_000))).toEqual([0, 25, null]);
    expect(timesOf({ tasks: [taskAt('a', 1, 22)] }, running, at(50_000))).toEqual([0, 22, null]);
    const spans = [errorSpan('vm_not_running', 26, null), errorSpan('vm_idle', 2000, null)];
    expect(namesOf({ heardAt: at(25), spans }, running, at(50_000))).toEqual(['started', 'vm_not_running']);
  });

  it('is that of its tasks if its log does not tell its start', () => {
    const run = stored({ startedAt: null, endedAt: null, lastEventAt: null, state: 'interrupted' });
    expect(timesOf({ tasks: [taskAt('a', 3, 4), taskAt('b', null, 9)] }, run, at(100))).toEqual([3, 9, null]);
    expect(timesOf({ tasks: [taskAt('a', null, null)] }, run, at(100))).toEqual([null, null, null]);
  });

  it('may begin before BenchTray watched the VM, or before errors were kept', () => {
    expect(timesOf({ keptFrom: at(12) }, stored(), at(100))).toEqual([0, 60, 12]);
    expect(timesOf({ keptFrom: at(0) }, stored(), at(100))).toEqual([0, 60, null]);
    expect(timesOf({ keptFrom: null }, stored(), at(100))).toEqual([0, 60, 100]);
  });
});

it('knows what was on at a moment', () => {
  const tasks = [
    taskAt('over', 1, 10),
    taskAt('on', 10, null, { outcome: null }),
    taskAt('lost', 3, null, { outcome: 'lost' }),
    taskAt('unknown', null, null),
  ];
  const spans = [errorSpan('probe_down', 8, 12), errorSpan('disk_full', 9, null), errorSpan('internal', 10)];
  const { events } = runEvents(journalOf({ tasks, spans }), stored(), at(1000));
  const onAt = (minutes: number) =>
    events.filter((event) => isBetween(event, at(minutes), at(minutes))).map(nameOf);
  expect(onAt(3)).toEqual(['over', 'lost']);
  expect(onAt(10)).toEqual(['over', 'probe_down', 'disk_full', 'on', 'internal']);
  expect(onAt(5000)).toEqual(['disk_full', 'on']);
});
