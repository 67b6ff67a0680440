import { describe, expect, it } from 'vitest';
import { pText } from '../../../src/shared/comparison-text.ts';
import { compareRuns } from '../../../src/main/engine/run/compare.ts';
import {
  comparisonNotes,
  comparisonSentence,
  pointsText,
  type ComparedRun,
} from '../../../src/main/engine/run/comparison-words.ts';
import type { TaskAttempt } from '../../../src/main/engine/run/model.ts';
import { runOf } from '../feed/fixtures.ts';
import { attemptAt, attemptsWith } from './attempts-of.ts';

const times = (count: number, score: number): number[] => Array.from({ length: count }, () => score);
const sentence = (a: readonly (number | null)[], b: readonly (number | null)[]) =>
  comparisonSentence(compareRuns(attemptsWith(a), attemptsWith(b)), false);

describe('the sentence', () => {
  it('says which run is better, by how much, and whether that is decisive', () => {
    expect(sentence([0, 0, 0, 1], [1, 0, 0, 1])).toBe(
      'B is better by 25.0 points over 4 common tasks; the difference is not decisive, p = 1.',
    );
    expect(sentence([...times(9, 1), 0], times(10, 0))).toBe(
      'A is better by 90.0 points over 10 common tasks; the difference is decisive, p = 0.004.',
    );
    expect(sentence([1], [0])).toBe(
      'A is better by 100.0 points over 1 common task; the difference is not decisive, p = 1.',
    );
  });

  it('claims no difference where the means are equal', () => {
    expect(sentence([1, 0], [0, 1])).toBe(
      'A and B have the same mean score over 2 common tasks; a difference is not shown, p = 1.',
    );
  });

  it('names what speaks against a difference', () => {
    expect(sentence(times(20, 0.3), [...times(19, 0.6), 0.5])).toBe(
      'B is better by 29.5 points over 20 common tasks; the difference is not decisive: the mean scores differ, but the passed tasks may differ by chance, p = 1.',
    );
    expect(sentence([...times(7, 0.9), ...times(14, 0.5)], [...times(7, 1), ...times(14, 0.4)])).toBe(
      'A is better by 3.3 points over 21 common tasks; the difference is not decisive: the passed tasks differ, p = 0.016, but the mean scores may differ by chance.',
    );
  });

  it('says why runs cannot be compared', () => {
    expect(sentence([], [])).toBe('A and B have no task in common, so they cannot be compared.');
    expect(sentence([null, 1], [1, null])).toBe(
      'A and B have 2 tasks in common, none with a result in both, so they cannot be compared.',
    );
    const same = compareRuns(attemptsWith([1]), attemptsWith([1]));
    expect(comparisonSentence(same, true)).toBe('A and B are the same run, so nothing differs.');
  });

  it('speaks of the pass rate if the runs have no scores', () => {
    const verdict = (success: boolean) => [attemptAt('t', { score: null, success })];
    expect(comparisonSentence(compareRuns(verdict(false), verdict(true)), false)).toBe(
      'B is better by 100.0 points over 1 common task; the difference is not decisive, p = 1.',
    );
    expect(comparisonSentence(compareRuns(verdict(true), verdict(true)), false)).toBe(
      'A and B have the same pass rate over 1 common task; a difference is not shown, p = 1.',
    );
  });
});

it.each([
  [0.032, '3.2 points'],
  [-0.5, '50.0 points'],
  [0.0004, 'less than 0.1 points'],
])('writes a difference of %d as %s', (delta, text) => {
  expect(pointsText(delta)).toBe(text);
});

it.each([
  [1, 'p = 1'],
  [0.999, 'p = 1'],
  [0.21, 'p = 0.21'],
  [0.0501, 'p = 0.050'],
  [0.04996, 'p < 0.05'],
  [0.0312, 'p = 0.031'],
  [0.00049, 'p < 0.001'],
])('writes p of %d as %s', (p, text) => {
  expect(pText(p)).toBe(text);
});

describe('the notes', () => {
  const run = (changes: Partial<ComparedRun> = {}): ComparedRun => ({
    ...runOf('a', { state: 'finished', tasksCompleted: 12 }),
    benchmark: 'waa',
    ...changes,
  });
  const other = (changes: Partial<ComparedRun> = {}) => run({ runId: 'b', ...changes });
  const nothing = compareRuns([], []);
  const withSteps = (maxSteps: number) => ({ arguments: { ...run().arguments, maxSteps } });

  it('are none for two runs that finished alike', () => {
    expect(comparisonNotes(nothing, run(), other())).toEqual([]);
  });

  it('say what makes a comparison less certain', () => {
    const shared = { arguments: { ...run().arguments, workers: 4, workerId: 1 } };
    expect(
      comparisonNotes(nothing, run({ state: 'running' }), other({ state: 'crashed', totalTasks: 0 })),
    ).toEqual([
      'A is still running: 12 of 30 tasks have ended, so the result may change.',
      'B did not finish: 12 tasks have ended.',
    ]);
    const one = { state: 'crashed', tasksCompleted: 1 } as const;
    expect(
      comparisonNotes(nothing, run({ ...one, totalTasks: 0 }), other({ ...one, totalTasks: 1 })),
    ).toEqual(['A did not finish: 1 task has ended.', 'B did not finish: 1 of 1 task has ended.']);
    expect(comparisonNotes(nothing, run(shared), other())).toEqual(['A is part 2 of 4 of a pooled run.']);
    expect(
      comparisonNotes(nothing, run(withSteps(15)), other({ benchmark: 'osworld', ...withSteps(50) })),
    ).toEqual(['A is a run of waa, B of osworld.', 'A allows 15 steps per task, B 50.']);
  });

  it('say which of several attempts counts', () => {
    const twice = [attemptAt('t'), attemptAt('t', { attempt: 2, score: 0 }), attemptAt('u')];
    const notesOf = (a: readonly TaskAttempt[], b: readonly TaskAttempt[], choice: 'first' | 'best') =>
      comparisonNotes(compareRuns(a, b, choice), run(), other());
    const note = (which: string) => `1 task had several attempts: the ${which} scored one counts.`;
    expect(notesOf(twice, [attemptAt('t')], 'first')).toEqual([note('first')]);
    expect(notesOf([attemptAt('u')], twice, 'best')).toEqual([note('best')]);
  });

  it('name a run once that is compared with itself', () => {
    expect(comparisonNotes(nothing, run({ state: 'running' }), run({ state: 'running' }))).toHaveLength(1);
  });
});
