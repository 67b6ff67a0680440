import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareRuns, type Comparison } from '../../../src/main/engine/run/compare.ts';
import type { TaskAttempt } from '../../../src/main/engine/run/model.ts';
import { attemptAt, attemptsWith } from './attempts-of.ts';

const changesOf = ({ tasks }: Comparison) =>
  Object.fromEntries(
    tasks.map(({ a, b, domain, change }) => [`${domain ?? ''}/${(b ?? a).task.taskId}`, change]),
  );

describe('the change of a task', () => {
  it('follows the scores of both runs', () => {
    const a = attemptsWith([0, 1, 0.5, 1, null, 1]);
    const b = [...attemptsWith([1, 0.2, 0.5, null, 1]), attemptAt('t9')];
    expect(changesOf(compareRuns(a, b))).toEqual({
      'notepad/t0': 'improved',
      'notepad/t1': 'regressed',
      'notepad/t2': 'same',
      'notepad/t3': 'invalid',
      'notepad/t4': 'invalid',
      'notepad/t5': 'only_a',
      'notepad/t9': 'only_b',
    });
  });

  it('follows the verdicts if a run gives no scores', () => {
    const verdict = (success: boolean) => attemptAt('t', { score: null, success });
    const change = (a: boolean, b: boolean) => compareRuns([verdict(a)], [verdict(b)]).tasks[0]?.change;
    expect([change(false, true), change(true, false), change(true, true)]).toEqual([
      'improved',
      'regressed',
      'same',
    ]);
    expect(compareRuns([verdict(false)], [attemptAt('t')])).toMatchObject({
      meanScore: { a: { count: 0, value: null, interval: null }, delta: null },
      passRate: { a: { count: 1, value: 0 }, b: { value: 1 }, delta: 1 },
    });
  });

  it('is the same for scores that differ by rounding alone', () => {
    const [a, b] = [0.1 + 0.2, 0.3].map((score) => [attemptAt('t', { score })]);
    expect(compareRuns(a ?? [], b ?? []).changes).toMatchObject({ same: 1, improved: 0 });
  });

  it.each(['exception', 'lost', 'interrupted'] as const)('is invalid if an attempt is %s', (outcome) => {
    const ended = attemptAt('t', { outcome, score: null, success: false });
    expect(compareRuns([ended], [attemptAt('t')])).toMatchObject({
      changes: { invalid: 1 },
      common: 1,
      compared: 0,
    });
  });

  it('leaves out attempts that still run', () => {
    const running = attemptAt('t', { outcome: null, score: null, endedAt: null });
    expect(changesOf(compareRuns([attemptAt('t')], [running]))).toEqual({ 'notepad/t': 'only_a' });
  });
});

describe('pairing', () => {
  const pairs = (a: readonly TaskAttempt[], b: readonly TaskAttempt[]) => changesOf(compareRuns(a, b));

  it('keeps the same id in two domains apart', () => {
    const of = (domain: string, score: number) => attemptAt('t', { domain, score });
    expect(pairs([of('clock', 0), of('vlc', 1)], [of('clock', 1), of('vlc', 0)])).toEqual({
      'clock/t': 'improved',
      'vlc/t': 'regressed',
    });
    expect(pairs([of('clock', 1)], [of('vlc', 1)])).toEqual({ 'clock/t': 'only_a', 'vlc/t': 'only_b' });
  });

  it('ignores the case of ids, unless two tasks of a run differ by nothing else', () => {
    expect(pairs([attemptAt('02F1-WOS')], [attemptAt('02f1-wos')])).toEqual({ 'notepad/02f1-wos': 'same' });
    expect(pairs([attemptAt('X'), attemptAt('x')], [attemptAt('X', { score: 0 })])).toEqual({
      'notepad/X': 'regressed',
      'notepad/x': 'only_a',
    });
    expect(pairs([attemptAt('X'), attemptAt('x')], [attemptAt('X'), attemptAt('x')])).toEqual({
      'notepad/X': 'same',
      'notepad/x': 'same',
    });
  });

  it('fits a task without a domain to the only task with its id', () => {
    const bare = attemptAt('t', { domain: null });
    expect(pairs([bare], [attemptAt('T', { domain: 'vlc' })])).toEqual({ 'vlc/T': 'same' });
    const both = [attemptAt('t', { domain: 'vlc' }), attemptAt('t', { domain: 'clock' })];
    expect(pairs([bare], both)).toEqual({ '/t': 'only_a', 'clock/t': 'only_b', 'vlc/t': 'only_b' });
  });
});

