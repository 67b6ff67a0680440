/** What the shell functions `machine`, `host`, `inside` and `identify` tell, read into facts. Everything from the VM is untrusted text. */
import { plainText } from '../../../shared/plain-text.ts';
import { isAddress, namedByRunner, type GuestAddress } from './guest-address.ts';
import { isSendable } from './request-line.ts';

export interface MachineFacts {
  /** Changes with every boot of the VM. */
  readonly bootId: string | null;
  /** The VM's clock minus the one that it was compared with, milliseconds. */
  readonly clockSkewMs: number | null;
  /** When the VM booted, by the clock that it was compared with; epoch milliseconds. Missing: it does not say. */
  readonly bootedAtMs?: number;
  readonly zoneOffsetMinutes: number;
  readonly kvm: boolean;
  readonly disks: readonly { readonly mount: string; readonly sizeKiB: number; readonly freeKiB: number }[];
  /** Tools that BenchTray needs and this machine does not have. */
  readonly lacks: readonly string[];
}

export interface LogFile {
  readonly path: string;
  readonly size: number;
  readonly inode: string;
  /** Epoch seconds of the VM's clock, with fractions where the VM tells them. */
  readonly modifiedAt: number;
}

/** A benchmark process, with its harmless arguments only. */
export interface Runner {
  readonly pid: number;
  /** When it started, in ticks since boot: with the number, this names one process. Null: the machine does not say. */
  readonly startTicks: string | null;
  /** "run.py", "run_multienv_claude.py"; a module started by its name has no ending. */
  readonly script: string;
  /** Its working folder and the folder of its results, absolute; null: may not be known. */
  readonly cwd: string | null;
  readonly results: string | null;
  readonly arguments: Readonly<Record<string, string>>;
  /** What its standard output is: a path, "/dev/pts/3", "pipe:[4711]"; missing: it may not be known. */
  readonly output?: string;
  /** The file that the reader of its pipe writes to, such as `tee`; missing: none is known. */
  readonly copy?: string;
}

export interface HostFacts {
  readonly runners: readonly Runner[];
  readonly logs: readonly LogFile[];
  /** How many logs cannot be asked for, because their names hold a line end or are not UTF-8. */
  readonly unnamedLogs: number;
}

export interface InsideFacts {
  readonly zoneOffsetMinutes: number;
  readonly runners: readonly Runner[];
  /** Addresses that the guest may have, best first. */
  readonly guests: readonly GuestAddress[];
  /** The usual folders of results that are there, best first. */
  readonly folders: readonly string[];
  readonly logs: readonly LogFile[];
  readonly unnamedLogs: number;
  /** Tools that BenchTray needs and the container does not have. */
  readonly lacks: readonly string[];
  /** Log of the server by which an agent elsewhere uses the guest: its growth shows that something goes on. */
  readonly activity: LogFile | null;
}

export interface LogIdentity {
  readonly size: number;
  readonly inode: string;
  readonly modifiedAt: number;
  /** The first bytes of the log. */
  readonly head: string;
}

const activityLog = '/tmp/evaluate_server.log';

export function readMachine(answer: string, nowMs: number): MachineFacts {
  const disks = new Map<string, MachineFacts['disks'][number]>();
  let facts: Omit<MachineFacts, 'disks'> = {
    bootId: null,
    clockSkewMs: null,
    zoneOffsetMinutes: 0,
    kvm: false,
    lacks: readLacks(answer),
  };
  for (const [word, rest] of wordLines(answer)) {
    if (word === 'boot') facts = { ...facts, bootId: rest };
    else if (word === 'up') facts = { ...facts, ...bootOf(Number(rest), nowMs) };
    else if (word === 'kvm') facts = { ...facts, kvm: rest === 'yes' };
    else if (word === 'clock') {
      const [seconds, zone] = rest.split(' ');
      // A date that knows no fractions gives "1769640908.%N": half a second is the best guess then.
      const vmMs = Number(seconds?.replace('%N', '5')) * 1000;
      facts = {
        ...facts,
        clockSkewMs: Number.isFinite(vmMs) ? vmMs - nowMs : null,
        zoneOffsetMinutes: readZone(zone),
      };
    } else if (word === 'disk') {
      const match = /^(\d+) (\d+) (.+)$/.exec(rest);
      if (match?.[3] !== undefined)
        disks.set(match[3], { mount: match[3], sizeKiB: Number(match[1]), freeKiB: Number(match[2]) });
    }
  }
  return { ...facts, disks: [...disks.values()] };
}

