import { Command, CommanderError, Option } from 'commander';
import { logLevels, type LogLevel } from '../../engine/common/app-log.ts';
import { numberOption, portOption } from '../../engine/common/option-values.ts';
import { UserError } from '../../../shared/user-error.ts';

/** What the app was started with. */
export interface AppOptions {
  readonly config?: string;
  readonly port?: number;
  readonly logLevel?: LogLevel;
  readonly logFile?: string;
  /** On the simulated VM. */
  readonly demo: boolean;
  /** Of the demo: how many times faster than life. */
  readonly speed: number;
  /** Of the demo. */
  readonly seed: number;
  /** Without opening the window, as at login. */
  readonly hidden: boolean;
}

/**
 * @param words without program and script; Chromium's own switches may be among them
 * @throws UserError with exit code 2
 */
export function parseAppOptions(words: readonly string[]): AppOptions {
  const command = new Command('benchtray-desktop')
    .option('--config <file>')
    .option('--port <number>', '', portOption)
    .addOption(new Option('--log-level <level>').choices(logLevels))
    .option('--log-file <file>')
    .option('--demo', '', false)
    .option(
      '--speed <factor>',
      '',
      numberOption('a number above 0 and up to 1000', (value) => value > 0 && value <= 1000),
      1,
    )
    .option('--seed <number>', '', numberOption('a whole number', Number.isSafeInteger), 1)
    .option('--hidden', '', false)
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .configureOutput({ writeErr: () => undefined })
    .exitOverride();
  try {
    return command.parse([...words], { from: 'user' }).opts<AppOptions>();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw new UserError(error.message, { exitCode: 2, cause: error });
  }
}
