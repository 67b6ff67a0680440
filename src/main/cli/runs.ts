/** `benchtray runs`: the history. */
import type { ChalkInstance } from 'chalk';
import { dollarsText } from '../../shared/cost-text.ts';
import { percentText } from '../../shared/score-text.ts';
import { dash, formatClock, plural } from '../../shared/wording.ts';
import type { RunView } from '../engine/server/index.ts';
import { newestRuns, type RunFilter } from './history/run-name.ts';
import { withHistory, type HistoryOptions } from './history/source.ts';
import { paintFor, say, sayJson, type CliIo } from './io.ts';
import { printLines, tableLines, terminalColumns, type Column } from './table.ts';
import { momentText } from './watch/format.ts';

export interface RunsOptions extends HistoryOptions {
  readonly vm?: string;
  readonly state?: RunFilter['states'];
  readonly agent?: string;
  readonly model?: string;
  readonly search?: string;
  readonly limit: number;
}

/** Fits a terminal. */
export const usualLimit = 20;

/** Shows the newest runs. Gives the exit code. */
export async function runRuns(options: RunsOptions, io: CliIo): Promise<number> {
  const { limit, json } = options;
  return withHistory(options, io, async (source) => {
    const filter = filterOf(options);
    const runs = await newestRuns(source, limit, filter);
    if (json === true) sayJson(io, runs);
    else if (runs.length === 0)
      say(
        io.stderr,
        Object.keys(filter).length === 0 ? 'No run is recorded yet.' : 'No recorded run fits all filters.',
      );
    else {
      const paint = paintFor(io.env, io.stdout);
      const columns = terminalColumns(io.stdout);
      printLines(io, tableLines(runs, runColumns(Date.now(), paint), columns, paint.bold));
      if (columns !== null && runs.length === limit)
        say(io.stderr, `The newest ${plural(limit, 'run')}. For more, use --limit.`);
    }
    return 0;
  });
}

/** As with the API, an empty agent or model filters nothing. */
function filterOf({ vm, state, agent, model, search }: RunsOptions): RunFilter {
  return {
    ...(vm === undefined ? {} : { vm }),
    ...(state === undefined ? {} : { states: state }),
    ...(agent === undefined || agent === '' ? {} : { agent }),
    ...(model === undefined || model === '' ? {} : { model }),
    ...(search === undefined ? {} : { text: search }),
  };
}

/** The columns of a table of runs. */
export function runColumns(nowMs: number, paint: ChalkInstance): readonly Column<RunView>[] {
  return [
    { title: 'Run', text: ({ run_id: id }) => id, cut: { at: 'middle', least: 20 } },
    { title: 'VM', text: ({ vm }) => vm, cut: { at: 'end', least: 8 }, leaves: 3 },
    {
      title: 'Started',
      text: ({ started_at: at }) => (at === null ? dash : momentText(at, nowMs)),
      leaves: 7,
    },
    { title: 'Time', text: timeText, isNumber: true, leaves: 2 },
    {
      title: 'State',
      text: ({ state }) => capitalized(state),
      paint: (text, run) => stateColour(run, paint)(text),
    },
    { title: 'Tasks', text: tasksText, isNumber: true },
    { title: 'Mean score', text: ({ mean_score: mean }) => percentText(mean), isNumber: true, leaves: 6 },
    { title: 'Pass rate', text: ({ pass_rate: rate }) => percentText(rate), isNumber: true, leaves: 4 },
    { title: 'n', text: ({ tasks_scored: scored }) => countText(scored), isNumber: true, leaves: 5 },
    { title: 'Cost', text: costText, isNumber: true, leaves: 3 },
    { title: 'Model', text: ({ model }) => model ?? '', cut: { at: 'end', least: 8 }, leaves: 1 },
  ];
}

/** "12/154", or "12" while the total is unknown. */
function tasksText({ tasks_completed: done, total_tasks: total }: RunView): string {
  return total === 0 ? String(done) : `${String(done)}/${String(total)}`;
}

function timeText({ started_at: startedAt, ended_at: endedAt }: RunView): string {
  if (startedAt === null || endedAt === null) return '';
  return formatClock((Date.parse(endedAt) - Date.parse(startedAt)) / 1000);
}

/** A server of an early version counts no scored tasks. */
function countText(count: unknown): string {
  return typeof count === 'number' ? String(count) : dash;
}

/** Empty if it is not known, and from a server of an earlier version. */
function costText({ cost_usd: usd }: Partial<RunView>): string {
  return typeof usd === 'number' ? dollarsText(usd) : '';
}

function stateColour({ state }: RunView, paint: ChalkInstance): (text: string) => string {
  if (state === 'crashed') return paint.red;
  return state === 'interrupted' || state === 'stalled' ? paint.yellow : (text) => text;
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
