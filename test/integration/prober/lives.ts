/** BenchTray as a process of its own that may die at any moment, and a client that comes back to each of its lives. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { VmConfig } from '../../../src/main/engine/config/index.ts';
import { cliPath } from '../../support/cli-process.ts';
import type { RealVm } from '../../support/real-vm.ts';
import { openStream, type Received, type StreamClient } from '../../support/stream-client.ts';
import { mustLive } from '../../support/must-live.ts';
import { until } from '../../support/wait.ts';

/** One client over all lives of the server: it comes back with the last id that it was given. */
export interface ReturningClient {
  readonly come: (url: string) => Promise<void>;
  readonly tasks: () => string[];
  readonly received: () => Received[];
  readonly close: () => void;
}

export function returningClient(): ReturningClient {
  let source: StreamClient | null = null;
  const before: Received[] = [];
  function close(): void {
    source?.close();
    before.push(...(source?.received ?? []));
    source = null;
  }
  const received = (): Received[] => [...before, ...(source?.received ?? [])];
  return {
    received,
    close,
    async come(url) {
      close();
      const lastEventId = before.at(-1)?.id;
      const opened = openStream(url, lastEventId === undefined ? {} : { lastEventId });
      source = opened;
      await until(() => opened.received.length > 0, 'connected');
    },
    tasks: () =>
      received().flatMap(({ event, data }) => (event === 'task_complete' ? String(data['task_id']) : [])),
  };
}

/** BenchTray on one machine, as a process that can be killed. */
export const benchTray = (vm: RealVm) => benchTrayOn([vm.config]);

/** BenchTray that watches these VMs, as a process that can be killed. */
export function benchTrayOn(vms: readonly VmConfig[]) {
  const dir = mkdtempSync(join(tmpdir(), 'benchtray-kill-'));
  const configPath = join(dir, 'config.json');
  mkdirSync(join(dir, 'data'));
  writeFileSync(
    configPath,
    JSON.stringify({
      dataDir: join(dir, 'data'),
      interval: 1,
      vms: vms.map(({ name, ssh }) => ({ name, ssh })),
    }),
  );
  let child: ChildProcess | null = null;

  async function stop(signal: NodeJS.Signals): Promise<number | null> {
    if (child === null) return null;
    const { exitCode, signalCode } = child;
    if (exitCode !== null || signalCode !== null) return exitCode;
    const ended = once(child, 'exit');
    child.kill(signal);
    child = null;
    return (await ended)[0] as number | null;
  }

  onTestFinished(async () => {
    await stop('SIGKILL');
    rmSync(dir, { recursive: true });
  });
  return {
    stop,
    /** Lets the whole process stand still, as the sleep of a laptop does, or go on. */
    freeze: (frozen: boolean): void => {
      // Not `child.kill`, which would mark the process as one that is meant to end.
      if (child?.pid !== undefined) process.kill(child.pid, frozen ? 'SIGSTOP' : 'SIGCONT');
    },
    dataDir: join(dir, 'data'),
    /** Lines of the app log, parsed. */
    logged: (): Record<string, unknown>[] =>
      readFileSync(join(dir, 'data', 'logs', 'benchtray.log'), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    /** Gives the address once it accepts connections. */
    async start(): Promise<string> {
      const started = spawn(process.execPath, [cliPath, 'serve', '--config', configPath, '--port', '0'], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child = started;
      let said = '';
      started.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
      started.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
      mustLive(started, 'BenchTray', () => said);
      return until(() => /listening on (\S+)/.exec(said)?.[1], 'it listens');
    },
  };
}
