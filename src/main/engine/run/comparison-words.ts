/** A comparison in words. They claim no more than the figures show. Pure. */
import { pText, significance } from '../../../shared/comparison-text.ts';
import { plural } from '../../../shared/wording.ts';
import { sideOf, type Comparison } from './compare.ts';
import type { RunState } from './model.ts';

/** What the words need to know of a run, besides its tasks. */
export interface ComparedRun extends Pick<RunState, 'runId' | 'state' | 'totalTasks' | 'arguments'> {
  readonly tasksCompleted: number;
  readonly benchmark: string | null;
}

/** Returns the result of a comparison in one sentence. */
export function comparisonSentence(comparison: Comparison, isSameRun: boolean): string {
  const { common, compared, meanScore, passRate, mcnemar, isDecisive } = comparison;
  if (isSameRun) return 'A and B are the same run, so nothing differs.';
  if (common === 0) return 'A and B have no task in common, so they cannot be compared.';
  if (compared === 0)
    return `A and B have ${plural(common, 'task')} in common, none with a result in both, so they cannot be compared.`;
  const p = pText(mcnemar.p);
  const figure = meanScore.delta === null ? passRate : meanScore;
  const what = meanScore.delta === null ? 'pass rate' : 'mean score';
  const over = plural(figure.a.count, 'common task');
  const delta = figure.delta ?? 0;
  if (delta === 0) return `A and B have the same ${what} over ${over}; a difference is not shown, ${p}.`;
  const [better, interval] = delta > 0 ? ['B', 1] : ['A', -1];
  const lead = `${better} is better by ${pointsText(delta)} over ${over}`;
  if (isDecisive) return `${lead}; the difference is decisive, ${p}.`;
  if (mcnemar.p < significance)
    return `${lead}; the difference is not decisive: the passed tasks differ, ${p}, but the mean scores may differ by chance.`;
  if (sideOf(comparison.scoreDeltaInterval) === interval)
    return `${lead}; the difference is not decisive: the mean scores differ, but the passed tasks may differ by chance, ${p}.`;
  return `${lead}; the difference is not decisive, ${p}.`;
}

/** Returns what else a reader should know before trusting the comparison: one sentence each. */
export function comparisonNotes(
  { tasks, choice }: Pick<Comparison, 'tasks' | 'choice'>,
  a: ComparedRun,
  b: ComparedRun,
): readonly string[] {
  const runs = a.runId === b.runId ? [a] : [a, b];
  const notes = runs.flatMap((run) => runNotes(run === a ? 'A' : 'B', run));
  if (a.benchmark !== null && b.benchmark !== null && a.benchmark !== b.benchmark)
    notes.push(`A is a run of ${a.benchmark}, B of ${b.benchmark}.`);
  const [stepsA, stepsB] = [a.arguments.maxSteps, b.arguments.maxSteps];
  if (stepsA !== null && stepsB !== null && stepsA !== stepsB)
    notes.push(`A allows ${plural(stepsA, 'step')} per task, B ${stepsB}.`);
  const repeated = tasks.filter((task) => (task.a?.attempts ?? 0) > 1 || (task.b?.attempts ?? 0) > 1).length;
  if (repeated > 0)
    notes.push(`${plural(repeated, 'task')} had several attempts: the ${choice} scored one counts.`);
  return notes;
}

function runNotes(
  name: string,
  { state, tasksCompleted, totalTasks, arguments: args }: ComparedRun,
): string[] {
  const tasks =
    totalTasks === 0 ? plural(tasksCompleted, 'task') : `${tasksCompleted} of ${plural(totalTasks, 'task')}`;
  const done = `${tasks} ${(totalTasks || tasksCompleted) === 1 ? 'has' : 'have'} ended`;
  const notes: string[] = [];
  if (state === 'running') notes.push(`${name} is still running: ${done}, so the result may change.`);
  else if (state !== 'finished') notes.push(`${name} did not finish: ${done}.`);
  const { workers, workerId } = args;
  if ((workers ?? 1) > 1)
    notes.push(`${name} is part ${(workerId ?? 0) + 1} of ${workers ?? 1} of a pooled run.`);
  return notes;
}

/** "3.2 points": hundredths of a score. A small difference never reads as none. */
export function pointsText(delta: number): string {
  const points = Math.abs(delta) * 100;
  return points < 0.05 ? 'less than 0.1 points' : `${points.toFixed(1)} points`;
}
