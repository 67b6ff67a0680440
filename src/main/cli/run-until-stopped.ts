import { setTimeout as delay } from 'node:timers/promises';
import type { AppLog } from '../engine/common/app-log.ts';
import { UserError } from '../../shared/user-error.ts';
import type { Monitor } from '../engine/monitor.ts';
import { logUnforeseen } from '../engine/common/unforeseen.ts';
import { say, type CliIo } from './io.ts';
import { messageOf } from '../../shared/message-of.ts';

/** A part of the two seconds that closing may take in all; the rest is for the log. */
const closeWithinMs = 1700;

/**
 * Starts a monitor, says where it listens, waits for the signal to end and closes it. Gives the exit code. A failure
 * that nobody foresaw becomes one line that names the log, where the stack trace is.
 */
export async function runUntilStopped(
  {
    log,
    start,
    onStarted,
  }: {
    readonly log: AppLog;
    readonly start: () => Promise<Monitor>;
    readonly onStarted?: (monitor: Monitor) => void;
  },
  io: CliIo,
): Promise<number> {
  const stopLogging = logUnforeseen(log.logger, (line) => say(io.stderr, line));
  try {
    log.logger.info({ version: io.version, node: process.versions.node }, 'starting');
    const monitor = await start();
    say(io.stdout, `listening on ${monitor.url}`);
    for (const notice of monitor.notices) say(io.stderr, notice);
    onStarted?.(monitor);
    await stopped(io.stop);
    log.logger.info('closing');
    const closed = monitor.close().then(() => true);
    if (!(await Promise.race([closed, delay(closeWithinMs, false, { ref: false })]))) {
      log.logger.warn({ closeWithinMs }, 'not everything was closed in time');
    }
    return 0;
  } catch (error) {
    if (error instanceof UserError) {
      log.logger.error(error.message);
      throw error;
    }
    log.logger.fatal(error);
    const reason = messageOf(error);
    say(io.stderr, `Unexpected error: ${reason} (the log says more: ${log.file})`);
    return 1;
  } finally {
    await log.close();
    stopLogging();
  }
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else
      signal.addEventListener(
        'abort',
        () => {
          resolve();
        },
        { once: true },
      );
  });
}
