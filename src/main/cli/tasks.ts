/** `benchtray tasks RUN`: the tasks of a run. */
import type { ChalkInstance } from 'chalk';
import { maskSecrets } from '../../shared/mask-secrets.ts';
import { plainText } from '../../shared/plain-text.ts';
import { scoresText, scoreText } from '../../shared/score-text.ts';
import type { TaskOutcome } from '../../shared/stream.ts';
import { dash, durationText } from '../../shared/wording.ts';
import type { RunView, TaskView } from '../engine/server/index.ts';
import { findRun } from './history/run-name.ts';
import { withHistory, type HistoryOptions } from './history/source.ts';
import { paintFor, say, sayJson, type CliIo } from './io.ts';
import { printLines, tableLines, terminalColumns, type Column } from './table.ts';
import { doneText, momentText } from './watch/format.ts';

export interface TasksOptions extends HistoryOptions {
  readonly failed?: boolean;
}

/** Shows the tasks of the run with this name. Gives the exit code. */
export async function runTasks(name: string, options: TasksOptions, io: CliIo): Promise<number> {
  return withHistory(options, io, async (source) => {
    const run = await findRun(source, name);
    const all = await source.tasks(run.run_id);
    const tasks = options.failed === true ? all.filter(hasFailed) : all;
    if (options.json === true) {
      sayJson(io, tasks);
      return 0;
    }
    const nowMs = Date.now();
    // On stderr, so that a script gets nothing but the table.
    for (const line of runLines(run, nowMs)) say(io.stderr, line);
    if (tasks.length === 0)
      say(io.stderr, all.length === 0 ? 'No task has ended yet.' : 'No task has failed.');
    else {
      const paint = paintFor(io.env, io.stdout);
      const columns = terminalColumns(io.stdout);
      printLines(io, tableLines(tasks, taskColumns(nowMs, paint), columns, paint.bold));
    }
    return 0;
  });
}

/** Whether an attempt ended without passing: failed, with an exception, lost, or interrupted. */
export function hasFailed({ outcome, success }: TaskView): boolean {
  return outcome !== null && !success;
}

/** "waa-20260128-225508318 on waa", "finished, 12/12 100 %, started 28 Jan 22:55", "Mean score 43.2 % (n = 11) · …" */
export function runLines(run: RunView, nowMs: number): readonly string[] {
  const { run_id: id, vm, state, tasks_completed: done, total_tasks: total, started_at: startedAt } = run;
  const started = startedAt === null ? '' : `, started ${momentText(startedAt, nowMs)}`;
  const scores = scoresText(run);
  return [
    `${plainText(id)} on ${plainText(vm)}`,
    `${plainText(state)}, ${doneText(done, total)}${started}`,
    ...(scores === null ? [] : [scores]),
  ];
}

/** The columns of a table of tasks, in the order of the table on the page. */
export function taskColumns(nowMs: number, paint: ChalkInstance): readonly Column<TaskView>[] {
  return [
    { title: 'Domain', text: ({ domain }) => domain ?? '', cut: { at: 'end', least: 12 }, leaves: 4 },
    { title: 'Task', text: ({ task_id: id }) => id, cut: { at: 'middle', least: 18 } },
    { title: 'Attempt', text: attemptText, isNumber: true, leaves: 3 },
    { title: 'Result', text: resultText, paint: (text, task) => resultColour(task, paint)(text) },
    { title: 'Score', text: ({ score }) => scoreText(score), isNumber: true },
    { title: 'Steps', text: ({ steps }) => String(steps), isNumber: true, leaves: 2 },
    { title: 'Time', text: ({ duration_seconds: seconds }) => durationText(seconds), isNumber: true },
    {
      title: 'Finished',
      text: ({ finished_at: at }) => (at == null ? dash : momentText(at, nowMs)),
      leaves: 1,
    },
    { title: 'Message', text: ({ message }) => maskSecrets(message ?? ''), cut: { at: 'end', least: 18 } },
  ];
}

/** Empty for first attempts, so that the column is there only if a task was tried again. */
function attemptText({ attempt }: TaskView): string {
  return attempt === 1 ? '' : String(attempt);
}

/** The words of the page. A newer server may know other outcomes. */
const resultWords: Readonly<Record<string, string>> = {
  exception: 'Error',
  lost: 'Lost',
  interrupted: 'Interrupted',
} satisfies Record<Exclude<TaskOutcome, 'scored'>, string>;

function resultText({ outcome, success }: TaskView): string {
  if (outcome === null) return 'Running';
  if (outcome === 'scored') return success ? 'Passed' : 'Failed';
  return resultWords[outcome] ?? outcome;
}

function resultColour({ outcome, success }: TaskView, paint: ChalkInstance): (text: string) => string {
  if (outcome === 'scored') return success ? paint.green : paint.red;
  return outcome === null ? (text) => text : paint.yellow;
}
