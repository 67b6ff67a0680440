/** What the shell functions `machine`, `host`, `inside` and `identify` tell, read into facts. Everything from the VM is untrusted text. */
import { isAddress, namedByRunner, type GuestAddress } from './guest-address.ts';

export interface MachineFacts {
  /** Changes with every boot of the VM. */
  readonly bootId: string | null;
  /** The VM's clock minus the one that it was compared with, milliseconds. */
  readonly clockSkewMs: number | null;
  readonly zoneOffsetMinutes: number;
  readonly kvm: boolean;
  readonly disks: readonly { readonly mount: string; readonly sizeKiB: number; readonly freeKiB: number }[];
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
  /** "run.py", "run_multienv_claude.py". */
  readonly script: string;
  /** Its working folder and the folder of its results, absolute; null: may not be known. */
  readonly cwd: string | null;
  readonly results: string | null;
  readonly arguments: Readonly<Record<string, string>>;
}

export interface HostFacts {
  readonly runners: readonly Runner[];
  readonly logs: readonly LogFile[];
}

export interface InsideFacts {
  readonly zoneOffsetMinutes: number;
  readonly runners: readonly Runner[];
  /** Addresses that the guest may have, best first. */
  readonly guests: readonly GuestAddress[];
  /** The usual folders of results that are there, best first. */
  readonly folders: readonly string[];
  readonly logs: readonly LogFile[];
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
  };
  for (const [word, rest] of wordLines(answer)) {
    if (word === 'boot') facts = { ...facts, bootId: rest };
    else if (word === 'kvm') facts = { ...facts, kvm: rest === 'yes' };
    else if (word === 'clock') {
      const [seconds, zone] = rest.split(' ');
      const vmMs = Number(seconds) * 1000;
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

export function readLogs(answer: string): LogFile[] {
  return wordLines(answer).flatMap(([word, rest]) => {
    const match = word === 'log' ? /^(\d+(?:\.\d+)?) (\d+) (\d+) (.+)$/.exec(rest) : null;
    if (match?.[3] === undefined || match[4] === undefined) return [];
    const path = match[4].replaceAll('/./', '/');
    if (!isPlainPath(path)) return [];
    return [{ path, size: Number(match[2]), inode: match[3], modifiedAt: Number(match[1]) }];
  });
}

export function readHost(answer: string): HostFacts {
  return { runners: readRunners(answer), logs: readLogs(answer) };
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
    activity: logs.find(({ path }) => path === activityLog) ?? null,
  };
}

function readRunners(answer: string): Runner[] {
  const runners: {
    pid: number;
    script: string;
    cwd: string | null;
    results: string | null;
    arguments: Record<string, string>;
  }[] = [];
  for (const [word, rest] of wordLines(answer)) {
    if (word === 'runner') {
      runners.push({ pid: Number(rest), script: 'run.py', cwd: null, results: null, arguments: {} });
      continue;
    }
    const runner = runners.at(-1);
    if (runner === undefined) continue;
    if (word === 'script') runner.script = rest.slice(0, 100);
    else if (word === 'cwd') runner.cwd = isPlainPath(rest) ? rest : null;
    else if (word === 'results') runner.results = isPlainPath(rest) ? rest : null;
    else if (word === 'argument') {
      const match = /^--([a-z_]+) (.*)$/.exec(rest);
      if (match?.[1] !== undefined) runner.arguments[match[1]] = (match[2] ?? '').slice(0, 300);
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

/** A path that can be asked for: one with a line end in it could not be, and would keep the others from being asked for. */
function isPlainPath(path: string): boolean {
  return /^\.?\/[^\p{Cc}\uFFFD]*$/u.test(path);
}

function wordLines(answer: string): (readonly [word: string, rest: string])[] {
  return answer.split('\n').map((line) => {
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
