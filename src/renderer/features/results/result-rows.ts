/** The rows of the results table: their words, their order, and which of them are shown. Pure. */
import type { TaskResult } from '../../state/model.ts';
import type { MarkedWord } from '../../ui/mark.ts';

export function resultInWords({ outcome, success }: Pick<TaskResult, 'outcome' | 'success'>): MarkedWord {
  switch (outcome) {
    case 'scored':
      return success ? { mark: 'ok', word: 'Passed' } : { mark: 'bad', word: 'Failed' };
    case 'exception':
      return { mark: 'warn', word: 'Error' };
    case 'lost':
      return { mark: 'unknown', word: 'Lost' };
    case 'interrupted':
      return { mark: 'pause', word: 'Interrupted' };
  }
}

export const columns = [
  { key: 'task', label: 'Task', isNumber: false },
  { key: 'domain', label: 'Domain', isNumber: false },
  { key: 'result', label: 'Result', isNumber: false },
  { key: 'score', label: 'Score', isNumber: true },
  { key: 'steps', label: 'Steps', isNumber: true },
  { key: 'duration', label: 'Time', isNumber: true },
  { key: 'finished', label: 'Finished', isNumber: true },
] as const;
export type ColumnKey = (typeof columns)[number]['key'];

export interface Sorting {
  readonly key: ColumnKey;
  readonly direction: 'ascending' | 'descending';
}

export const newestFirst: Sorting = { key: 'finished', direction: 'descending' };

/** After a click on a header: the other direction, or the one that is wanted first in that column. */
export function nextSorting(sorting: Sorting, key: ColumnKey): Sorting {
  if (sorting.key === key)
    return { key, direction: sorting.direction === 'ascending' ? 'descending' : 'ascending' };
  const isText = key === 'task' || key === 'domain' || key === 'result';
  return { key, direction: isText ? 'ascending' : 'descending' };
}

export type Filter = 'all' | 'not passed';

/** @param results in the order in which they ended, which decides wherever the column does not */
export function shownResults(
  results: readonly TaskResult[],
  filter: Filter,
  sorting: Sorting,
): readonly TaskResult[] {
  return sortedResults(results, sorting).filter((result) => filter === 'all' || !result.success);
}

/** @param results in the order in which they ended, which decides wherever the column does not */
export function sortedResults<Ended extends TaskResult>(
  results: readonly Ended[],
  { key, direction }: Sorting,
): readonly Ended[] {
  const sign = direction === 'ascending' ? 1 : -1;
  return results
    .map((result, index) => ({ result, index, value: sortValue(result, key) }))
    .sort((a, b) => compare(a.value, b.value, sign) || sign * (a.index - b.index))
    .map(({ result }) => result);
}

type SortValue = string | number | null;

function sortValue(result: TaskResult, key: ColumnKey): SortValue {
  switch (key) {
    case 'task':
      return result.task_id;
    case 'domain':
      return result.domain;
    case 'result':
      return resultInWords(result).word;
    case 'score':
      return result.score;
    case 'steps':
      return result.steps;
    case 'duration':
      return result.duration_seconds;
    case 'finished':
      // Some logs tell no time: there the order in which they ended is all that is known.
      return 0;
  }
}

const byText = new Intl.Collator('en', { numeric: true });

/** What is not known stands at the end, in either direction. */
function compare(a: SortValue, b: SortValue, sign: 1 | -1): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === 'string' && typeof b === 'string') return sign * byText.compare(a, b);
  return sign * (Number(a) - Number(b));
}
