/** CPU time and memory of processes, as Linux counts them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../support/wait.ts';

/** The kernel tells times in /proc in hundredths of a second on every platform that Node runs on (USER_HZ). */
const ticksPerSecond = 100;

interface ProcessTimes {
  readonly parent: number;
  readonly ownSeconds: number;
  /** Of children that have ended and been waited for, and of theirs. */
  readonly childrenSeconds: number;
}

/** Adds up what a process and all that it starts use. */
export interface CpuAccount {
  readonly method: 'control group' | 'process tree';
  /** CPU seconds, user and system, since some time in the past: differences count. */
  seconds(): number;
  /** Ends what is left of the processes. */
  close(): Promise<void>;
}

/**
 * An account of a process and everything below it. In a control group of its own where this user may make one: exact, whatever ends or
 * changes its parent meanwhile. Elsewhere from the process tree: the living and what each has waited for, to a hundredth of a second each.
 * To be opened before the process starts anything.
 */
export function openCpuAccount(pid: number): CpuAccount {
  const folder = makeControlGroup(pid);
  if (folder === null) {
    return { method: 'process tree', seconds: () => treeSeconds(pid), close: () => Promise.resolve() };
  }
  return {
    method: 'control group',
    seconds() {
      const microseconds = /^usage_usec (\d+)/m.exec(readFileSync(join(folder, 'cpu.stat'), 'utf8'))?.[1];
      return Number(microseconds) / 1e6;
    },
    async close() {
      const kill = join(folder, 'cgroup.kill');
      if (existsSync(kill)) writeFileSync(kill, '1');
      await until(() => isRemoved(folder), `the control group ${folder} is empty`);
    },
  };
}

/** CPU seconds of one process alone, user and system. */
export function ownCpuSeconds(pid: number): number {
  return readTimes(pid)?.ownSeconds ?? Number.NaN;
}

/** CPU seconds of a process and of everything that it has started and that is still there or was waited for. */
export function treeSeconds(pid: number): number {
  const all = new Map<number, ProcessTimes>();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const times = readTimes(Number(entry));
    if (times !== null) all.set(Number(entry), times);
  }
  const sum = (root: number): number => {
    const own = all.get(root);
    if (own === undefined) return 0;
    const below = [...all].filter(([, { parent }]) => parent === root);
    return below.reduce((total, [child]) => total + sum(child), own.ownSeconds + own.childrenSeconds);
  };
  return sum(pid);
}

/** Resident memory now, and its highest value so far, MiB. */
export function memoryMib(pid: number): { readonly now: number; readonly peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
  return { now: kib('VmRSS') / 1024, peak: kib('VmHWM') / 1024 };
}

/** Null: it has ended. Fields as proc_pid_stat(5) numbers them; the name, field 2, may contain anything. */
function readTimes(pid: number): ProcessTimes | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const field = (number: number) => fields[number - 3] ?? Number.NaN;
    return {
      parent: field(4),
      ownSeconds: (field(14) + field(15)) / ticksPerSecond,
      childrenSeconds: (field(16) + field(17)) / ticksPerSecond,
    };
  } catch {
    return null;
  }
}

/** Null: there is no version 2 hierarchy, or this user may not make a group in it. */
function makeControlGroup(pid: number): string | null {
  try {
    const mount = /^\S+ \S+ \S+ \S+ (\S+) .* - cgroup2 /m.exec(
      readFileSync('/proc/self/mountinfo', 'utf8'),
    )?.[1];
    const own = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
    if (mount === undefined || own === undefined) return null;
    const folder = join(mount, own, `benchtray-bench-${pid}`);
    mkdirSync(folder);
    try {
      writeFileSync(join(folder, 'cgroup.procs'), String(pid));
      return folder;
    } catch {
      rmdirSync(folder);
      return null;
    }
  } catch {
    return null;
  }
}

function isRemoved(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
