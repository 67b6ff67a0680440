/** BenchTray as a user runs it: the built program in a process and a folder of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VmConfig } from '../../src/main/engine/config/index.ts';
import { Hopeless, until } from '../support/wait.ts';

export interface BenchTrayProcess {
  readonly url: string;
  readonly pid: number;
  readonly dataDir: string;
  close(): Promise<void>;
}

/**
 * @param program the launcher, bin/benchtray.js
 * @param loopFile where it writes, on SIGUSR2, how long its event loop was held up
 */
export async function startBenchTray(
  program: string,
  vms: readonly VmConfig[],
  intervalSeconds: number,
  loopFile?: string,
): Promise<BenchTrayProcess> {
  const home = mkdtempSync(join(tmpdir(), 'benchtray-bench-'));
  const dataDir = join(home, 'data');
  mkdirSync(dataDir);
  const config = join(home, 'config.json');
  writeFileSync(
    config,
    JSON.stringify({ interval: intervalSeconds, dataDir, vms: vms.map(({ name, ssh }) => ({ name, ssh })) }),
  );
  const child = spawn(process.execPath, [program, 'serve', '--config', config, '--port', '0'], {
    // Nothing of this user's own configuration, keys or agent.
    env: { PATH: process.env['PATH'], HOME: home, ...loopWatch(loopFile) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(home, { recursive: true, force: true });
  };
  try {
    const url = await until(() => {
      if (child.exitCode !== null) throw new Hopeless(`BenchTray has exited: ${said}`);
      return /listening on (http:\S+)/.exec(said)?.[1];
    }, 'BenchTray listens');
    return { url, pid: child.pid ?? 0, dataDir, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function loopWatch(file: string | undefined): Record<string, string> {
  if (file === undefined) return {};
  const module = new URL('loop-delay.ts', import.meta.url).href;
  return { NODE_OPTIONS: `--import=${module}`, BENCH_LOOP_FILE: file };
}