function bootOf(uptimeSeconds: number, nowMs: number): Pick<MachineFacts, 'bootedAtMs'> {
  return Number.isFinite(uptimeSeconds) ? { bootedAtMs: nowMs - uptimeSeconds * 1000 } : {};
}

/** Each once, newest first. */
export function readLogs(answer: string): LogFile[] {
  const logs = logLines(answer).filter(({ path }) => isPlainPath(path));
  // A log may be found by its folder, and by the process that has it open.
  const byPath = new Map(logs.map((log) => [log.path, log]));
  return [...byPath.values()].sort((a, b) => b.modifiedAt - a.modifiedAt);
}

/** Number of logs that BenchTray cannot ask for. */
function countUnnamed(answer: string): number {
  const counted = wordLines(answer).filter(([word]) => word === 'unnamed');
  const garbled = logLines(answer).filter(({ path }) => !isPlainPath(path));
  return counted.reduce((sum, [, count]) => sum + (Number(count) || 0), 0) + garbled.length;
}

function logLines(answer: string): LogFile[] {
  return wordLines(answer).flatMap(([word, rest]) => {
    const match = word === 'log' ? /^(\d+(?:\.\d+)?) (\d+) (\d+) (.+)$/s.exec(rest) : null;
    if (match?.[3] === undefined || match[4] === undefined) return [];
    const path = match[4].replaceAll('/./', '/');
    return [{ path, size: Number(match[2]), inode: match[3], modifiedAt: Number(match[1]) }];
  });
}

function readLacks(answer: string): readonly string[] {
  const lines = wordLines(answer).filter(([word]) => word === 'lacks');
  return lines.flatMap(([, rest]) => rest.split(' ').filter((tool) => /^[a-z0-9]{1,20}$/.test(tool)));
}

export function readHost(answer: string): HostFacts {
  return { runners: readRunners(answer), logs: readLogs(answer), unnamedLogs: countUnnamed(answer) };
}

/** Returns the facts with the logs of a list that searched for no process. */
export function withLogsOf(before: HostFacts, { logs, unnamedLogs }: HostFacts): HostFacts {
  return { ...before, logs, unnamedLogs };
}

/** The same for a container. */
export function withLogsOfInside(before: InsideFacts, listed: InsideFacts): InsideFacts {
  const { runners, zoneOffsetMinutes } = before;
  const named = before.guests.filter(({ why }) => why === namedByRunner);
  return { ...listed, runners, zoneOffsetMinutes, guests: [...named, ...listed.guests] };
}

