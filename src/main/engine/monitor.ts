/** Makes one running whole out of a configuration: a watcher for each VM, the feed that they write to, and the server that tells it. */
import type { Logger } from './common/app-log.ts';
import { systemClock, type Clock } from './common/clock.ts';
import {
  createArchive,
  createKeptCount,
  createKeptNotes,
  createLogStore,
  keptRoom,
  openFileReader,
  plannedRemoval,
} from './archive/index.ts';
import { inBackground } from './common/in-background.ts';
import { createAzure, type Azure } from './azure/index.ts';
import type { Config, ConfigSources } from './config/index.ts';
import { createCurrentConfig } from './current-config.ts';
import { appLogBytes, freeBytesAt, openDataFolder, startPruning } from './data-folder.ts';
import { doctorTools, houseOf } from './diagnose.ts';
import { runDoctor } from './doctor/index.ts';
import type { Feed } from './feed/index.ts';
import { createFleet } from './fleet.ts';
import { startHooks } from './hooks/index.ts';
import {
  checkExternal,
  createSetupCode,
  keyFileIn,
  startServer,
  type ServerSettings,
} from './server/index.ts';
import { createSettledBounds } from './settled-bounds.ts';
import { createDemoSwitch, createSettingsDesk, createSetup, demoVmName } from './setup/index.ts';
import { sshTools } from './ssh-tools.ts';
import { createKeyStore, type AskPassphrase } from './vm/index.ts';
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
  const folder = opened.adopt(openDataFolder({ dataDir, clock, log }), (open) => open.close());
  const { feed } = folder;
  let keepsLogs = options.config.history.logs;
  const logs = opened.adopt(createLogStore({ dataDir, isOn: () => keepsLogs, log }), (store) =>
    store.close(),
  );
  // These end together, because each may need its whole time limit.
  const ends: (() => Promise<unknown>)[] = [];
  opened.defer(async () => {
    await Promise.all(ends.map((end) => end()));
  });
  const keys = createKeyStore({
    passphrase: process.env['BENCHTRAY_KEY_PASSPHRASE'],
    ask: options.askPassphrase ?? null,
  });
  const { tools, places } = sshTools({ dataDir, keys, trustsNewHosts: true });
  const azure =
    options.azure ??
    createAzure({
      log,
      environment: process.env,
      ...(options.showDeviceCode === undefined ? {} : { onDeviceCode: options.showDeviceCode }),
    });
  const bounds = opened.adopt(createSettledBounds(options.config), (settling) => settling.stop());
  const archive = opened.adopt(
    createArchive({
      ...{ ...clock, dataDir, feed, logs },
      settings: () => current.get().history,
      mostBytes: () => bounds.get().historyMegabytes * 1_000_000,
    }),
    (kept) => kept.close(),
  );
  const fleet = opened.adopt(
    createFleet({
      ...{ feed, archive, logs, tools, places, log, azure, clock },
      copySettings: () => current.get().history,
      azureFastestMs: options.azureFastestMs,
      tempo: options.tempo,
    }),
    (watching) => watching.close(),
  );
  const current = createCurrentConfig({ config: options.config, feed, fleet });
  const eraseDemo = (): void => {
    feed.eraseVm(demoVmName);
    logs.eraseVm(demoVmName);
  };
  // A BenchTray that was killed during the demo leaves its records behind.
  eraseDemo();

  const eventIdAtStart = feed.idOf(feed.head());
  // Hooks start before the watchers, so that they miss no end of a run.
  const hooks = startHooks({ config: options.config, feed: withoutDemo(feed), log, version });
  ends.push(() => hooks.close());
  // The first snapshots exist before the server accepts a client.
  current.apply();
  const demo = createDemoSwitch({
    async start() {
      const { startSimulatedVm } = await import('./demo/index.ts');
      return startSimulatedVm({ seed: 1, speed: options.demoSpeed ?? 1, log });
    },
    watch: (vm) => current.setDemoVm(vm),
    forget() {
      eraseDemo();
      inBackground(archive.sweep(), log, "the removal of the demo's files");
    },
  });
  ends.push(() => demo.end());
  const doctor = doctorTools({ dataDir, keys, azure });
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
  const countKept = createKeptCount({ feed, logs, monotonicMs: clock.monotonicMs });
  const settings = createSettingsDesk({
    ...{ sources, dataDir, version },
    config: current.get,
    room: async () => ({
      ...keptRoom(await countKept()),
      journal_bytes: feed.sizeBytes(),
      app_log_bytes: appLogBytes(dataDir),
    }),
    freeBytes: () => freeBytesAt(dataDir),
    hooks: () => hooks.status(),
    removal: async (maxMegabytes) => plannedRemoval(await countKept(), maxMegabytes * 1_000_000),
    testHook: (index, id) => hooks.test(index, id),
  });
  const server = await startServer({
    feed,
    settings,
    ...(setup === null ? {} : { setup }),
    vms: () => current.get().vms.map((vm) => ({ name: vm.name, address: vm.ssh.host })),
    screens: (vm) => archive.over(fleet.watcher(vm)?.screens ?? null),
    logs,
    files: openFileReader(dataDir),
    thresholdOf: (vm) => current.get().vms.find(({ name }) => name === vm)?.successThreshold ?? null,
    kept: createKeptNotes({
      ...{ feed, logs, settings: () => current.get().history },
      isWatched: (vm) => fleet.watcher(vm) !== null,
    }),
    doctor: async ({ vm, url, ...rest }) =>
      runDoctor({
        ...rest,
        house: await houseOf({ config: current.get(), sources, dataDir, ownUrl: url }),
        vms: current.get().vms.filter(({ name }) => vm === null || name === vm),
        tools: doctor,
      }),
    hooks: () => hooks.status(),
    backgroundTasks: fleet.tasks,
    port: options.config.server.port,
    ...serverSettings(options.config, dataDir),
    version,
    assetsDir: options.assetsDir,
    log,
    onDemand: (seconds) => current.setDemand(seconds),
  });
  ends.push(() => server.close());
  folder.announce(server.url);
  opened.adopt(startPruning({ feed, archive, logs, bounds, log }), (pruning) => pruning.stop());
  log.info({ url: server.url, version, vms: current.get().vms.map((vm) => vm.name) }, 'listening');

  const running = opened.move();
  return {
    url: server.url,
    external: server.external,
    notices: [...folder.notices],
    eventIdAtStart,
    setupCode: setup?.code.text ?? null,
    reconfigure(next) {
      server.reconfigure(serverSettings(next, dataDir));
      keepsLogs = next.history.logs;
      hooks.reconfigure(next);
      current.replace(next);
      bounds.take(next);
    },
    async close() {
      await running.disposeAsync();
      log.info('stopped');
    },
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

function serverSettings({ server }: Config, dataDir: string): ServerSettings {
  const { names, allowedOrigins, maxConnections, external } = server;
  return {
    ...{ names, allowedOrigins, maxConnections },
    external: external === null ? null : { ...external, keyFile: keyFileIn(dataDir) },
  };
}
