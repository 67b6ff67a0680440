/** The watcher's own looks at a VM, each on its own and once, on a connection that is up. */
import { setTimeout as delay } from 'node:timers/promises';
import type { VmConfig } from '../config/index.ts';
import { findJobs, recogniseLog } from '../run/index.ts';
import {
  lastLinesCommand,
  readBootLog,
  readHost,
  readInside,
  readLastLines,
  readMachine,
  section,
  type Channels,
  type DockerCommand,
  type HostFacts,
  type InsideFacts,
  type MachineFacts,
  type OwnShellChannel,
} from '../vm/index.ts';
import {
  ContainerLook,
  createGuestLook,
  createKnownFolders,
  findLog,
  findResults,
  firstSight,
  isOwnLog,
  isReady,
  isSameTarget,
  listFolder,
  placesOf,
  placeText,
  reach,
  statLog,
  type LogChoice,
  type LogTarget,
  type Reach,
  type Sight,
} from '../watch/index.ts';
import { askOnce } from './once.ts';

export interface LogFound {
  readonly choice: LogChoice;
  /** Null: the VM does not answer. */
  readonly by: Reach | null;
  /** Its first bytes; for a long one whose first do not tell, its last. */
  readonly read: (part: 'first' | 'last') => Promise<string>;
}

/** Where BenchTray finds jobs that need no log. */
export interface JobsFound {
  /** "/home/me/jobs", "container:/srv/jobs" */
  readonly place: string;
  /** Dialect of the job that was active last. */
  readonly dialect: string;
  /** Number of jobs. */
  readonly jobs: number;
}

export interface VmLooks {
  /** Null, as to all that follow: the VM does not answer. */
  machine(): Promise<MachineFacts | null>;
  host(): Promise<HostFacts | null>;
  inside(): Promise<InsideFacts | null>;
  /** Asks docker for its containers. */
  docker(): Promise<Sight['docker']>;
  container(): Promise<Sight['container']>;
  /** Asks Windows whether it is ready, wherever it may be; reads why not where it is not. */
  guest(): Promise<Sight>;
  log(): Promise<LogFound | null>;
  /** Null: there are none where BenchTray looks for results. */
  jobs(): Promise<JobsFound | null>;
  /** Whether the web viewer of the screen answers on the VM itself. */
  vncOnVm(): Promise<boolean>;
  /** What has been seen so far. */
  readonly sight: Sight;
  /** How docker is called there. */
  readonly dockerCommand: DockerCommand;
  close(): void;
}

