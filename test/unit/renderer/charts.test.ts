import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  domainScores,
  fewerBars,
  fewerPoints,
  median,
  runningScore,
  taskBars,
} from '../../../src/shared/run-series.ts';
import { linear, roundTicks, timeTicks } from '../../../src/shared/chart-scale.ts';
import { attemptOf, attemptsOf } from './runs-fixtures.ts';

describe('roundTicks', () => {
  it.for([
    { max: 0.46, count: 4, ticks: [0, 0.2, 0.4, 0.6] },
    { max: 1, count: 3, ticks: [0, 0.5, 1] },
    { max: 15, count: 4, ticks: [0, 5, 10, 15] },
    { max: 0, count: 4, ticks: [0] },
  ])('$max', ({ max, count, ticks }) => expect(roundTicks(max, count).slice(0, ticks.length)).toEqual(ticks));

  it('reaches the highest value, with few marks, from 0 upwards', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
        fc.integer({ min: 2, max: 12 }),
        (max, count) => {
          const ticks = roundTicks(max, count);
          expect(ticks[0]).toBe(0);
          expect(ticks.at(-1)).toBeGreaterThanOrEqual(max * 0.998);
          expect(ticks.length).toBeLessThanOrEqual(count + 2);
          expect(ticks.toSorted((a, b) => a - b)).toEqual(ticks);
        },
      ),
    );
  });
});

describe('timeTicks', () => {
  it('has round local times', () => {
    const at = (hour: number, minute = 0) => new Date(2026, 0, 28, hour, minute).getTime();
    expect(timeTicks([at(20, 7), at(23, 40)], 5).map(({ label }) => label)).toEqual([
      '21:00',
      '22:00',
      '23:00',
    ]);
    const days = timeTicks([at(20), new Date(2026, 1, 18).getTime()], 4);
    expect(days.map(({ label }) => label)).toEqual(['4 Feb', '11 Feb', '18 Feb']);
  });

  it('names the day at midnight', () => {
    const span = [new Date(2026, 0, 28, 20).getTime(), new Date(2026, 0, 29, 5).getTime()] as const;
    expect(timeTicks(span, 4).map(({ label }) => label)).toEqual(['21:00', '29 Jan', '03:00']);
  });

  it('stays within its span and its room', () => {
    const start = fc.integer({ min: 0, max: 2e12 });
    fc.assert(
      fc.property(
        start,
        fc.integer({ min: 0, max: 1e11 }),
        fc.integer({ min: 2, max: 20 }),
        (from, length, count) => {
          const ticks = timeTicks([from, from + length], count);
          expect(ticks.length).toBeLessThanOrEqual(count + 2);
          for (const { value } of ticks) {
            expect(value).toBeGreaterThanOrEqual(from);
            expect(value).toBeLessThanOrEqual(from + length);
          }
        },
      ),
    );
  });
});

it('maps values to places, also of a span without length', () => {
  expect(linear([0, 10], [100, 0])(2.5)).toBe(75);
  expect(linear([5, 5], [0, 100])(5)).toBe(50);
});

describe('the series of a run', () => {
  it('has the figures of each domain, the best first', () => {
    const scores = domainScores([
      attemptOf(0, { domain: 'b', score: 0.5, success: false }),
      attemptOf(1, { domain: 'b', score: 1, success: true }),
      attemptOf(2, { domain: 'a', score: 1, success: true }),
      attemptOf(3, { domain: null, outcome: 'lost', score: null, success: false }),
    ]);
    expect(scores).toEqual([
      { domain: 'a', tasks: 1, tasks_scored: 1, mean_score: 1, pass_rate: 1 },
      { domain: 'b', tasks: 2, tasks_scored: 2, mean_score: 0.75, pass_rate: 0.5 },
      { domain: null, tasks: 1, tasks_scored: 0, mean_score: null, pass_rate: null },
    ]);
  });

  it('has the mean score after each task, and ends at the mean score of the run', () => {
    const { points, isTimed } = runningScore([
      attemptOf(0, { score: 1 }),
      attemptOf(1, { score: 0 }),
      attemptOf(5),
      attemptOf(2, { score: 0.5 }),
    ]);
    expect(isTimed).toBe(true);
    expect(points.map(({ mean, count }) => [mean, count])).toEqual([
      [1, 1],
      [0.5, 2],
      [0.5, 3],
    ]);
  });

  it('counts tasks where not every task has a time', () => {
    const { points, isTimed } = runningScore([attemptOf(0), attemptOf(1, { finished_at: null })]);
    expect(isTimed).toBe(false);
    expect(points.map(({ at }) => at)).toEqual([1, 2]);
    expect(runningScore([])).toEqual({ points: [], isTimed: false });
  });

  it('has a bar for each attempt of which the value is known', () => {
    const tasks = [...attemptsOf(2), attemptOf(2, { duration_seconds: null }), attemptOf(3)];
    const bars = taskBars(tasks, (task) => task.duration_seconds);
    expect(bars.map(({ place, kind }) => [place, kind])).toEqual([
      [1, 'passed'],
      [2, 'failed'],
      [4, 'failed'],
    ]);
  });

  it('knows the median', () => {
    expect(median([])).toBeNull();
    expect(median([3])).toBe(3);
    expect(median([10, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 100])).toBe(3);
  });
});

describe('a chart of many attempts', () => {
  const barsOf = (values: readonly number[]) =>
    values.map((value, index) => ({ kind: 'passed', value, task: attemptOf(0), place: index + 1 }) as const);

  it('has few bars, in order, and keeps the highest', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1 }), fc.integer({ min: 1, max: 20 }), (values, most) => {
        const { bars, each } = fewerBars(barsOf(values), most);
        expect(bars.length).toBeLessThanOrEqual(most);
        expect(bars.length).toBe(Math.ceil(values.length / each));
        expect(Math.max(...bars.map(({ value }) => value))).toBe(Math.max(...values));
        const places = bars.map(({ place }) => place);
        expect(places.toSorted((a, b) => a - b)).toEqual(places);
        if (values.length <= most) expect(each).toBe(1);
      }),
    );
  });

  it('has few points, the first and the last among them', () => {
    const points = Array.from({ length: 50_000 }, (_, at) => ({ at, mean: 0.5, count: at + 1 }));
    const few = fewerPoints(points, 1000);
    expect(few.length).toBeLessThanOrEqual(1001);
    expect([few[0]?.at, few.at(-1)?.at]).toEqual([0, 49_999]);
    expect(fewerPoints(points.slice(0, 1000), 1000)).toHaveLength(1000);
  });
});
