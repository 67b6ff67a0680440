import { Command, CommanderError, Option } from 'commander';
import { logLevels } from '../engine/common/app-log.ts';
import { UserError } from '../../shared/user-error.ts';
import { addConfigCommands } from './config.ts';
import { runDoctorCommand, type DoctorCommandOptions } from './doctor.ts';
import { runDemo, type DemoOptions } from './demo.ts';
import { terminalText } from '../../shared/terminal-text.ts';
import { say, type CliIo } from './io.ts';
import { addHistoryCommands } from './history-commands.ts';
import { addKeyCommands } from './key.ts';
import { numberOption, portOption, textOption } from '../engine/common/option-values.ts';
import { runServe, type ServeOptions } from './serve.ts';
import { runWatch, type WatchOptions } from './watch.ts';
import { messageOf } from '../../shared/message-of.ts';

/** Runs one command line (without program and script) and gives the exit code: 0 fine, 1 it failed, 2 wrong usage. */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
  let exitCode = 0;
  const program = buildProgram(io, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version were asked for; everything else that commander throws is wrong usage.
      return error.code === 'commander.helpDisplayed' || error.code === 'commander.version' ? 0 : 2;
    }
    if (error instanceof UserError) {
      say(io.stderr, error.message);
      if (error.hint !== null) say(io.stderr, error.hint);
      return error.exitCode;
    }
    say(io.stderr, `Unexpected error: ${messageOf(error)}`);
    return 1;
  }
}

/** The command line as commander knows it. `finish` is told the exit code of the command that ran. */
export function buildProgram(io: CliIo, finish: (exitCode: number) => void): Command {
  const program = new Command('benchtray')
    .description(
      'Watches agent benchmarks on rented VMs and republishes what happens as one local event stream.',
    )
    .version(io.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addOption(
      new Option('--log-level <level>', 'how much goes into the log (default: info)').choices(logLevels),
    )
    .option(
      '--log-file <file>',
      'where the log goes (default of serve and demo: their data folder; of other commands: no log)',
    )
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => io.stdout.write(terminalText(text)),
      writeErr: (text) => io.stderr.write(terminalText(text)),
      // One line, also where commander adds a suggestion on a second one.
      outputError: (text, write) => {
        write(`${text.trim().replace(/\s*\n\s*/g, ' ')}\n`);
      },
    })
    .exitOverride();

  program
    .command('serve')
    .description('watch the configured VMs and serve their event stream')
    .option('--config <file>', 'configuration to use')
    .option('--port <number>', 'port to listen on; 0 takes any free one', portOption)
    .option(
      '--host <host>',
      'address to listen on for other machines; needs "server.external"',
      textOption(1, 255, 'an address of this machine, such as 0.0.0.0'),
    )
    .action(async (_options, command: Command) => {
      finish(await runServe(command.optsWithGlobals<ServeOptions>(), io));
    });

  program
    .command('demo')
    .description('the same as serve, on a simulated VM: no cloud, no keys, no configuration')
    .option('--port <number>', 'port to listen on; 0 takes any free one', portOption)
    .option(
      '--speed <factor>',
      'how many times faster than life (default: 1)',
      numberOption('a number above 0 and up to 1000', (value) => value > 0 && value <= 1000),
    )
    .option(
      '--seed <number>',
      'same seed, same runs (default: 1)',
      numberOption('a whole number', Number.isSafeInteger),
    )
    .action(async (_options, command: Command) => {
      finish(await runDemo(command.optsWithGlobals<DemoOptions>(), io));
    });

  program
    .command('watch')
    .description('show a running BenchTray in the terminal')
    .option('--url <url>', 'where BenchTray is', 'http://localhost:8765')
    .option('--json', 'print one event a line')
    .option('--until-end', 'exit with the run: 0 it finished, 1 it ended badly')
    .action(async (_options, command: Command) => {
      finish(await runWatch(command.optsWithGlobals<WatchOptions>(), io));
    });

  program
    .command('doctor')
    .description('look for what is wrong, and say what to do about it')
    .option('--config <file>', 'configuration to use')
    .option('--vm <name>', 'look at this VM only')
    .option('--json', 'print everything as one JSON document, at the end')
    .action(async (_options, command: Command) => {
      finish(await runDoctorCommand(command.optsWithGlobals<DoctorCommandOptions>(), io));
    });

  addHistoryCommands(program, io, finish);
  addConfigCommands(program, io, finish);
  addKeyCommands(program, io, finish);
  return program;
}