export interface VmLooksOptions {
  readonly config: VmConfig;
  readonly channels: Channels;
  /** The shell on the VM, which has answered. */
  readonly host: OwnShellChannel;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** A container that is missed may just be restarting, which some benchmarks do between tasks: it is looked for again. */
const lookAgainMs = 1_500;
/** What one answer of the VM's shell has room for, less the line before it. */
const partBytes = 60_000;

export function createVmLooks({ config, channels, host, now, signal }: VmLooksOptions): VmLooks {
  // Its checks ask for what they judge, each question once.
  const answered = { docker: true, container: true, probe: true, host: true, runs: true };
  let sight: Sight = { ...firstSight, ssh: { kind: 'up' }, answered };
  const learn = (news: Partial<Sight>): void => {
    sight = { ...sight, ...news };
  };
  const nothing = (): void => undefined;
  const context = {
    ...{ config, channels, host, learn, monotonicMs: () => performance.now() },
    sight: () => sight,
    onBoot: nothing,
    onOutOfMemory: nothing,
    hurry: nothing,
    paceMs: () => 0,
  };
  const containerLook = new ContainerLook(context);
  const guestLook = createGuestLook(context, () => containerLook.inside);
  const folders = createKnownFolders();

  const machine = askOnce(async () => {
    const askedAtMs = now();
    const answer = await host.ask(8, ['machine']);
    if (answer === null) return null;
    const facts = readMachine(answer, (askedAtMs + now()) / 2);
    learn({ machine: facts });
    return facts;
  });

  async function askHost(): Promise<HostFacts | null> {
    const answer = await host.ask(8, ['host', 'yes', ...folders.words()]);
    if (answer === null) return null;
    const facts = readHost(answer);
    learn({ host: facts });
    return facts;
  }
  const hostFacts = askOnce(askHost);

  const docker = askOnce(async () => {
    await containerLook.look();
    return sight.docker;
  });

  const container = askOnce(async () => {
    await docker();
    if (sight.docker.kind === 'ok' && sight.container.kind !== 'running') {
      await delay(lookAgainMs, undefined, { signal });
      await containerLook.look();
    }
    return sight.container;
  });

  const inside = askOnce(async () => {
    await container();
    const answer = (await containerLook.inside?.ask(8, ['inside'])) ?? null;
    if (answer === null) return null;
    const facts = readInside(answer);
    learn({ inside: facts });
    return facts;
  });

  const guest = askOnce(async () => {
    await inside();
    await guestLook.look();
    const { container: found, startedAt } = sight;
    if (isReady(sight) || found.kind !== 'running' || startedAt === null) return sight;
    const answer = await host.ask(8, lastLinesCommand(containerLook.docker, found.name, startedAt));
    if (answer !== null) learn({ boot: readBootLog(sight.boot, readLastLines(answer)) });
    return sight;
  });

  const log = askOnce(async (): Promise<LogFound | null> => {
    await Promise.all([hostFacts(), inside(), machine()]);
    const results = findResults(config.benchmark.results, sight);
    if (results !== null) learn({ results });
    folders.remember(sight);
    if (folders.words().length > 0) await askHost();
    const best = await findOne(() => false);
    if (best === null || !isOwnLog(best.choice.target) || (await hasRun(best))) return best;
    // What the benchmark prints may say more.
    return (await findOne((target) => isSameTarget(target, best.choice.target))) ?? best;
  });

  const jobs = askOnce(async (): Promise<JobsFound | null> => {
    await Promise.all([hostFacts(), inside()]);
    const results = findResults(config.benchmark.results, sight);
    for (const place of results === null ? [] : placesOf(results)) {
      const shell = place.where === 'host' ? host : containerLook.inside;
      const listed = shell === null ? 'failed' : await listFolder(shell, place.path, null);
      if (listed === 'failed' || listed === 'absent') continue;
      const found = findJobs([...listed.files.values()]);
      const newest = found.at(-1);
      if (newest !== undefined)
        return { place: placeText(place), dialect: newest.dialect, jobs: found.length };
    }
    return null;
  });

  async function findOne(isWithoutRun: (target: LogTarget) => boolean): Promise<LogFound | null> {
    const choice = await findLog({
      sight,
      configured: config.benchmark.log,
      looks: {
        statLog: (where, path) => statLog(where === 'host' ? host : containerLook.inside, path),
      },
      // The best of all, as if nothing had been read before.
      following: { target: null, reading: null, isLive: false, isUnfinished: false },
      last: null,
      isRead: () => true,
      isGivenUp: () => false,
      isWithoutRun,
      mayHaveNews: () => false,
      nowSeconds: 0,
      isPast: false,
    });
    if (choice === null) return null;
    const running = sight.container.kind === 'running' ? sight.container : null;
    const by = await reach(choice.target, {
      host,
      inside: containerLook.inside,
      docker: containerLook.docker,
      container: running?.name ?? null,
      mounts: running?.mounts ?? [],
    });
    return {
      choice,
      by,
      async read(part) {
        if (by === null || !('inode' in by.file)) return '';
        const from = part === 'first' ? 1 : Math.max(1, by.file.size - partBytes + 1);
        return (await by.shell.ask(8, ['piece', by.path, String(from), String(partBytes)])) ?? '';
      },
    };
  }

  return {
    machine,
    host: hostFacts,
    inside,
    docker,
    container,
    guest,
    log,
    jobs,
    async vncOnVm() {
      const answer = await host.ask(5, ['get', `http://localhost:${config.vnc.port}/msg.html`]);
      const end = answer === null ? null : section(answer, 'http').end;
      // Without its page there is a 404: the page is taken away when Windows starts.
      return end !== null && end !== '000';
    },
    get sight() {
      return sight;
    },
    get dockerCommand() {
      return containerLook.docker;
    },
    close() {
      containerLook.close();
      host.close();
    },
  };
}

async function hasRun({ read }: LogFound): Promise<boolean> {
  for (const part of ['first', 'last'] as const)
    if (recogniseLog(await read(part)).dialect !== null) return true;
  return false;
}
