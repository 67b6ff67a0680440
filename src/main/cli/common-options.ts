import { resolve } from 'node:path';
import { openAppLog, silentLog, type AppLog, type Logger, type LogLevel } from '../engine/common/app-log.ts';
import { UserError } from '../../shared/user-error.ts';
import { messageOf } from '../../shared/message-of.ts';

/** Options that every command has. */
export interface CommonOptions {
  readonly logLevel?: LogLevel;
  readonly logFile?: string;
}

/** Opens the log in `--log-file`, else at `defaultFile`. */
export function openLog({ logFile, logLevel }: CommonOptions, defaultFile: string): AppLog {
  const file = logFile === undefined ? defaultFile : resolve(logFile);
  try {
    return openAppLog({ file, level: logLevel ?? 'info' });
  } catch (error) {
    const reason = messageOf(error);
    throw new UserError(`The log ${file} cannot be written (${reason}).`, {
      exitCode: logFile === undefined ? 1 : 2,
      hint:
        logFile === undefined
          ? 'Another place can be given by --log-file, another data folder by "dataDir".'
          : undefined,
      cause: error,
    });
  }
}

/** For commands that leave no trace of their own: a log only where `--log-file` asks for one. */
export async function withOptionalLog<T>(
  options: CommonOptions,
  work: (log: Logger) => Promise<T>,
): Promise<T> {
  if (options.logFile === undefined) return work(silentLog());
  const log = openLog(options, options.logFile);
  try {
    return await work(log.logger);
  } finally {
    await log.close();
  }
}
