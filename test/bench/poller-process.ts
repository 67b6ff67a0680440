/** Runs the poller against a VM and tells when it notices what. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { until } from '../support/wait.ts';
import type { BenchVm } from './bench-vm.ts';
import { treeSeconds } from './cpu.ts';

export interface PollerProcess {
  /** CPU seconds of the poller and of every ssh that it has run. */
  cpuSeconds(): number;
  close(): Promise<void>;
}

/** Resolves when the first poll is through. */
export async function startPoller(
  vm: BenchVm,
  logPath: string,
  onTask: (taskId: string, atMs: number) => void,
): Promise<PollerProcess> {
  const { host, port, username } = vm.config.ssh;
  const options = [
    'BatchMode=yes',
    'IdentitiesOnly=yes',
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
  ];
  const words = [
    ...['-F', 'none', '-q', '-i', vm.keyPath, '-p', String(port)],
    ...options.flatMap((option) => ['-o', option]),
    `${username}@${host ?? ''}`,
    `tail -100 ${logPath}`,
  ];
  const child = spawn(process.execPath, [join(import.meta.dirname, 'poller.ts'), JSON.stringify(words)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let polls = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === 'polled') polls += 1;
    else onTask(line, performance.now());
  });
  const close = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  try {
    await until(() => polls > 0, 'the first poll is through');
    const logins = vm.logins();
    if (logins !== 1) throw new Error(`The poller could not log in (${logins} logins)`);
  } catch (error) {
    await close();
    throw error;
  }
  return { cpuSeconds: () => treeSeconds(child.pid ?? 0), close };
}
