/** The timeline of a run: its order, what was on at a moment, how bars are packed and drawn, and which moment a person means. */
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { barPath } from '../../../src/renderer/features/timeline/bar-shapes.ts';
import { lengthText, rangeText, timeOf } from '../../../src/renderer/features/timeline/entry-words.ts';
import {
  clockValue,
  daysOf,
  momentAt,
  momentIn,
  momentName,
} from '../../../src/renderer/features/timeline/time-choice.ts';
import {
  axisSpan,
  entriesAt,
  isWithin,
  lanesOf,
  neighboursOf,
  packRows,
  tasksDuring,
  timelineEntries,
  zoomed,
  type Entry,
} from '../../../src/renderer/features/timeline/timeline-entries.ts';
import type { TaskAttempt } from '../../../src/renderer/state/api.ts';
import type { ErrorEvent, RunEvent } from '../../../src/renderer/state/events-api.ts';
import { attemptOf } from './runs-fixtures.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** Local time, so that the tests say the same in every zone. */
const startMs = new Date(2026, 0, 28, 22, 55).getTime();
const at = (minutes: number): number => startMs + minutes * minuteMs;
const iso = (minutes: number): string => new Date(at(minutes)).toISOString();

const taskAt = (id: string, from: number | null, to: number | null, changes: Partial<TaskAttempt> = {}) =>
  attemptOf(0, {
    ...{ task_id: id, instruction: null, ...changes },
    started_at: from === null ? null : iso(from),
    finished_at: to === null ? null : iso(to),
  });
const errorAt = (code: ErrorEvent['code'], from: number, to: number | null): ErrorEvent => ({
  ...{ kind: 'error', code, severity: 'critical', message: `${code}!`, detail: null, hint: 'Do it.' },
  ...{ began_at: iso(from), ended_at: to === null ? null : iso(to), lasts: to === null },
  ...{ recovered: to === null || to === from ? null : 'Back.', lasted_seconds: null },
});
const mark = (what: 'started' | 'ended', minutes: number): RunEvent => ({
  ...{ kind: 'run', what, state: 'finished', message: null },
  ...{ began_at: iso(minutes), ended_at: iso(minutes), lasts: false },
});
const textsOf = (entries: readonly Entry[]): string[] => entries.map(({ text }) => text);

const entries = timelineEntries(
  [
    taskAt('one', 1, 10),
    taskAt('two', 11, 30),
    taskAt('beside', 5, 20),
    taskAt('ended', null, 40),
    taskAt('unknown', null, null),
  ],
  [
    mark('started', 0),
    errorAt('probe_down', 8, 12),
    errorAt('container_oom', 20, 20),
    errorAt('disk_full', 25, null),
    mark('ended', 60),
    { kind: 'silence', why: 'not_running', began_at: iso(41), ended_at: iso(50), lasts: false },
  ],
);

describe('entries', () => {
  it('come in the order of time, with those of no time last', () => {
    expect(textsOf(entries)).toEqual([
      ...['The run was started.', 'one', 'beside', 'probe_down!', 'two', 'container_oom!', 'disk_full!'],
      ...['ended', 'BenchTray was not running.', 'The run ended: finished.', 'unknown'],
    ]);
  });

  it('have a word, a tone and notes', () => {
    expect(entries.find(({ text }) => text === 'probe_down!')).toMatchObject({
      ...{ word: 'Critical', tone: 'critical', about: 'probe down', notes: ['Do it.', 'Back.'] },
    });
    const [failed] = timelineEntries(
      [taskAt('x', 1, 2, { outcome: 'exception', message: 'Oh.', attempt: 2 })],
      [],
    );
    expect(failed).toMatchObject({ word: 'Error', tone: 'error', notes: ['Oh.'] });
    expect(failed?.about).toContain('attempt 2');
  });

  it('end no earlier than they begin if the clock of the VM is set back', () => {
    const [entry] = timelineEntries([taskAt('x', 9, 3)], []);
    expect([entry?.fromMs, entry?.toMs]).toEqual([at(9), at(9)]);
  });

  it('are found by the minute that a person asks for', () => {
    const onAt = (minutes: number) => textsOf(entriesAt(entries, at(minutes)));
    expect(onAt(9)).toEqual(['one', 'beside', 'probe_down!']);
    expect(onAt(20)).toEqual(['beside', 'two', 'container_oom!']);
    expect(onAt(45)).toEqual(['disk_full!', 'BenchTray was not running.']);
    // A moment within the minute.
    expect(textsOf(entriesAt(timelineEntries([], [errorAt('internal', 3.5, 3.5)]), at(3)))).toEqual([
      'internal!',
    ]);
  });

  it('tell between which tasks a moment is', () => {
    const namesOf = (minutes: number) => {
      const { before, after } = neighboursOf(entries, at(minutes));
      return [before?.text, after?.text];
    };
    expect(namesOf(0)).toEqual([undefined, 'one']);
    expect(namesOf(35)).toEqual(['two', 'ended']);
    expect(namesOf(55)).toEqual(['ended', undefined]);
  });
});

