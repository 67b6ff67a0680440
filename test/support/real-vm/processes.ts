/** Processes of this computer, for the machine in real-vm.ts. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

export interface VmProcess {
  readonly pid: number;
  readonly environment: string;
  readonly command: string;
}

/** Processes that were started on the machine in this folder, by way of its server or of its own. */
export function processesOf(dir: string): VmProcess[] {
  return pids().flatMap((pid) => {
    try {
      const environment = `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`;
      if (!environment.includes(`\0VM_DIR=${dir}\0`)) return [];
      const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
      return command === '' ? [] : [{ pid, environment, command }];
    } catch {
      return [];
    }
  });
}

/** Its command line; empty where it has ended. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/** All processes below one, deepest first. */
export function descendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const each of pids()) {
    try {
      const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${each}/status`, 'utf8'))?.[1]);
      children.set(parent, [...(children.get(parent) ?? []), each]);
    } catch {
      // It has ended in the meantime.
    }
  }
  const below = (parent: number): number[] =>
    (children.get(parent) ?? []).flatMap((child) => [...below(child), child]);
  return below(pid);
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended in the meantime.
  }
}

function pids(): number[] {
  return readdirSync('/proc').flatMap((entry) => (/^\d+$/.test(entry) ? [Number(entry)] : []));
}

/** Returns the processes whose environment or command line holds this text. None where the system has no /proc. */
export function mentioning(text: string): number[] {
  if (!existsSync('/proc/self')) return [];
  return pids().filter((pid) =>
    ['environ', 'cmdline'].some((file) => {
      try {
        return readFileSync(`/proc/${pid}/${file}`, 'latin1').includes(text);
      } catch {
        return false;
      }
    }),
  );
}
