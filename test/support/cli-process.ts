/** Starts the built command line as a process with its own folders. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { until } from './wait.ts';

export interface CliProcess {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  /** Exit code, or the name of the signal that ended it. */
  readonly exit: Promise<number | NodeJS.Signals | null>;
  /** Resolves with the address once it listens. */
  readonly listening: () => Promise<string>;
}

/** The built command line. It is here and not in built.ts, which would load every room into the test. */
export const cliPath = join(import.meta.dirname, '..', '..', 'out/main/cli.js');

/** Returns how a process has its home, its data and its temporary files in this folder. */
export function livingIn(folder: string): { readonly cwd: string; readonly env: NodeJS.ProcessEnv } {
  return {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      TMPDIR: folder,
      BENCHTRAY_CONFIG: '',
      BENCHTRAY_DATA_DIR: join(folder, 'data'),
    },
  };
}

/** Starts the command line with a home in this folder. The end of the test kills it. */
export function startCli(
  folder: string,
  args: readonly string[],
  {
    env = {},
    nodeArgs = [],
  }: { readonly env?: NodeJS.ProcessEnv; readonly nodeArgs?: readonly string[] } = {},
): CliProcess {
  const own = livingIn(folder);
  const child = spawn(process.execPath, [...nodeArgs, cliPath, ...args], {
    ...own,
    env: { ...own.env, ...env },
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const exit = once(child, 'close').then(
    ([code, signal]) => (code ?? signal) as number | NodeJS.Signals | null,
  );
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  return {
    ...{ child, exit },
    out: () => out,
    err: () => err,
    listening: () =>
      until(() => /^listening on (\S+)\n/m.exec(out)?.[1], 'the line that says where it listens'),
  };
}
