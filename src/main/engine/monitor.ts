/** Makes one running whole out of a configuration: a watcher for each VM, the feed that they write to, and the server that tells it. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { agentSocket } from './agent-socket.ts';
import type { Logger } from './common/app-log.ts';
import { systemClock, type Clock } from './common/clock.ts';
import { createAzure, type Azure } from './azure/index.ts';
import { readConfig, type Config, type ConfigSources, type VmConfig } from './config/index.ts';
import { doctorTools } from './diagnose.ts';
import { runDoctor, type House } from './doctor/index.ts';
import { createFleet } from './fleet.ts';
import { dataFolderTooOpen, tightenDataFolder } from './files/index.ts';
import { lockDataFolder, openFeed, type Feed, type Retention } from './feed/index.ts';
import { startHooks } from './hooks/index.ts';
import {
  checkExternal,
  createSetupCode,
  keyFileIn,
  startServer,
  type ServerSettings,
} from './server/index.ts';
import { createDemoSwitch, createSetup, demoVmName } from './setup/index.ts';
import { terminalOf } from './common/terminal.ts';
import { createHostKeys, createKeyStore, type AskPassphrase, type ConnectTools } from './vm/index.ts';
import type { Tempo } from './watch/index.ts';

export interface MonitorOptions {
  readonly config: Config;
  readonly dataDir: string;
  readonly log: Logger;
  /** Version of BenchTray. */
  readonly version: string;
  /** The dashboard's built files; null: no dashboard. */
  readonly assetsDir: string | null;
  /** Asks the person for the passphrase of a key. */
  readonly askPassphrase?: AskPassphrase;
  /** Shows the person the address and the code of a sign-in to Azure by device code. */
  readonly showDeviceCode?: (message: string) => void;
  /** One for the whole process; default: one of its own, by this process' environment. */
  readonly azure?: Azure;
  /** For tests: what stands in for the 30 s between two questions to Azure about one VM. */
  readonly azureFastestMs?: number;
  /** For tests: how often VMs are asked, where that differs from the default. */
  readonly tempo?: Partial<Tempo>;
  /**
   * Where the configuration comes from, and a VM that is set up by the page goes to. Without it nothing can be set up, and the doctor
   * knows only what is in force.
   */
  readonly sources?: ConfigSources;
  /** For tests: the clocks of this machine. */
  readonly clock?: Clock;
  /** How many times faster than life the demo plays that is begun by the page. Default 1. */
  readonly demoSpeed?: number;
}

export interface Monitor {
  /** "http://127.0.0.1:8765" */
  readonly url: string;
  /** The listener for other machines, such as "https://0.0.0.0:8766", and what the person should know about it; null: there is none. */
  readonly external: { readonly url: string; readonly notices: readonly string[] } | null;
  /** What the person who started this should know. */
  readonly notices: readonly string[];
  /** Id of the newest event when this process began: a client that comes with it misses nothing of what has happened since. */
  readonly eventIdAtStart: string;
  /** Lets the page set up a VM: for the eyes of whoever started this. Null: nothing can be set up. */
  readonly setupCode: string | null;
  /** Takes over another configuration: VMs that are the same in both go on undisturbed. */
  reconfigure(config: Config): void;
  /** Ends streams, writes down what is open, closes the SSH connections. */
  close(): Promise<void>;
}

const pruneEveryMs = 3_600_000;

/**
 * Starts everything.
 * @throws UserError with a sentence for the person: the data folder is in use, the port is taken, the journal cannot be read,
 * other machines are to be let in without keys or certificate
 */
