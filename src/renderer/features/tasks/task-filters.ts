/** Which tasks of a run are shown. Pure. */
import type { TaskAttempt } from '../../state/api.ts';
import type { TaskFilters } from '../../state/route.ts';
import { kindOf, kinds, type CellKind } from '../../../shared/strip-cells.ts';

const notPassed = 'not-passed';

/** Returns the tasks that all filters let through. */
export function filteredTasks(
  tasks: readonly TaskAttempt[],
  { domain, outcome, q }: TaskFilters,
): readonly TaskAttempt[] {
  const sought = (q ?? '').trim().toLowerCase();
  return tasks.filter(
    (task) =>
      (domain === null || (task.domain ?? '') === domain) &&
      (outcome === null || isOutcome(task, outcome)) &&
      (sought === '' || textsOf(task).some((text) => text.toLowerCase().includes(sought))),
  );
}

export interface OutcomeChoice {
  /** Of the filter; empty: all. */
  readonly value: string;
  readonly label: string;
  readonly count: number;
}

/** Returns the outcomes to choose from, each with the number of tasks that the other filters let through. */
export function outcomeChoices(
  tasks: readonly TaskAttempt[],
  filters: TaskFilters,
): readonly OutcomeChoice[] {
  const among = filteredTasks(tasks, { ...filters, outcome: null });
  const choice = (value: string, label: string): OutcomeChoice => ({
    value,
    label,
    count: among.filter((task) => isOutcome(task, value)).length,
  });
  const ofKinds = (['passed', 'failed', 'error', 'lost', 'interrupted'] satisfies CellKind[])
    .map((kind) => choice(kind, kinds[kind].word))
    .filter(({ value, count }) => count > 0 || value === filters.outcome);
  return [{ value: '', label: 'All', count: among.length }, choice(notPassed, 'Not passed'), ...ofKinds];
}

/** Returns the domains of the tasks, by name; '' for the tasks without one. */
export function domainsIn(tasks: readonly TaskAttempt[], chosen: string | null): readonly string[] {
  const names = new Set(tasks.map(({ domain }) => domain ?? ''));
  if (chosen !== null) names.add(chosen);
  return [...names].sort((a, b) => a.localeCompare(b, 'en'));
}

function isOutcome(task: TaskAttempt, outcome: string): boolean {
  return outcome === notPassed ? !task.success : kindOf(task) === outcome;
}

const textsOf = ({ task_id, domain, instruction, message }: TaskAttempt): readonly string[] =>
  [task_id, domain, instruction, message ?? null].filter((text) => text !== null);