describe('several attempts at a task', () => {
  const attempts = [
    attemptAt('t', { attempt: 1, outcome: 'interrupted', score: null }),
    attemptAt('t', { attempt: 2, score: 0.4 }),
    attemptAt('t', { attempt: 3, score: 0.9 }),
    attemptAt('t', { attempt: 4, score: 0.1 }),
  ];
  const counted = (choice: 'first' | 'best', tasks: readonly TaskAttempt[] = attempts) => {
    const [pair] = compareRuns(tasks, [], choice).tasks;
    return [pair?.a?.task.attempt, pair?.a?.attempts];
  };

  it('count by the first or the best that was scored', () => {
    expect([counted('first'), counted('best')]).toEqual([
      [2, 4],
      [3, 4],
    ]);
    expect([counted('first', attempts.toReversed()), counted('best', attempts.toReversed())]).toEqual([
      [2, 4],
      [3, 4],
    ]);
  });

  it('count by the newest that was not interrupted if none was scored', () => {
    const failed = (attempt: number, outcome: 'exception' | 'interrupted') =>
      attemptAt('t', { attempt, outcome, score: null });
    const tasks = [failed(1, 'exception'), failed(2, 'exception'), failed(3, 'interrupted')];
    expect([counted('first', tasks), counted('best', tasks)]).toEqual([
      [2, 3],
      [2, 3],
    ]);
    expect(counted('first', tasks.slice(2))).toEqual([3, 1]);
  });
});

describe('the figures', () => {
  it('are over the tasks with a result in both runs, for the run and for each domain', () => {
    const of = (taskId: string, domain: string, score: number) => attemptAt(taskId, { domain, score });
    const a = [of('t1', 'clock', 1), of('t2', 'clock', 0), of('t3', 'vlc', 0.5), of('t4', 'vlc', 1)];
    const b = [of('t1', 'clock', 1), of('t2', 'clock', 1), of('t3', 'vlc', 0.25)];
    const comparison = compareRuns(a, b);
    expect(comparison).toMatchObject({
      common: 3,
      compared: 3,
      meanScore: { a: { count: 3, value: 0.5 }, b: { count: 3, value: 0.75 }, delta: 0.25 },
      passRate: { a: { value: 0.333333 }, b: { value: 0.666667 }, delta: 0.333334 },
      mcnemar: { p: 1, onlyA: 0, onlyB: 1 },
      isDecisive: false,
    });
    expect(comparison.domains).toMatchObject([
      { domain: 'clock', compared: 2, changes: { improved: 1, same: 1 }, meanScore: { delta: 0.5 } },
      { domain: 'vlc', compared: 1, changes: { regressed: 1, only_a: 1 }, meanScore: { delta: -0.25 } },
    ]);
  });

  it('are null without a task, and have no interval beyond 0 to 1', () => {
    const nothing = { count: 0, value: null, interval: null };
    expect(compareRuns([], [])).toMatchObject({
      common: 0,
      meanScore: { a: nothing, b: nothing, delta: null },
      scoreDeltaInterval: null,
      mcnemar: { p: 1 },
      isDecisive: false,
      tasks: [],
      domains: [],
    });
    expect(compareRuns(attemptsWith([7]), attemptsWith([1])).meanScore).toMatchObject({
      a: { value: 7, interval: null },
      b: { value: 1, interval: { high: 1 } },
    });
  });

  it.each([
    [5, 0.0625, false],
    [6, 0.03125, true],
  ])('of %d tasks that only B passes are decisive: p = %d', (onlyB, p, isDecisive) => {
    const failed = Array.from({ length: 20 }, () => 0);
    const comparison = compareRuns(attemptsWith(failed), attemptsWith(failed.fill(1, 0, onlyB)));
    expect(comparison).toMatchObject({ mcnemar: { p }, isDecisive });
  });

  it('are decisive if B passes every task that A fails', () => {
    const failed = Array.from({ length: 12 }, () => 0);
    const comparison = compareRuns(attemptsWith(failed), attemptsWith(failed.map(() => 1)));
    expect(comparison).toMatchObject({ scoreDeltaInterval: null, isDecisive: true });
  });

  it('are not decisive if scores and passed tasks disagree', () => {
    // B passes seven more tasks, and loses as much on those that neither passes.
    const a = [...Array.from({ length: 7 }, () => 0.9), ...Array.from({ length: 14 }, () => 0.5)];
    const b = [...Array.from({ length: 7 }, () => 1), ...Array.from({ length: 14 }, () => 0.4)];
    const comparison = compareRuns(attemptsWith(a), attemptsWith(b));
    expect(comparison.mcnemar.p).toBeLessThan(0.05);
    expect(comparison.isDecisive).toBe(false);
  });
});