export async function startMonitor(options: MonitorOptions): Promise<Monitor> {
  const { dataDir, log, version, sources = null, clock = systemClock } = options;
  const { external } = serverSettings(options.config, dataDir);
  if (external != null) await checkExternal(external);
  // If the rest of the start fails, this ends what was started, in reverse order. Later, `close` does.
  await using opened = new AsyncDisposableStack();
  const lock = opened.adopt(lockDataFolder(dataDir), (held) => held.release());
  tightenDataFolder(dataDir);
  const notices: string[] = [];
  const tooOpen = openFolderNotice(dataDir);
  if (tooOpen !== null) {
    log.warn(tooOpen);
    notices.push(tooOpen);
  }
  const feed = opened.adopt(
    openFeed({
      dataDir,
      clock,
      onNotice(notice) {
        log.warn(notice);
        notices.push(notice);
      },
    }),
    (open) => open.close(),
  );
  // These end together, because each may need its whole time limit.
  const ends: (() => Promise<unknown>)[] = [];
  opened.defer(async () => {
    await Promise.all(ends.map((end) => end()));
  });
  const places = { home: homedir() };
  const tools: ConnectTools = {
    keys: createKeyStore({
      passphrase: process.env['BENCHTRAY_KEY_PASSPHRASE'],
      ask: options.askPassphrase ?? null,
    }),
    hostKeys: createHostKeys({ ownFile: join(dataDir, 'known_hosts'), places }),
    agentSocket: agentSocket(),
  };
  const azure =
    options.azure ??
    createAzure({
      log,
      environment: process.env,
      ...(options.showDeviceCode === undefined ? {} : { onDeviceCode: options.showDeviceCode }),
    });
  const fleet = opened.adopt(
    createFleet({
      ...{ feed, tools, places, log, azure, clock },
      azureFastestMs: options.azureFastestMs,
      tempo: options.tempo,
    }),
    (watching) => watching.close(),
  );
  let configured = options.config;
  /** The simulated VM of the demo, which is in no file. */
  let demoVm: VmConfig | null = null;
  let config = configured;
  let demandedByClients: number | null = null;
  // A BenchTray that was killed during the demo leaves its records behind.
  feed.eraseVm(demoVmName);

  const tellDemand = (): void => {
    // A hook waits for news as a client does.
    fleet.setDemand(demandedByClients ?? (config.hooks.length > 0 ? config.interval : null));
  };
  /** Applies the configuration and the demo. */
  const apply = (): void => {
    config = demoVm === null ? configured : { ...configured, vms: [...configured.vms, demoVm] };
    tellDemand();
    // Clients get the list before the first status of a new VM.
    feed.setVms(config.vms.map(({ name }) => name));
    fleet.watch(config.vms, config.interval);
  };

  const eventIdAtStart = feed.idOf(feed.head());
  // Hooks start before the watchers, so that they miss no end of a run.
  const hooks = startHooks({ config, feed: withoutDemo(feed), log, version });
  ends.push(() => hooks.close());
  // The first snapshots exist before the server accepts a client.
  apply();
  const demo = createDemoSwitch({
    async start() {
      const { startSimulatedVm } = await import('./demo/index.ts');
      return startSimulatedVm({ seed: 1, speed: options.demoSpeed ?? 1, log });
    },
    watch(vm) {
      demoVm = vm;
      apply();
    },
    forget: () => feed.eraseVm(demoVmName),
  });
  ends.push(() => demo.end());
  const doctor = doctorTools({ dataDir, keys: tools.keys, azure });
  const setup =
    sources === null
      ? null
      : {
          desk: createSetup({
            ...{ sources, places, demo },
            listAzureVms: (signal) => azure.listVms(signal),
            testVm: async (vm, onCheck, signal) =>
              (await runDoctor({ house: null, vms: [vm], tools: doctor, signal, onCheck })).summary,
          }),
          code: createSetupCode(),
        };
  const server = await startServer({
    feed,
    ...(setup === null ? {} : { setup }),
    vms: () => config.vms.map((vm) => ({ name: vm.name, address: vm.ssh.host })),
    screens: (vm) => fleet.watcher(vm)?.screens ?? null,
    doctor: async ({ vm, url, ...rest }) =>
      runDoctor({
        ...rest,
        house: await houseOf({ config, sources, dataDir, ownUrl: url }),
        vms: config.vms.filter(({ name }) => vm === null || name === vm),
        tools: doctor,
      }),
    hooks: () => hooks.status(),
    backgroundTasks: fleet.tasks,
    port: config.server.port,
    ...serverSettings(config, dataDir),
    version,
    assetsDir: options.assetsDir,
    log,
    onDemand(seconds) {
      demandedByClients = seconds;
      tellDemand();
    },
  });
  ends.push(() => server.close());
  lock.announce(server.url);
  const prune = (): void => {
    try {
      feed.prune(retention(config));
    } catch (error) {
      log.error({ err: error }, 'The journal could not be made smaller; that is tried again in an hour');
    }
  };
  prune();
  const pruneTimer = setInterval(prune, pruneEveryMs);
  opened.defer(() => clearInterval(pruneTimer));
  log.info({ url: server.url, version, vms: config.vms.map((vm) => vm.name) }, 'listening');

  const running = opened.move();
  return {
    url: server.url,
    external: server.external,
    notices: [...notices],
    eventIdAtStart,
    setupCode: setup?.code.text ?? null,
    reconfigure(next) {
      configured = next;
      server.reconfigure(serverSettings(next, dataDir));
      hooks.reconfigure(next);
      apply();
    },
    async close() {
      await running.disposeAsync();
      log.info('stopped');
    },
  };
}

/** What the doctor is told of this BenchTray. */
async function houseOf({
  config,
  sources,
  dataDir,
  ownUrl,
}: {
  readonly config: Config;
  readonly sources: ConfigSources | null;
  readonly dataDir: string;
  readonly ownUrl: string;
}): Promise<House> {
  const read = sources === null ? null : await readConfig(sources);
  const { path, warnings } = read?.ok === true ? read : { path: null, warnings: [] };
  return {
    configuration: { ok: true, config, path, warnings },
    ownUrl,
    dataDir,
    brokenEdit: read?.ok === false ? read.problems : [],
  };
}

/** Nobody is to be woken by a simulated VM. */
function withoutDemo(feed: Feed): Feed {
  return {
    ...feed,
    subscribe: (listener) =>
      feed.subscribe((told) => {
        const vm = told.kind === 'journal' ? told.event.vm : told.kind === 'vms' ? null : told.vm;
        if (vm !== demoVmName) listener(told);
      }),
  };
}

/** Returns a sentence if others may write into the data folder; else null. */
function openFolderNotice(dataDir: string): string | null {
  const mode = dataFolderTooOpen(dataDir);
  if (mode === null) return null;
  const command = terminalOf(process.platform).line`chmod 700 ${dataDir}`;
  return `Others may replace files in the data folder ${dataDir} (its mode is ${mode.toString(8)}). Keep it to yourself${command === null ? '' : `: ${command}`}`;
}

function retention({ journal }: Config): Retention {
  return { olderThanMs: journal.keepDays * 86_400_000, maxBytes: journal.maxMegabytes * 1_000_000 };
}

function serverSettings({ server }: Config, dataDir: string): ServerSettings {
  const { names, allowedOrigins, maxConnections, external } = server;
  return {
    ...{ names, allowedOrigins, maxConnections },
    external: external === null ? null : { ...external, keyFile: keyFileIn(dataDir) },
  };
}
