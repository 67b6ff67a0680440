/** The log of the program itself: one JSON object a line, rotated, without secrets. */
import { basename, dirname, join } from 'node:path';
import { pino, type Logger } from 'pino';
import { createStream } from 'rotating-file-stream';
import { appendOwnFile, makeOwnFolder } from '../files/index.ts';
import { openLastingFile } from './lasting-file.ts';
import { maskSecretsIn } from '../../../shared/mask-secrets.ts';
import { terminalText } from '../../../shared/terminal-text.ts';

export type { Logger } from 'pino';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface AppLog {
  readonly logger: Logger;
  /** Where it is written. */
  readonly file: string;
  /** Writes out what is waiting. Afterwards nothing more is written. */
  close(): Promise<void>;
}

export interface AppLogOptions {
  readonly file: string;
  readonly level: LogLevel;
  /** The log moves to a numbered file at this size, and a new one starts. */
  readonly rotateAtBytes?: number;
}

const usualRotateAtBytes = 10 * 1_048_576;
const keptFiles = 5;

export function defaultLogFile(dataDir: string): string {
  return join(dataDir, 'logs', 'benchtray.log');
}

/**
 * Opens the log; its folder is made where it is missing. Throws where it cannot be written. A disk that fills up later, and
 * a folder that somebody removes, cost lines of the log and nothing else.
 */
export function openAppLog({ file, level, rotateAtBytes = usualRotateAtBytes }: AppLogOptions): AppLog {
  makeOwnFolder(dirname(file));
  // The stream would only tell later, by an event, that it cannot open the file.
  appendOwnFile(file, '');
  const lasting = openLastingFile({
    file,
    open: () =>
      createStream(basename(file), {
        path: dirname(file),
        size: `${rotateAtBytes}B`,
        rotate: keptFiles,
        mode: 0o600,
      }),
    onReopened: () =>
      logger.warn({ file }, 'the app log was removed or could not be written: lines are missing'),
  });
  const logger = pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      // On the finished line, so that nothing gets past it: messages, fields, errors, bindings of child loggers.
      hooks: { streamWrite: (line) => `${terminalText(JSON.stringify(maskSecretsIn(JSON.parse(line))))}\n` },
    },
    lasting,
  );
  return {
    logger,
    file,
    close() {
      logger.level = 'silent';
      return lasting.close();
    },
  };
}

/** A log that is written nowhere. */
export function silentLog(): Logger {
  return pino({ level: 'silent' });
}
