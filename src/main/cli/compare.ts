/** `benchtray compare A B`: two runs, task by task. */
import type { ChalkInstance } from 'chalk';
import type {
  AttemptChoice,
  ComparedTaskView,
  ComparisonView,
  ShareView,
  TaskChange,
} from '../../shared/comparison.ts';
import { deltaIntervalText, deltaText, intervalText } from '../../shared/comparison-text.ts';
import { plainText } from '../../shared/plain-text.ts';
import { percentText } from '../../shared/score-text.ts';
import { dash, plural } from '../../shared/wording.ts';
import { findRun } from './history/run-name.ts';
import { withHistory, type HistoryOptions } from './history/source.ts';
import { paintFor, sayJson, type CliIo } from './io.ts';
import { printLines, tableLines, terminalColumns, type Column } from './table.ts';
import { doneText, momentText } from './watch/format.ts';

export interface CompareOptions extends HistoryOptions {
  readonly attempt: AttemptChoice;
}

/** Compares the runs with these names; null for A: the comparable run before B. Gives the exit code. */
export async function runCompare(
  nameOfA: string | null,
  nameOfB: string,
  { attempt, ...options }: CompareOptions,
  io: CliIo,
): Promise<number> {
  return withHistory(options, io, async (source) => {
    const a = nameOfA === null ? null : await findRun(source, nameOfA);
    const b = await findRun(source, nameOfB);
    const comparison = await source.compare(a?.run_id ?? null, b.run_id, attempt);
    if (options.json === true) {
      sayJson(io, comparison);
      return 0;
    }
    const paint = paintFor(io.env, io.stdout);
    const lines = comparisonLines(comparison, {
      columns: terminalColumns(io.stdout),
      paint,
      nowMs: Date.now(),
    });
    printLines(io, lines);
    return 0;
  });
}

export interface ComparisonLook {
  /** Columns of the terminal; null: nothing is cut to a width. */
  readonly columns: number | null;
  readonly paint: ChalkInstance;
  readonly nowMs: number;
}

/** The sentence first, then the figures, the domains and the tasks that changed. */
export function comparisonLines(
  comparison: ComparisonView,
  { columns, paint, nowMs }: ComparisonLook,
): string[] {
  const { sentence, notes, counts, domains, improved, regressed, invalid } = comparison;
  const table = <Row>(rows: readonly Row[], of: readonly Column<Row>[]) =>
    tableLines(rows, of, columns, paint.bold);
  const section = (title: string, tasks: readonly ComparedTaskView[]) =>
    tasks.length === 0 ? [] : ['', paint.bold(title), ...table(tasks, taskColumns(paint))];
  // The other domains have tasks of one run only, so there is nothing to compare.
  const shownDomains = domains.filter(({ common }) => common > 0);
  const others = [
    counts.same > 0 ? `${plural(counts.same, 'task')} the same` : null,
    counts.only_a > 0 ? `${counts.only_a} only in A` : null,
    counts.only_b > 0 ? `${counts.only_b} only in B` : null,
  ].filter((text) => text !== null);
  return [
    `A  ${runText(comparison.a, nowMs)}`,
    `B  ${runText(comparison.b, nowMs)}`,
    '',
    paint.bold(plainText(sentence)),
    ...notes.map(plainText),
    ...(comparison.compared > 0 ? ['', ...table(figuresOf(comparison), figureColumns)] : []),
    ...(shownDomains.length > 1 ? ['', ...table(shownDomains, domainColumns)] : []),
    ...section('Improved', improved),
    ...section('Regressed', regressed),
    ...section('Not valid', invalid),
    ...(others.length === 0 ? [] : ['', `${others.join(', ')}.`]),
  ];
}

function runText(run: ComparisonView['a'], nowMs: number): string {
  const { run_id: id, vm, state, tasks_completed: done, total_tasks: total, started_at: startedAt } = run;
  const facts = [
    `${state}, ${doneText(done, total)}`,
    run.agent,
    run.model,
    startedAt === null ? null : `started ${momentText(startedAt, nowMs)}`,
  ];
  return plainText(`${id} on ${vm}: ${facts.filter((fact) => fact !== null).join(' · ')}`);
}

