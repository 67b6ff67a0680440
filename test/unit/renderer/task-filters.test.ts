import { describe, expect, it } from 'vitest';
import {
  domainsIn,
  filteredTasks,
  outcomeChoices,
} from '../../../src/renderer/features/tasks/task-filters.ts';
import { allTasks, type TaskFilters } from '../../../src/renderer/state/route.ts';
import { attemptOf, attemptsOf } from './runs-fixtures.ts';

const tasks = [
  ...attemptsOf(7),
  attemptOf(7, { domain: null, outcome: 'interrupted', success: false, score: null }),
];
const ids = (filters: Partial<TaskFilters>) =>
  filteredTasks(tasks, { ...allTasks, ...filters }).map((task) => tasks.indexOf(task));

describe('filteredTasks', () => {
  it.for<readonly [Partial<TaskFilters>, readonly number[]]>([
    [{}, [0, 1, 2, 3, 4, 5, 6, 7]],
    [{ domain: 'notepad' }, [0, 5]],
    [{ domain: '' }, [7]],
    [{ outcome: 'failed' }, [1, 3, 6]],
    [{ outcome: 'error' }, [5]],
    [{ outcome: 'not-passed' }, [1, 3, 5, 6, 7]],
    [{ outcome: 'not-passed', domain: 'notepad' }, [5]],
    [{ q: ' SHOPPING ' }, [0, 5]],
    [{ q: 'ratelimit' }, [5]],
    [{ q: '000000000003-wos' }, [3]],
    [{ q: 'vs_code' }, [4]],
    [{ outcome: 'of a newer version' }, []],
  ])('%o', ([filters, expected]) => expect(ids(filters)).toEqual(expected));
});

it('offers the outcomes that occur, counted among what the other filters let through', () => {
  const choices = (filters: Partial<TaskFilters>) =>
    outcomeChoices(tasks, { ...allTasks, ...filters }).map(({ label, count }) => `${label} ${count}`);
  expect(choices({})).toEqual([
    ...['All 8', 'Not passed 5', 'Passed 3', 'Failed 3', 'Error 1', 'Interrupted 1'],
  ]);
  expect(choices({ domain: 'notepad' })).toEqual(['All 2', 'Not passed 1', 'Passed 1', 'Error 1']);
  // What is chosen stays to be seen.
  expect(choices({ domain: 'notepad', outcome: 'lost' })).toContain('Lost 0');
});

it('lists the domains by name', () => {
  expect(domainsIn(tasks, null)).toEqual([
    ...['', 'file_explorer', 'libreoffice_calc', 'notepad', 'settings', 'vs_code'],
  ]);
  expect(domainsIn([], 'gone')).toEqual(['gone']);
});
