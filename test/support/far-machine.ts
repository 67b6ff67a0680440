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

const ip = (...words: string[]): string =>
  execFileSync('ip', words, { stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' });

/** Of TEST-NET-2 (RFC 5737), which no machine has, four for each cable: tests run side by side. */
function freeAddresses(): readonly [near: string, far: string] {
  const firsts = Array.from({ length: 64 }, (_, index) => 4 * ((process.pid + index) % 64));
  const taken = ip('-o', '-4', 'address', 'show');
  const first = firsts.find((number) => !taken.includes(` 198.51.100.${number + 1}/`)) ?? 0;
  return [`198.51.100.${first + 1}`, `198.51.100.${first + 2}`];
}

/** @returns null where such a thing cannot be made */
export function makeFarMachine(): FarMachine | null {
  // An interface has a name of 15 letters at most.
  const name = `bt${process.pid}`;
  const remove = (): void => {
    // First the cable, which takes both ends along: what a killed program still wanted to say keeps the namespace for minutes.
    ip('link', 'delete', `${name}n`);
    ip('netns', 'delete', name);
  };
  try {
    ip('netns', 'add', name);
  } catch {
    return null;
  }
  try {
    const [nearAddress, farAddress] = freeAddresses();
    ip('link', 'add', `${name}n`, 'type', 'veth', 'peer', 'name', `${name}f`, 'netns', name);
    ip('address', 'add', `${nearAddress}/30`, 'dev', `${name}n`);
    ip('link', 'set', `${name}n`, 'up');
    ip('-n', name, 'address', 'add', `${farAddress}/30`, 'dev', `${name}f`);
    ip('-n', name, 'link', 'set', `${name}f`, 'up');
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
  } catch {
    ip('netns', 'delete', name);
    return null;
  }
}

/** Whether one can be made here. */
export const canMakeFarMachine = ((): boolean => {
  const far = makeFarMachine();
  far?.remove();
  return far !== null;
})();
