/** The compared tasks: which are shown, in which lists. Pure. */
import type { ComparedTaskView, ComparisonView, TaskChange } from '../../../shared/comparison.ts';
import { plural } from '../../../shared/wording.ts';
import type { CompareFilters, CompareRoute, PairedFilm } from '../../state/route.ts';

export interface ChangeList {
  readonly change: TaskChange;
  readonly title: string;
  /** A note beside the title. */
  readonly hint: string | null;
  /** Those that the filters let through. */
  readonly tasks: readonly ComparedTaskView[];
  /** How many there are without filters. */
  readonly total: number;
}

const lists: readonly Pick<ChangeList, 'change' | 'title' | 'hint'>[] = [
  { change: 'improved', title: 'Improved', hint: null },
  { change: 'regressed', title: 'Regressed', hint: null },
  {
    change: 'invalid',
    title: 'Not valid',
    hint: 'Ended in both runs, without a result in at least one: an exception, lost, interrupted',
  },
  { change: 'only_a', title: 'Only in A', hint: 'B has not ended these tasks' },
  { change: 'only_b', title: 'Only in B', hint: 'A has not ended these tasks' },
  { change: 'same', title: 'The same', hint: null },
];

/** Returns the lists in the order in which they are shown. Improved and regressed tasks always have one. */
export function changeLists(comparison: ComparisonView, filters: CompareFilters): readonly ChangeList[] {
  return lists
    .map((list) => ({
      ...list,
      tasks: filteredPairs(comparison[list.change], filters),
      total: comparison[list.change].length,
    }))
    .filter(({ change, total }) => total > 0 || change === 'improved' || change === 'regressed');
}

function filteredPairs(
  tasks: readonly ComparedTaskView[],
  { domain, q }: CompareFilters,
): readonly ComparedTaskView[] {
  const sought = (q ?? '').trim().toLowerCase();
  return tasks.filter(
    (task) =>
      (domain === null || (task.domain ?? '') === domain) &&
      (sought === '' ||
        [task.task_id, task.domain, task.instruction].some((text) => text?.toLowerCase().includes(sought))),
  );
}

/** "14", or "3 of 14" if filters hide some. */
export function listCount({ tasks, total }: Pick<ChangeList, 'tasks' | 'total'>): string {
  return tasks.length === total ? String(total) : `${tasks.length} of ${total}`;
}

/** Returns whether the choice between first and best attempt can make a difference. */
export function hasSeveralAttempts(comparison: ComparisonView): boolean {
  return lists.some(({ change }) =>
    comparison[change].some(({ a, b }) => (a?.attempts ?? 0) > 1 || (b?.attempts ?? 0) > 1),
  );
}

type Attempt = NonNullable<ComparedTaskView['a']>;

/** "7 steps", with "attempt 2 of 3" if there were several. */
export function attemptText({ steps, attempt, attempts }: Attempt): string {
  const taken = plural(steps, 'step');
  return attempts > 1 ? `${taken}, attempt ${attempt} of ${attempts}` : taken;
}

export interface PairNeighbours {
  /** From 1; null if the filters hide the task. */
  readonly position: number | null;
  readonly count: number;
  readonly previous: ComparedTaskView | null;
  readonly next: ComparedTaskView | null;
}

/** Returns the tasks before and after in the order in which they are listed. */
export function pairNeighbours(
  comparison: ComparisonView,
  filters: CompareFilters,
  pair: ComparedTaskView,
): PairNeighbours {
  const listed = changeLists(comparison, filters).flatMap(({ tasks }) => tasks);
  const index = listed.indexOf(pair);
  return {
    position: index < 0 ? null : index + 1,
    count: listed.length,
    previous: listed[index - 1] ?? null,
    next: index < 0 ? null : (listed[index + 1] ?? null),
  };
}

/** Returns the task whose films are asked for; null: neither run has ended it. Runs may spell its id in another case. */
export function findPair(
  comparison: ComparisonView,
  { taskId, domain }: Pick<PairedFilm, 'taskId' | 'domain'>,
): ComparedTaskView | null {
  const named = lists
    .flatMap(({ change }) => comparison[change])
    .filter((task) => task.task_id.toLowerCase() === taskId.toLowerCase());
  return named.find((task) => task.domain === domain) ?? (domain === null ? (named[0] ?? null) : null);
}

/** Returns what came of a task from A to B: "Improved". */
export const changeWord = (change: TaskChange): string =>
  lists.find((list) => list.change === change)?.title ?? '';

/** Returns whether the comparison is the one that the address asks for. */
export function isOfRoute(comparison: ComparisonView, { a, b, attempt }: CompareRoute): boolean {
  return (
    comparison.b.run_id === b && (a === null || comparison.a.run_id === a) && comparison.attempt === attempt
  );
}
