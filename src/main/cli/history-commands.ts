/** The commands that show what BenchTray has recorded. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { attemptChoices } from '../../shared/comparison.ts';
import { numberOption, textOption } from '../engine/common/option-values.ts';
import { runCompare, type CompareOptions } from './compare.ts';
import { runNameHelp } from './history/run-name.ts';
import { withHistoryOptions, type HistoryOptions } from './history/source.ts';
import type { CliIo } from './io.ts';
import { runLog, type LogOptions } from './log.ts';
import { runReport, type ReportOptions } from './report.ts';
import { runRuns, usualLimit, type RunsOptions } from './runs.ts';
import { runStatus } from './status.ts';
import { runTasks, type TasksOptions } from './tasks.ts';

const mostRuns = 100_000;
const limitOption = numberOption(
  `a whole number from 1 to ${mostRuns}`,
  (value) => Number.isInteger(value) && value >= 1 && value <= mostRuns,
);

const overOrOn = ['running', 'finished', 'crashed', 'interrupted'] as const;

/** Reads "crashed,interrupted". */
function statesOption(text: string): NonNullable<RunsOptions['state']> {
  return text.split(',').map((word) => {
    const state = overOrOn.find((each) => each === word);
    if (state === undefined)
      throw new InvalidArgumentError(`Expected one or more of ${overOrOn.join(', ')}, with commas between.`);
    return state;
  });
}

/** Adds `status`, `runs`, `tasks`, `compare`, `report` and `log`. */
export function addHistoryCommands(program: Command, io: CliIo, finish: (exitCode: number) => void): void {
  withHistoryOptions(program.command('status'))
    .description('show each VM and its run in a line; exit code 1 if an error is open')
    .action(async (_options, command: Command) => {
      finish(await runStatus(command.optsWithGlobals<HistoryOptions>(), io));
    });

  withHistoryOptions(program.command('runs'))
    .description('list the recorded runs, newest first')
    .option('--vm <name>', 'only runs of this VM')
    .option('--state <states>', `only runs in one of these states: ${overOrOn.join(', ')}`, statesOption)
    .option('--agent <name>', 'only runs of this agent')
    .option('--model <name>', 'only runs of this model')
    .option(
      '--search <words>',
      'only runs with these words in id, VM, agent, model, dialect or log',
      textOption(0, 200),
    )
    .option('--limit <number>', 'how many at most', limitOption, usualLimit)
    .action(async (_options, command: Command) => {
      finish(await runRuns(command.optsWithGlobals<RunsOptions>(), io));
    });

  withHistoryOptions(program.command('tasks'))
    .description('list the tasks of a run')
    .argument('<run>', runNameHelp)
    .option('--failed', 'only attempts that did not pass')
    .action(async (run: string, _options, command: Command) => {
      finish(await runTasks(run, command.optsWithGlobals<TasksOptions>(), io));
    });

  withHistoryOptions(program.command('compare'))
    .description('compare two runs task by task; with one run, compare it to the comparable run before it')
    .argument('<a>', runNameHelp)
    .argument('[b]', 'the other run')
    .addOption(
      new Option('--attempt <which>', 'which scored attempt at a task counts')
        .choices(attemptChoices)
        .default('first'),
    )
    .action(async (a: string, b: string | undefined, _options, command: Command) => {
      const options = command.optsWithGlobals<CompareOptions>();
      finish(await (b === undefined ? runCompare(null, a, options, io) : runCompare(a, b, options, io)));
    });

  withHistoryOptions(program.command('report'))
    .description('write a run as one HTML file, with the last screenshots of each task that did not pass')
    .argument('<run>', runNameHelp)
    .option(
      '-o, --output <file>',
      'where to write it (default: named after the run, here); - is standard output',
    )
    .option('--force', 'replace the file if there is one')
    .action(async (run: string, _options, command: Command) => {
      finish(await runReport(run, command.optsWithGlobals<ReportOptions>(), io));
    });

  withHistoryOptions(program.command('log'))
    .description('print the log of a run; with --json, one JSON object for each line')
    .argument('<run>', runNameHelp)
    .option('--follow', 'print new lines as they come, until the run is over')
    .option(
      '--grep <text>',
      'only lines with this text, in upper or lower case; exit code 1 if there is none',
      textOption(1, 400),
    )
    .action(async (run: string, _options, command: Command) => {
      finish(await runLog(run, command.optsWithGlobals<LogOptions>(), io));
    });
}
