/** Makes one running whole out of a configuration: a watcher for each VM, the feed that they write to, and the server that tells it. */
import { isDeepStrictEqual } from 'node:util';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from './app-log.ts';
import type { Config, VmConfig } from './config/index.ts';
import { lockDataFolder, openFeed } from './feed/index.ts';
import { startServer } from './server/index.ts';
import { createHostKeys, createKeyStore, type AskPassphrase, type ConnectTools } from './vm/index.ts';
import { watchVm, type VmWatcher } from './watch/index.ts';

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
}

export interface Monitor {
  /** "http://127.0.0.1:8765" */
  readonly url: string;
  /** Id of the newest event when this process began: a client that comes with it misses nothing of what has happened since. */
  readonly eventIdAtStart: string;
  /** Takes over another configuration: VMs that are the same in both go on undisturbed. */
  reconfigure(config: Config): void;
  /** Ends streams, writes down what is open, closes the SSH connections. */
  close(): Promise<void>;
}

const pruneEveryMs = 3_600_000;

/**
 * Starts everything.
 * @throws UserError with a sentence for the person: the data folder is in use, the port is taken, the journal cannot be read
 */
export async function startMonitor(options: MonitorOptions): Promise<Monitor> {
  const { dataDir, log, version } = options;
  const lock = lockDataFolder(dataDir);
  try {
    const feed = openFeed({ dataDir });
    try {
      const places = { home: homedir() };
      const tools: ConnectTools = {
        keys: createKeyStore({
          passphrase: process.env['BENCHTRAY_KEY_PASSPHRASE'],
          ask: options.askPassphrase ?? null,
        }),
        hostKeys: createHostKeys({ ownFile: join(dataDir, 'known_hosts'), places }),
        agentSocket: agentSocket(),
      };
      let { config } = options;
      let demanded: number | null = null;
      const watchers = new Map<string, { config: VmConfig; watcher: VmWatcher }>();

      const startWatcher = (vm: VmConfig): void => {
        const { interval: intervalSeconds } = config;
        const watcher = watchVm({ config: vm, intervalSeconds, feed, tools, places, log, now: Date.now });
        watcher.setDemand(demanded);
        watchers.set(vm.name, { config: vm, watcher });
      };
      const stopWatcher = (name: string): void => {
        watchers.get(name)?.watcher.close();
        watchers.delete(name);
      };

      const eventIdAtStart = feed.idOf(feed.head());
      // First the pictures, then the server: whoever connects first finds them there.
      for (const vm of config.vms) startWatcher(vm);
      const stopAll = (): void => {
        for (const name of [...watchers.keys()]) stopWatcher(name);
      };
      const server = await startServer({
        feed,
        vms: () => config.vms.map((vm) => ({ name: vm.name, address: vm.ssh.host })),
        backgroundTasks: () => [...watchers.values()].flatMap(({ watcher }) => watcher.tasks()),
        port: config.server.port,
        ...serverSettings(config),
        version,
        assetsDir: options.assetsDir,
        log,
        onDemand(seconds) {
          demanded = seconds;
          for (const { watcher } of watchers.values()) watcher.setDemand(seconds);
        },
      }).catch((error: unknown) => {
        stopAll();
        throw error;
      });
      lock.announce(server.url);
      feed.prune();
      const pruneTimer = setInterval(() => feed.prune(), pruneEveryMs);
      log.info({ url: server.url, version, vms: config.vms.map((vm) => vm.name) }, 'listening');

      return {
        url: server.url,
        eventIdAtStart,
        reconfigure(next) {
          const isPaceNew = next.interval !== config.interval;
          config = next;
          server.reconfigure(serverSettings(next));
          const kept = next.vms.filter(
            (vm) => !isPaceNew && isDeepStrictEqual(watchers.get(vm.name)?.config, vm),
          );
          const keptNames = new Set(kept.map((vm) => vm.name));
          for (const name of [...watchers.keys()]) if (!keptNames.has(name)) stopWatcher(name);
          for (const vm of next.vms) if (!keptNames.has(vm.name)) startWatcher(vm);
        },
        async close() {
          clearInterval(pruneTimer);
          stopAll();
          await server.close();
          feed.close();
          lock.release();
          log.info('stopped');
        },
      };
    } catch (error) {
      feed.close();
      throw error;
    }
  } catch (error) {
    lock.release();
    throw error;
  }
}

function serverSettings({ server }: Config) {
  return {
    names: server.names,
    allowedOrigins: server.allowedOrigins,
    maxConnections: server.maxConnections,
  };
}

/** Windows has OpenSSH's agent behind a pipe of this name; elsewhere the environment says. */
function agentSocket(): string | null {
  return (
    process.env['SSH_AUTH_SOCK'] ?? (process.platform === 'win32' ? '\\\\.\\pipe\\openssh-ssh-agent' : null)
  );
}