describe('the axis', () => {
  const run = { from: iso(0), to: iso(60) };

  it('has the time of the run, and what began shortly before or after it', () => {
    expect(axisSpan(run, entries)).toEqual([at(0), at(60)]);
    const more = timelineEntries([], [errorAt('probe_down', -9, 70), errorAt('disk_full', -5000, null)]);
    expect(axisSpan(run, more)).toEqual([at(-9), at(70)]);
  });

  it('has a length, or there is none', () => {
    expect(axisSpan({ from: iso(3), to: iso(3) }, [])).toEqual([at(2), at(4)]);
    expect(axisSpan({ from: null, to: null }, timelineEntries([taskAt('x', null, null)], []))).toBeNull();
    expect(axisSpan({ from: null, to: null }, timelineEntries([taskAt('x', 1, 5)], []))).toEqual([
      at(1),
      at(5),
    ]);
  });

  it('is zoomed around a moment, and never beyond its ends', () => {
    const axis = [at(0), at(600)] as const;
    expect(zoomed(axis, at(300), hourMs)).toEqual([at(270), at(330)]);
    expect(zoomed(axis, at(-50), hourMs)).toEqual([at(0), at(60)]);
    expect(zoomed(axis, at(599), hourMs)).toEqual([at(540), at(600)]);
    expect([zoomed(axis, null, hourMs), zoomed(axis, at(1), null), zoomed(axis, at(1), 11 * hourMs)]).toEqual(
      [axis, axis, axis],
    );
    expect(textsOf(entries.filter((entry) => isWithin(entry, [at(41), at(49)])))).toEqual([
      'disk_full!',
      'BenchTray was not running.',
    ]);
  });
});

describe('lanes', () => {
  it('have tasks in as many rows as were on at the same time, and a lane for each code', () => {
    expect(lanesOf(entries).map(({ name, rows }) => [name, rows.map(textsOf)])).toEqual([
      ['Tasks', [['one', 'two', 'ended'], ['beside']]],
      ['probe down', [['probe_down!']]],
      ['container oom', [['container_oom!']]],
      ['disk full', [['disk_full!']]],
    ]);
    expect(lanesOf([])).toEqual([]);
  });

  it('lose no entry with a time, and no two in a row overlap while there is room', () => {
    const span = fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 30 }));
    fc.assert(
      fc.property(fc.array(span, { maxLength: 30 }), fc.integer({ min: 1, max: 4 }), (spans, most) => {
        const tasks = spans.map(([from, length], index) => taskAt(String(index), from, from + length));
        const all = timelineEntries(tasks, []);
        const rows = packRows(all, most);
        expect(rows.flat().length).toBe(all.length);
        expect(rows.length).toBeLessThanOrEqual(most);
        for (const row of rows.slice(0, most - 1))
          for (const [index, entry] of row.entries())
            expect(entry.fromMs).toBeGreaterThanOrEqual(row[index - 1]?.toMs ?? 0);
      }),
    );
  });
});

describe('bars', () => {
  const task = { kind: 'task', tone: 'passed', fromMs: 0, toMs: 1, lasts: false } as const;

  it('differ by outcome and severity in more than colour', () => {
    const tones = ['passed', 'failed', 'error', 'lost', 'interrupted'] as const;
    const place = { start: 10, end: 12, top: 0 };
    expect(new Set(tones.map((tone) => barPath({ ...task, tone }, place))).size).toBe(tones.length);
    const error = { ...task, kind: 'error' } as const;
    expect(barPath({ ...error, tone: 'critical' }, place)).not.toBe(
      barPath({ ...error, tone: 'warning' }, place),
    );
  });

  it('are at least 2 pixels wide, a diamond for a moment, an arrow for what lasts', () => {
    expect(barPath(task, { start: 10, end: 10, top: 0 })).toBe('M10 0H12L12 14H10z');
    const moment = { kind: 'error', tone: 'critical', fromMs: 5, toMs: 5, lasts: false } as const;
    expect(barPath(moment, { start: 10, end: 10, top: 0 })).toBe('M10 0l7 7l-7 7l-7 -7z');
    const open = { kind: 'error', tone: 'critical', fromMs: 5, toMs: null, lasts: true } as const;
    expect(barPath(open, { start: 10, end: 30, top: 0 })).toBe('M10 0H29L34 7L29 14H10z');
  });
});

