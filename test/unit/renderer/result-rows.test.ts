import { describe, expect, it } from 'vitest';
import {
  newestFirst,
  nextSorting,
  resultInWords,
  shownResults,
  type Filter,
  type Sorting,
} from '../../../src/renderer/features/results/result-rows.ts';
import type { TaskResult } from '../../../src/renderer/state/model.ts';

const result = (task: string, changes: Partial<TaskResult> = {}): TaskResult => ({
  task_id: task,
  domain: 'notepad',
  attempt: 1,
  success: true,
  score: 1,
  steps: 5,
  duration_seconds: 10,
  outcome: 'scored',
  finished_at: null,
  ...changes,
});
const results = [
  result('t10', { score: 0.5, success: false, steps: 12 }),
  result('t2', { domain: null, steps: 3 }),
  result('T1', { score: null, success: false, outcome: 'exception', steps: 12 }),
  result('t3', { domain: 'clock', steps: 7 }),
];
const shown = (sorting: Sorting, filter: Filter = 'all'): string[] =>
  shownResults(results, filter, sorting).map((row) => row.task_id);

describe('shownResults', () => {
  it('has the newest first, also where the log tells no time', () => {
    expect(shown(newestFirst)).toEqual(['t3', 'T1', 't2', 't10']);
    expect(shown({ key: 'finished', direction: 'ascending' })).toEqual(['t10', 't2', 'T1', 't3']);
  });

  it('reads numbers within words', () => {
    expect(shown({ key: 'task', direction: 'ascending' })).toEqual(['T1', 't2', 't3', 't10']);
  });

  it('puts what is not known at the end in either direction', () => {
    expect(shown({ key: 'score', direction: 'ascending' })).toEqual(['t10', 't2', 't3', 'T1']);
    expect(shown({ key: 'score', direction: 'descending' })).toEqual(['t3', 't2', 't10', 'T1']);
    expect(shown({ key: 'domain', direction: 'descending' }).at(-1)).toBe('t2');
  });

  it('leaves out what has passed, and only that', () => {
    expect(shown(newestFirst, 'not passed')).toEqual(['T1', 't10']);
  });

  it('does not touch what it was given', () => {
    const before = [...results];
    shown({ key: 'steps', direction: 'descending' });
    expect(results).toEqual(before);
  });
});

it('a second click turns the order around', () => {
  const byTask = nextSorting(newestFirst, 'task');
  expect(byTask).toEqual({ key: 'task', direction: 'ascending' });
  expect(nextSorting(byTask, 'task').direction).toBe('descending');
  expect(nextSorting(byTask, 'score')).toEqual({ key: 'score', direction: 'descending' });
});

it('every outcome has its own word and shape', () => {
  const words = [
    result('t'),
    result('t', { success: false }),
    ...(['exception', 'lost', 'interrupted'] as const).map((outcome) =>
      result('t', { outcome, success: false }),
    ),
  ].map(resultInWords);
  expect(words.map(({ word }) => word)).toEqual(['Passed', 'Failed', 'Error', 'Lost', 'Interrupted']);
  expect(new Set(words.map(({ mark }) => mark)).size).toBe(5);
});
