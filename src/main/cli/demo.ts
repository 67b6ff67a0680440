import { rm } from 'node:fs/promises';
import { defaultLogFile } from '../engine/common/app-log.ts';
import { makeDemoFolder } from '../engine/demo/demo-folder.ts';
import { startDemoMonitor } from '../engine/demo-monitor.ts';
import { openLog, type CommonOptions } from './common-options.ts';
import { say, type CliIo } from './io.ts';
import { runUntilStopped } from './run-until-stopped.ts';

export interface DemoOptions extends CommonOptions {
  readonly port?: number;
  readonly speed?: number;
  readonly seed?: number;
}

/** Serves a simulated VM from a data folder that is removed at the end. Returns the exit code. */
export async function runDemo(
  { port, speed = 1, seed = 1, ...common }: DemoOptions,
  io: CliIo,
): Promise<number> {
  const dataDir = await makeDemoFolder();
  let keepFolder = false;
  try {
    const log = openLog(common, defaultLogFile(dataDir));
    const exitCode = await runUntilStopped(
      {
        log,
        start: () =>
          startDemoMonitor(
            {
              seed,
              speed,
              port,
              dataDir,
              log: log.logger,
              version: io.version,
              assetsDir: io.assetsDir,
              askPassphrase: io.askPassphrase,
            },
            io,
          ),
        onStarted: () => {
          say(
            io.stderr,
            `Demo: a simulated VM at ${String(speed)} times the speed of life, seed ${String(seed)}.`,
          );
        },
      },
      io,
    );
    // Something unforeseen has happened, and the log in that folder is what explains it.
    keepFolder = exitCode !== 0;
    return exitCode;
  } finally {
    if (!keepFolder) await rm(dataDir, { recursive: true, force: true });
  }
}