export function readInside(answer: string): InsideFacts {
  const guests: GuestAddress[] = [];
  const folders: string[] = [];
  let zoneOffsetMinutes = 0;
  const runners = readRunners(answer);
  for (const { arguments: given } of runners) {
    if (given['emulator_ip'] !== undefined)
      guests.push({ address: given['emulator_ip'], why: namedByRunner });
  }
  for (const [word, rest] of wordLines(answer)) {
    if (word === 'zone') zoneOffsetMinutes = readZone(rest);
    else if (word === 'folder') folders.push(rest);
    else if (word === 'lease') guests.push({ address: rest, why: "the container's DHCP server gave it out" });
    else if (word === 'url') {
      const address = rest.replace(/^[a-z]+:\/\//, '').replace(/[:/].*$/, '');
      guests.push({ address, why: 'the container names it in /run/shm/qemu.url' });
    }
  }
  const logs = readLogs(answer);
  return {
    zoneOffsetMinutes,
    runners,
    guests: guests.filter(({ address }) => isAddress(address)),
    folders,
    logs: logs.filter(({ path }) => path !== activityLog),
    unnamedLogs: countUnnamed(answer),
    lacks: readLacks(answer),
    activity: logs.find(({ path }) => path === activityLog) ?? null,
  };
}

function readRunners(answer: string): Runner[] {
  const runners: {
    pid: number;
    startTicks: string | null;
    script: string;
    cwd: string | null;
    results: string | null;
    arguments: Record<string, string>;
    output?: string;
    copy?: string;
  }[] = [];
  for (const [word, rest] of wordLines(answer)) {
    if (word === 'runner') {
      const unknown = { startTicks: null, script: 'run.py', cwd: null, results: null, arguments: {} };
      runners.push({ pid: Number(rest), ...unknown });
      continue;
    }
    const runner = runners.at(-1);
    if (runner === undefined) continue;
    if (word === 'script') runner.script = rest.slice(0, 100);
    else if (word === 'started') runner.startTicks = /^\d+$/.test(rest) ? rest : null;
    else if (word === 'cwd') runner.cwd = isPlainPath(rest) ? rest : null;
    else if (word === 'results') runner.results = isPlainPath(rest) ? rest : null;
    else if (word === 'output' && rest !== '/dev/null') {
      const isBehindPipe = runner.output?.startsWith('pipe:') === true && rest.startsWith('/');
      const output = plainText(rest).slice(0, 300);
      if (isBehindPipe) runner.copy ??= output;
      else runner.output ??= output;
    } else if (word === 'argument') {
      const match = /^--([a-z_]+) (.*)$/.exec(rest);
      if (match?.[1] !== undefined) runner.arguments[match[1]] = plainText(match[2]).slice(0, 300);
    }
  }
  return runners;
}

/** Null: the log is not there, or may not be read. */
export function readIdentity(answer: string): LogIdentity | null {
  const match = /^(\d+) (\d+) (\d+(?:\.\d+)?)\n/.exec(answer);
  if (match?.[2] === undefined) return null;
  return {
    size: Number(match[1]),
    inode: match[2],
    modifiedAt: Number(match[3]),
    // A character of which only a part was written looks otherwise when the rest is there.
    head: answer.slice(match[0].length).replace(/\uFFFD+$/, ''),
  };
}

/** "run.py --agent navi --model gpt-4o", for a person to recognise it. */
export function describeRunner(runner: Runner): string {
  const words = Object.entries(runner.arguments).map(([name, value]) => `--${name} ${value}`);
  return [runner.script, ...words].join(' ');
}

/** Whether what a process prints gets into this file, by itself or through a pipe. */
export function printsInto({ output, copy }: Runner, path: string): boolean {
  return output === path || copy === path;
}

/** A path that can be asked for: on one line, and in the very bytes that it has. The script puts \x01 in the place of a line end. */
function isPlainPath(path: string): boolean {
  return /^\.?\//.test(path) && isSendable(path) && !path.includes('\x01') && !path.includes('\uFFFD');
}

function wordLines(answer: string): (readonly [word: string, rest: string])[] {
  // Every line has its end: a last one without it is cut.
  const lines = answer.split('\n').slice(0, -1);
  return lines.map((line) => {
    const space = line.indexOf(' ');
    return space < 0 ? ([line, ''] as const) : ([line.slice(0, space), line.slice(space + 1)] as const);
  });
}

/** "+0530" → 330. */
function readZone(text: string | undefined): number {
  const match = /^([+-])(\d\d)(\d\d)$/.exec(text?.trim() ?? '');
  if (match === null) return 0;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
}
