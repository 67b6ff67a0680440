import { describe, expect, it } from 'vitest';
import {
  attemptText,
  changeLists,
  findPair,
  hasSeveralAttempts,
  isOfRoute,
  listCount,
  pairNeighbours,
} from '../../../src/renderer/features/compare/compare-rows.ts';
import { parseRoute } from '../../../src/renderer/state/parse-route.ts';
import { allCompared, type CompareRoute } from '../../../src/renderer/state/route.ts';
import { comparedAttempt, comparedTask, comparisonOf } from './comparison-fixtures.ts';

const tasks = [
  comparedTask('improved', { task_id: 'i-1', instruction: 'Sort the Photos.' }),
  comparedTask('improved', { task_id: 'i-2', domain: null, instruction: null }),
  comparedTask('same', { task_id: 's-1' }),
  comparedTask('only_b', { task_id: 'b-1', domain: 'vlc' }),
];

describe('changeLists', () => {
  it('has improved and regressed tasks always, and the same ones last', () => {
    const lists = changeLists(comparisonOf(tasks), allCompared);
    expect(lists.map(({ title, total }) => `${title} ${total}`)).toEqual([
      'Improved 2',
      'Regressed 0',
      'Only in B 1',
      'The same 1',
    ]);
    expect(lists.map(listCount)).toEqual(['2', '0', '1', '1']);
  });

  it.for([
    [{ domain: 'vlc' }, ['b-1']],
    [{ domain: '' }, ['i-2']],
    [{ q: '  photos ' }, ['i-1']],
    [{ q: 'I-2' }, ['i-2']],
    [{ q: 'photos', domain: 'vlc' }, []],
  ] as const)('shows with %j the tasks %j', ([filters, ids]) => {
    const lists = changeLists(comparisonOf(tasks), { ...allCompared, ...filters });
    expect(lists.flatMap((list) => list.tasks.map(({ task_id }) => task_id))).toEqual(ids);
    expect(lists.reduce((sum, { total }) => sum + total, 0)).toBe(4);
  });

  it('counts what the filters leave', () => {
    const [improved] = changeLists(comparisonOf(tasks), { ...allCompared, q: 'photos' });
    expect(improved && listCount(improved)).toBe('1 of 2');
  });
});

it('tells which attempt counts if there were several', () => {
  expect(attemptText(comparedAttempt({ steps: 1 }))).toBe('1 step');
  const second = comparedAttempt({ attempt: 2, attempts: 3 });
  expect(attemptText(second)).toBe('7 steps, attempt 2 of 3');
  expect(hasSeveralAttempts(comparisonOf(tasks))).toBe(false);
  expect(hasSeveralAttempts(comparisonOf([...tasks, comparedTask('invalid', { b: second })]))).toBe(true);
});

describe('the task of two films', () => {
  const comparison = comparisonOf(tasks);

  it.for([
    [{ taskId: 'i-1', domain: 'notepad' }, 'i-1'],
    [{ taskId: 'I-1', domain: 'notepad' }, 'i-1'],
    [{ taskId: 'b-1', domain: null }, 'b-1'],
    [{ taskId: 'i-2', domain: null }, 'i-2'],
    [{ taskId: 'i-1', domain: 'vlc' }, undefined],
    [{ taskId: 'x', domain: null }, undefined],
  ] as const)('of %j is %s', ([film, expected]) =>
    expect(findPair(comparison, film)?.task_id).toBe(expected),
  );

  it('has the neighbours that are listed around it', () => {
    const around = (taskId: string, filters = allCompared) => {
      const pair = findPair(comparison, { taskId, domain: null });
      const { position, count, previous, next } = pairNeighbours(
        comparison,
        filters,
        pair ?? comparedTask('same'),
      );
      return [position, count, previous?.task_id, next?.task_id];
    };
    expect(around('i-1')).toEqual([1, 4, undefined, 'i-2']);
    expect(around('b-1')).toEqual([3, 4, 'i-2', 's-1']);
    expect(around('s-1')).toEqual([4, 4, 'b-1', undefined]);
    expect(around('i-1', { ...allCompared, domain: 'vlc' })).toEqual([null, 1, undefined, undefined]);
  });
});

it.for([
  ['#/compare?a=run-a&b=run-b', true],
  ['#/compare?b=run-b', true],
  ['#/compare?b=run-b&attempt=best', false],
  ['#/compare?a=run-b&b=run-a', false],
  ['#/compare', false],
] as const)('an answer fits "%s": %s', ([hash, expected]) =>
  expect(isOfRoute(comparisonOf(tasks), parseRoute(hash) as CompareRoute)).toBe(expected),
);