interface Figure {
  readonly name: string;
  readonly a: ShareView;
  readonly b: ShareView;
  readonly delta: number | null;
  readonly interval: ShareView['interval'];
}

function figuresOf({ mean_score: mean, pass_rate: rate, ...comparison }: ComparisonView): readonly Figure[] {
  return [
    { name: 'Mean score', ...mean, interval: comparison.mean_score_delta_interval },
    { name: 'Pass rate', ...rate, interval: null },
  ];
}

const figureColumns: readonly Column<Figure>[] = [
  { title: '', text: ({ name }) => name },
  { title: 'A', text: ({ a }) => percentText(a.value), isNumber: true },
  { title: '95 %', text: ({ a }) => intervalText(a.interval), leaves: 2 },
  { title: 'B', text: ({ b }) => percentText(b.value), isNumber: true },
  { title: '95 %', text: ({ b }) => intervalText(b.interval), leaves: 2 },
  { title: 'B − A', text: ({ delta }) => deltaText(delta), isNumber: true },
  { title: '95 %', text: ({ interval }) => deltaIntervalText(interval), leaves: 1 },
  { title: 'n', text: ({ b }) => String(b.count), isNumber: true },
];

type DomainRow = ComparisonView['domains'][number];

const domainColumns: readonly Column<DomainRow>[] = [
  { title: 'Domain', text: ({ domain }) => domain ?? dash, cut: { at: 'end', least: 12 } },
  { title: 'n', text: ({ compared }) => String(compared), isNumber: true },
  { title: 'A', text: ({ mean_score: mean }) => percentText(mean.a.value), isNumber: true },
  { title: 'B', text: ({ mean_score: mean }) => percentText(mean.b.value), isNumber: true },
  { title: 'B − A', text: ({ mean_score: mean }) => deltaText(mean.delta), isNumber: true },
  { title: 'Improved', text: ({ counts }) => countText(counts, 'improved'), isNumber: true },
  { title: 'Regressed', text: ({ counts }) => countText(counts, 'regressed'), isNumber: true },
  { title: 'Not valid', text: ({ counts }) => countText(counts, 'invalid'), isNumber: true, leaves: 1 },
];

function taskColumns(paint: ChalkInstance): readonly Column<ComparedTaskView>[] {
  return [
    { title: 'Domain', text: ({ domain }) => domain ?? '', cut: { at: 'end', least: 8 }, leaves: 1 },
    { title: 'Task', text: ({ task_id: id }) => id, cut: { at: 'middle', least: 16 } },
    { title: 'A', text: ({ a }) => resultText(a), paint: (text, { a }) => colourOf(a, paint)(text) },
    { title: 'B', text: ({ b }) => resultText(b), paint: (text, { b }) => colourOf(b, paint)(text) },
    {
      title: 'Instruction',
      text: ({ instruction }) => instruction ?? '',
      cut: { at: 'end', least: 14 },
      leaves: 2,
    },
  ];
}

/** "Passed 1", "Failed 0.4", "Error" */
function resultText(attempt: ComparedTaskView['a']): string {
  if (attempt === null) return dash;
  const { outcome, success, score } = attempt;
  if (outcome === 'scored')
    return `${success ? 'Passed' : 'Failed'}${score === null ? '' : ` ${Math.round(score * 100) / 100}`}`;
  return outcome === 'exception' ? 'Error' : outcome.charAt(0).toUpperCase() + outcome.slice(1);
}

function colourOf(attempt: ComparedTaskView['a'], paint: ChalkInstance): (text: string) => string {
  if (attempt === null) return paint.dim;
  if (attempt.outcome !== 'scored') return paint.yellow;
  return attempt.success ? paint.green : paint.red;
}

function countText(counts: DomainRow['counts'], change: TaskChange): string {
  return counts[change] === 0 ? '' : String(counts[change]);
}
