/** Runs test runners and ends every process that outlives them. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { commandOf, descendants, mentioning, signal } from '../test/support/real-vm/processes.ts';

/** A process that was asked to end, or whose parent has just ended, may need this long. */
const endWithinMs = 3_000;

export interface Workshop {
  /** For reports. Removed by `close`. */
  readonly folder: string;
  /** Runs a script of Node until it ends. Returns true when its exit code is 0. */
  run(script: string, words: readonly string[], env?: Readonly<Record<string, string>>): Promise<boolean>;
  /** Ends what is left. Returns a line for each process and each temporary folder that a test forgot. */
  close(): Promise<readonly string[]>;
}

/** Opens a temporary folder that all tests share: what they start and leave is recognised by its path. */
export function openWorkshop(root: string): Workshop {
  const folder = mkdtempSync(join(tmpdir(), 'benchtray-test-'));
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary);
  // As /tmp is: some tests give up root, and must still get at their own files.
  chmodSync(folder, 0o711);
  chmodSync(temporary, 0o1777);
  let running: number | null = null;

  const started = (): number[] => {
    const found = mentioning(folder).filter((pid) => pid !== process.pid);
    return [...new Set([...found, ...found.flatMap(descendants)])];
  };

  async function settled(): Promise<void> {
    const giveUpAtMs = performance.now() + endWithinMs;
    while (started().length > 0 && performance.now() < giveUpAtMs) await pause(50);
  }

  function endAll(): void {
    for (const pid of started()) signal(pid, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }

  async function interrupt(): Promise<void> {
    // To the group, since a runner does not pass signals on to its workers.
    if (running !== null) signal(-running, 'SIGTERM');
    await settled();
    endAll();
  }

  let isInterrupted = false;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      // A second signal changes nothing: the first one ends within seconds.
      if (isInterrupted) return;
      isInterrupted = true;
      console.error('\nInterrupted: ending everything that the tests have started…');
      const exit = (): never => process.exit(128 + constants.signals[name]);
      interrupt().then(exit, exit);
    });
  }

  return {
    folder,
    run(script, words, env = {}) {
      const child = spawn(process.execPath, [join(root, 'node_modules', script), ...words], {
        cwd: root,
        env: { ...process.env, TMPDIR: temporary, ...env },
        stdio: 'inherit',
        // A group of its own, so that Ctrl-C comes here first.
        detached: true,
      });
      running = child.pid ?? null;
      return new Promise((resolve) => {
        child.on('error', () => {
          resolve(false);
        });
        child.on('exit', (code) => {
          running = null;
          // After an interruption nothing follows.
          if (!isInterrupted) resolve(code === 0);
        });
      });
    },
    async close() {
      await settled();
      const left = [
        ...started().map((pid) => `a process: ${commandOf(pid)}`),
        ...readdirSync(temporary)
          .filter((name) => name.startsWith('benchtray'))
          .map((name) => `a temporary folder: ${name}`),
      ];
      endAll();
      return left;
    },
  };
}
