/** The commands that show what BenchTray has recorded. */
import type { Command } from 'commander';
import { numberOption } from '../engine/common/number-option.ts';
import { runNameHelp } from './history/run-name.ts';
import { withHistoryOptions, type HistoryOptions } from './history/source.ts';
import type { CliIo } from './io.ts';
import { runRuns, usualLimit, type RunsOptions } from './runs.ts';
import { runStatus } from './status.ts';
import { runTasks, type TasksOptions } from './tasks.ts';

const mostRuns = 100_000;
const limitOption = numberOption(
  `a whole number from 1 to ${mostRuns}`,
  (value) => Number.isInteger(value) && value >= 1 && value <= mostRuns,
);

/** Adds `status`, `runs` and `tasks`. */
export function addHistoryCommands(program: Command, io: CliIo, finish: (exitCode: number) => void): void {
  withHistoryOptions(program.command('status'))
    .description('show each VM and its run in a line; exit code 1 if an error is open')
    .action(async (_options, command: Command) => {
      finish(await runStatus(command.optsWithGlobals<HistoryOptions>(), io));
    });

  withHistoryOptions(program.command('runs'))
    .description('list the recorded runs, newest first')
    .option('--vm <name>', 'only runs of this VM')
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
}
