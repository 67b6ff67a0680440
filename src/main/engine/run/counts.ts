/** What a run has come to so far. */
import type { DomainTally } from '../../../shared/stream.ts';
import { isEnded } from './attempts.ts';
import type { EndedAttempt, RunState } from './model.ts';
import { faultFigures, scoreFigures, type FaultFigures, type ScoreCounts } from './score-figures.ts';

export interface RunCounts extends ScoreCounts {
  /** Tasks that are over: scored, with an exception, lost. Each counts once, however often it was tried. */
  readonly tasksCompleted: number;
  readonly succeeded: number;
}

export function countsOf(run: RunState): RunCounts {
  const { tasksCompleted, ...counts } = countTasks(completedTasks(run));
  return { tasksCompleted: tasksCompleted + (run.unseenTasks ?? 0), ...counts };
}

/** Returns whose faults the ends of the run's tasks are. Each task counts once. Tasks that the log only counts are left out. */
export function faultsOf(run: RunState): FaultFigures {
  return faultFigures(completedTasks(run));
}

/**
 * Benchmarks have about a dozen. All of them go out with every progress, several times a second: a log that names thousands would make
 * megabytes of it.
 */
const mostDomains = 200;

/**
 * Returns the figures of each domain. They add up to the counts of the run, except that a log may give only the number of some tasks.
 * Domains beyond the first 200 count together with the tasks that have no domain.
 */
export function talliesOf(run: RunState): DomainTally[] {
  const byDomain = new Map<string | null, { total: number; readonly tasks: EndedAttempt[] }>();
  const tallyOf = (domain: string | null) => {
    const key = byDomain.has(domain) || byDomain.size < mostDomains ? domain : null;
    const tally = byDomain.get(key) ?? { total: 0, tasks: [] };
    byDomain.set(key, tally);
    return tally;
  };
  for (const [domain, total] of domainTotals(run)) tallyOf(domain).total += total;
  for (const task of completedTasks(run)) tallyOf(task.domain).tasks.push(task);
  return Array.from(byDomain, ([domain, { total, tasks }]) => {
    const counts = countTasks(tasks);
    return {
      domain,
      total_tasks: total,
      tasks_completed: counts.tasksCompleted,
      succeeded: counts.succeeded,
      score_sum: counts.scoreSum,
      ...scoreFigures(counts),
    };
  });
}

/** In the order of the plan. Numbers by domain are those of all processes together: they count where this is the only one. */
function domainTotals(run: RunState): ReadonlyMap<string | null, number> {
  const totals = new Map<string | null, number>();
  const add = (domain: string, tasks: number) => totals.set(domain, (totals.get(domain) ?? 0) + tasks);
  if (run.plan !== null) for (const { domain } of run.plan) add(domain, 1);
  else for (const { domain, tasks } of run.domainPlan ?? []) add(domain, tasks);
  const sum = [...totals.values()].reduce((all, tasks) => all + tasks, 0);
  return sum === run.totalTasks ? totals : new Map(Array.from(totals.keys(), (domain) => [domain, 0]));
}

/** Of a task that was tried several times, the newest attempt that came to an end counts. */
function completedTasks(run: RunState): readonly EndedAttempt[] {
  const newest = new Map<string, EndedAttempt>();
  for (const task of run.tasks) {
    if (isEnded(task) && task.outcome !== 'interrupted')
      newest.set(JSON.stringify([task.domain, task.taskId]), task);
  }
  return [...newest.values()];
}

function countTasks(tasks: readonly EndedAttempt[]): RunCounts {
  const scored = tasks.filter((task) => task.score !== null);
  const sum = scored.reduce((total, task) => total + (task.score ?? 0), 0);
  return {
    tasksCompleted: tasks.length,
    succeeded: tasks.filter((task) => task.success).length,
    scored: scored.length,
    scoredSucceeded: scored.filter((task) => task.success).length,
    // Sums of decimal fractions: without the rounding, 0.1 + 0.2 would be told as 0.30000000000000004.
    scoreSum: Math.round(sum * 1e6) / 1e6,
  };
}
