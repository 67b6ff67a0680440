/** A process that a test starts: what it printed, and waits that fail as soon as it has exited. */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { mustLive } from './must-live.ts';
import { Hopeless, until } from './wait.ts';

export interface Child {
  readonly process: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  /** Null: a signal ended it. */
  readonly exit: Promise<number | null>;
  /** Waits for the condition. Fails at once, with all output, if the process exits before. */
  until<T>(condition: () => T | null | undefined | false, what: string): Promise<T>;
  /** Waits until its output matches, and resolves to the first group. */
  prints(pattern: RegExp): Promise<string>;
  /** Waits for BenchTray's line "listening on …", and resolves to the address. From then on it must live until it is stopped. */
  listening(): Promise<string>;
  /** Ends it, frozen or not. Resolves to its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export function startChild(program: string, words: readonly string[], options: SpawnOptions = {}): Child {
  return asChild(spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], ...options }));
}

/** Wraps a process that has just been started. */
export function asChild(child: ChildProcess): Child {
  let out = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
  let failure = '';
  child.on('error', (error) => (failure = error.message));
  let hasClosed = false;
  const exit = once(child, 'close').then(
    ([code]) => {
      hasClosed = true;
      return code as number | null;
    },
    () => {
      hasClosed = true;
      return null;
    },
  );

  const self: Child = {
    process: child,
    out: () => out,
    err: () => err,
    exit,
    until: (condition, what) =>
      until(() => {
        // Asked first: the last words of a process may come with its end.
        const wasClosed = hasClosed;
        const value = condition();
        const isMet = value !== null && value !== undefined && value !== false;
        if (!isMet && wasClosed) {
          const end = failure || `exit code ${String(child.exitCode)}, signal ${String(child.signalCode)}`;
          throw new Hopeless(`The process has exited (${end}) before: ${what}\n${out}${err}`);
        }
        return value;
      }, what),
    prints: (pattern) =>
      self.until(() => {
        const match = pattern.exec(out) ?? pattern.exec(err);
        return match === null ? null : (match[1] ?? match[0]);
      }, String(pattern)),
    listening() {
      mustLive(child, 'BenchTray', () => out + err);
      return self.prints(/^listening on (\S+)$/m);
    },
    async stop(signal = 'SIGKILL') {
      child.kill(signal);
      if (signal !== 'SIGKILL') child.kill('SIGCONT');
      // A process of its own that it left behind would hold its output open.
      else if (child.exitCode === null && child.signalCode === null)
        child.once('exit', () => [child.stdout, child.stderr].forEach((stream) => stream?.destroy()));
      else [child.stdout, child.stderr].forEach((stream) => stream?.destroy());
      return exit;
    },
  };
  return self;
}
