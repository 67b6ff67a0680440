/** Another machine, as far as the network goes: a network namespace at the other end of a cable that can be cut. Linux, as root. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';

export interface FarMachine {
  /** The address of this machine on the cable. */
  readonly nearAddress: string;
  /** Runs a program over there. */
  run(program: string, words: readonly string[], env?: Readonly<Record<string, string>>): ChildProcess;
  /** From here on nothing passes, in either direction. */
  cut(): void;
  remove(): void;
}

/** @returns null where such a thing cannot be made */
export function makeFarMachine(): FarMachine | null {
  // An interface has a name of 15 letters at most.
  const name = `bt${process.pid}`;
  // TEST-NET-2 (RFC 5737), which no machine has.
  const nearAddress = '198.51.100.1';
  const ip = (...words: string[]): void => {
    execFileSync('ip', words, { stdio: 'ignore' });
  };
  const remove = (): void => {
    ip('netns', 'delete', name);
  };
  try {
    ip('netns', 'add', name);
  } catch {
    return null;
  }
  try {
    ip('link', 'add', `${name}n`, 'type', 'veth', 'peer', 'name', `${name}f`, 'netns', name);
    ip('address', 'add', `${nearAddress}/30`, 'dev', `${name}n`);
    ip('link', 'set', `${name}n`, 'up');
    ip('-n', name, 'address', 'add', '198.51.100.2/30', 'dev', `${name}f`);
    ip('-n', name, 'link', 'set', `${name}f`, 'up');
  } catch {
    remove();
    return null;
  }
  return {
    nearAddress,
    run: (program, words, env = {}) =>
      spawn('ip', ['netns', 'exec', name, program, ...words], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, ...env },
      }),
    cut() {
      ip('-n', name, 'link', 'set', `${name}f`, 'down');
    },
    remove,
  };
}