describe('words', () => {
  const oneDay = [at(0), at(30)] as const;
  const twoDays = [at(0), at(300)] as const;

  it('have the date where the run goes over midnight', () => {
    expect([timeOf(at(0), oneDay), timeOf(at(257), twoDays)]).toEqual(['22:55:00', '29 Jan, 03:12:00']);
    const [lasting] = timelineEntries([], [errorAt('disk_full', 0, null)]);
    const [moment] = timelineEntries([], [errorAt('internal', 0, 0)]);
    const [whole] = timelineEntries([taskAt('x', 0, 2)], []);
    const [unknown] = timelineEntries([taskAt('x', null, null)], []);
    const all = [lasting, moment, whole, unknown].filter((entry) => entry !== undefined);
    expect(all.map((entry) => [rangeText(entry, oneDay), lengthText(entry, at(90))])).toEqual([
      ['since 22:55:00', 'not over, 1 h'],
      ['at 22:55:00', ''],
      ['22:55:00 to 22:57:00', '2 min'],
      ['at an unknown time', '–'],
    ]);
  });
});

describe('the moment that a person asks for', () => {
  const night = [at(0), at(300)] as const;
  const local = (day: number, hour: number, minute: number) => new Date(2026, 0, day, hour, minute).getTime();

  it('is the first such time of the run, on whatever day', () => {
    expect(momentAt('03:12', night, null)).toBe(local(29, 3, 12));
    expect(momentAt('23:10', night, null)).toBe(local(28, 23, 10));
    // The minute in which it began.
    expect(momentAt('22:55', [at(0) + 20_000, at(300)], null)).toBe(local(28, 22, 55));
  });

  it('is on the day that was chosen, or on the first one if the run was never on then', () => {
    expect(momentAt('03:12', night, local(28, 0, 0))).toBe(local(28, 3, 12));
    expect(momentAt('12:00', night, null)).toBe(local(28, 12, 0));
  });

  it('is typed as people type times', () => {
    expect(['3:12', ' 0312 ', '312', '03.12', '03:12:00'].map((text) => momentAt(text, night, null))).toEqual(
      Array.from({ length: 5 }, () => local(29, 3, 12)),
    );
    for (const text of ['', '24:00', '03:60', '03:12:61', 'at night', '-3:12', '03:12Z'])
      expect(momentAt(text, night, null), text).toBeNull();
  });

  it('has the days of the run to choose from, also when the clock changes', () => {
    expect(daysOf(night)).toEqual([local(28, 0, 0), local(29, 0, 0)]);
    const spring = [new Date(2026, 2, 28, 20).getTime(), new Date(2026, 2, 30, 20).getTime()] as const;
    expect(daysOf(spring).map((day) => [new Date(day).getDate(), new Date(day).getHours()])).toEqual([
      [28, 0],
      [29, 0],
      [30, 0],
    ]);
    expect(daysOf([0, 8e12]).length).toBe(60);
  });

  it('goes into the address and comes back', () => {
    expect(momentIn(momentName(at(257)))).toBe(at(257));
    expect(clockValue(at(257))).toBe('03:12');
    expect(['03:12', '', 'x', '2026-13-40T00:00Z', null].map(momentIn)).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
  });
});

describe('tasksDuring', () => {
  it('finds the attempts that an error came into, also of several workers', () => {
    const tasks = [taskAt('a', 0, 10), taskAt('b', 5, 20), taskAt('c', 21, 30)];
    const entries = timelineEntries(tasks, [errorAt('probe_down', 7, 25), errorAt('disk_full', 40, null)]);
    const during = (code: string) =>
      entries
        .filter(({ text }) => text === `${code}!`)
        .flatMap((error) => tasksDuring(error, entries).map(({ task_id: id }) => id));
    expect(during('probe_down')).toEqual(['a', 'b']);
    expect(during('disk_full')).toEqual([]);
    for (const entry of entries.filter(({ kind }) => kind === 'task'))
      expect(tasksDuring(entry, entries)).toEqual([]);
  });
});
