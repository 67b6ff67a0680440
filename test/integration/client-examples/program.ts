/** A client as a program of its own, and what it has said so far. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { startChild } from '../../support/child.ts';

export interface Program {
  readonly said: () => string;
  /** Waits until it has said something that fits. */
  expect(pattern: RegExp): Promise<void>;
  /** Null: it was killed, or has not ended. */
  readonly exitCode: () => number | null;
  stop(): void;
}

export function startProgram(command: string, words: readonly string[], input: string): Program {
  // A group of its own: a shell's children end with it.
  const started = startChild(command, words, {
    detached: true,
    stdio: 'pipe',
    env: { ...process.env, PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1', PYTHONIOENCODING: 'utf-8' },
  });
  const { process: child, out: said } = started;
  child.stdin?.on('error', () => undefined).end(input);
  return {
    said,
    async expect(pattern) {
      await started.until(() => pattern.test(said()), String(pattern));
    },
    exitCode: () => child.exitCode,
    stop() {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        process.kill(-child.pid, 'SIGKILL');
    },
  };
}

/** Whether this machine has a program that does this without complaint. */
export function canRun(command: string, ...words: string[]): boolean {
  return spawnSync(command, words, { stdio: 'ignore' }).status === 0;
}

/** A block of code of docs/api.md, by its heading and its place below it, with the test's port in the place of the usual one. */
export function documentedExample(heading: string, port: number, place = 0): string {
  const text = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');
  const section = text.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const blocks = [...section.matchAll(/^```\w+\n(.*?)^```$/gms)].map(([, code = '']) => code);
  const code = blocks[place];
  if (code?.includes('localhost:8765') !== true)
    throw new Error(`docs/api.md has no such example below "${heading}"`);
  return withPort(code, port);
}

export function withPort(text: string, port: number): string {
  return text.replaceAll('localhost:8765', `localhost:${port}`);
}