const anyAttempts = fc.array(
  fc.record({
    taskId: fc.constantFrom('a', 'A', 'b', 'c', 'd', 'e'),
    domain: fc.constantFrom('x', 'y', null),
    attempt: fc.integer({ min: 1, max: 3 }),
    outcome: fc.constantFrom('scored', 'scored', 'scored', 'exception', 'lost', 'interrupted', null),
    score: fc.constantFrom(0, 1, 0.5, null),
  }),
  { maxLength: 25 },
);
const attemptsOf = (records: readonly Partial<TaskAttempt>[]): TaskAttempt[] => {
  const keyOf = ({ taskId, domain, attempt }: Partial<TaskAttempt>) =>
    JSON.stringify([taskId, domain, attempt]);
  const unique = new Map(records.map((record) => [keyOf(record), record]));
  return Array.from(unique.values(), ({ taskId = '', ...changes }) => attemptAt(taskId, changes));
};

/** Few: each comparison draws its bootstrap anew. */
const numRuns = 60;

describe('any two runs', () => {
  const swapped = {
    improved: 'regressed',
    regressed: 'improved',
    only_a: 'only_b',
    only_b: 'only_a',
  } as const;

  it('give the mirrored comparison when they change places', () => {
    fc.assert(
      fc.property(anyAttempts, anyAttempts, fc.constantFrom('first', 'best'), (left, right, choice) => {
        const there = compareRuns(attemptsOf(left), attemptsOf(right), choice);
        const back = compareRuns(attemptsOf(right), attemptsOf(left), choice);
        expect(back.tasks.map(({ a, b, change }) => ({ a, b, change }))).toEqual(
          there.tasks.map(({ a, b, change }) => ({
            a: b,
            b: a,
            change: change in swapped ? swapped[change as keyof typeof swapped] : change,
          })),
        );
        expect([back.mcnemar.p, back.isDecisive]).toEqual([there.mcnemar.p, there.isDecisive]);
        expect(back.meanScore).toEqual({
          a: there.meanScore.b,
          b: there.meanScore.a,
          delta: there.meanScore.delta === null ? null : 0 - there.meanScore.delta,
        });
        const { scoreDeltaInterval: interval } = there;
        expect(back.scoreDeltaInterval).toEqual(
          interval === null ? null : { low: 0 - interval.high, high: 0 - interval.low },
        );
      }),
      { numRuns },
    );
  });

  it('give the same comparison in any order of their tasks', () => {
    fc.assert(
      fc.property(anyAttempts, anyAttempts, (left, right) => {
        const [a, b] = [attemptsOf(left), attemptsOf(right)];
        expect(compareRuns(a.toReversed(), b.toReversed())).toEqual(compareRuns(a, b));
      }),
      { numRuns },
    );
  });

  it('give each task once, in counts that add up', () => {
    fc.assert(
      fc.property(anyAttempts, anyAttempts, (left, right) => {
        const [a, b] = [attemptsOf(left), attemptsOf(right)];
        const { tasks, changes, common, compared, domains, mcnemar } = compareRuns(a, b);
        for (const [side, attempts] of [['a', a] as const, ['b', b] as const]) {
          const counted = tasks.flatMap((task) => task[side] ?? []);
          const ended = attempts.filter(({ outcome }) => outcome !== null);
          expect(counted.reduce((sum, each) => sum + each.attempts, 0)).toBe(ended.length);
        }
        const sum = Object.values(changes).reduce((total, count) => total + count, 0);
        expect(sum).toBe(tasks.length);
        expect(common).toBe(tasks.filter((task) => task.a !== null && task.b !== null).length);
        expect(compared).toBe(common - changes.invalid);
        expect(domains.reduce((total, domain) => total + domain.common, 0)).toBe(common);
        expect(mcnemar.p).toBeGreaterThan(0);
        expect(mcnemar.p).toBeLessThanOrEqual(1);
      }),
      { numRuns },
    );
  });

  it('have nothing but equal tasks if they are the same', () => {
    fc.assert(
      fc.property(anyAttempts, (records) => {
        const attempts = attemptsOf(records);
        const comparison = compareRuns(attempts, attempts);
        const { same, invalid } = comparison.changes;
        expect(same + invalid).toBe(comparison.tasks.length);
        expect(comparison).toMatchObject({ mcnemar: { p: 1 }, isDecisive: false, scoreDeltaInterval: null });
        expect(comparison.meanScore.delta ?? 0).toBe(0);
      }),
      { numRuns },
    );
  });
});

it('compares two runs of 369 tasks in ten domains', () => {
  const run = (passes: (index: number) => boolean) =>
    Array.from({ length: 369 }, (_, index) =>
      attemptAt(`t${index}`, { domain: `d${index % 10}`, score: passes(index) ? 1 : 0 }),
    );
  const comparison = compareRuns(
    run((index) => index % 3 === 0),
    run((index) => index % 3 === 0 || index % 10 === 0),
  );
  expect(comparison).toMatchObject({
    common: 369,
    changes: { improved: 24, regressed: 0, same: 345 },
    meanScore: { a: { value: 0.333333 }, b: { value: 0.398374 } },
    isDecisive: true,
  });
  expect(comparison.domains).toHaveLength(10);
});
