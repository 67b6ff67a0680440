import { rm } from 'node:fs/promises';
import { findConfigPath, watchConfig, type Config, type ConfigSources } from '../../engine/config/index.ts';
import { makeDemoFolder, startSimulatedVm } from '../../engine/demo/index.ts';
import { startDemoMonitor } from '../../engine/demo-monitor.ts';
import { DataFolderInUse } from '../../engine/feed/index.ts';
import { startMonitor, type MonitorOptions } from '../../engine/monitor.ts';
import { askForBenchTray, PortTaken } from '../../engine/server/index.ts';
import type { NotificationSettings } from '../notify/index.ts';
import type { AppOptions } from './app-options.ts';

/** The server that the app is a client of. */
export interface AppServer {
  /** "http://127.0.0.1:8765" */
  readonly url: string;
  /** True: it belongs to another BenchTray, which was there before. */
  readonly isForeign: boolean;
  /** Id of the newest event when our own server began; null where it is another's. */
  readonly eventIdAtStart: string | null;
  /** Lets the page set up a VM; null where nothing can be set up, or another BenchTray would have to tell its own. */
  readonly setupCode: string | null;
  /** As the configuration has them now. */
  readonly notificationSettings: () => NotificationSettings;
  close(): Promise<void>;
}

export interface AppServerOptions extends Omit<MonitorOptions, 'askPassphrase'> {
  readonly sources: ConfigSources;
  readonly options: AppOptions;
  /** Called when the configuration was edited into something that makes no sense. */
  readonly onBrokenConfig: (problems: readonly string[]) => void;
}

/**
 * Starts watching and serving. Where another BenchTray does so already, with the same port or the same data, that one's
 * stream is as good.
 * @throws UserError with a sentence for the person
 */
export async function startAppServer(options: AppServerOptions): Promise<AppServer> {
  return options.options.demo ? startDemo(options) : startOrAttach(options);
}

async function startDemo({ options, config, log, version, assetsDir }: AppServerOptions): Promise<AppServer> {
  await using opened = new AsyncDisposableStack();
  const dataDir = opened.adopt(await makeDemoFolder(), (folder) =>
    rm(folder, { recursive: true, force: true }),
  );
  const { port, seed, speed } = options;
  const monitor = await startDemoMonitor(
    { port, seed, speed, dataDir, log, version, assetsDir },
    { startMonitor, startSimulatedVm },
  );
  opened.defer(() => monitor.close());
  const running = opened.move();
  return {
    url: monitor.url,
    isForeign: false,
    eventIdAtStart: monitor.eventIdAtStart,
    setupCode: null,
    notificationSettings: () => config.notifications,
    close: () => running.disposeAsync(),
  };
}

async function startOrAttach(options: AppServerOptions): Promise<AppServer> {
  const { log, sources, onBrokenConfig } = options;
  let { config } = options;
  const started = await startMonitor(options).catch(async (error: unknown) => {
    const url = await otherBenchTray(error);
    if (url === null) throw error;
    log.info({ url }, 'another BenchTray is there already: showing what that one tells');
    return { url };
  });
  const monitor = 'close' in started ? started : null;
  const watcher = watchConfig(
    findConfigPath(sources).path,
    (result) => {
      if (!result.ok) {
        const problems = result.problems.map(({ message }) => message);
        log.warn({ problems }, 'configuration is broken, the last good one stays');
        onBrokenConfig(problems);
        return;
      }
      config = withPort(result.config, options.options.port);
      log.info('configuration read again');
      monitor?.reconfigure(config);
    },
    { ...sources, log },
  );
  return {
    url: started.url,
    isForeign: monitor === null,
    eventIdAtStart: monitor?.eventIdAtStart ?? null,
    setupCode: monitor?.setupCode ?? null,
    notificationSettings: () => config.notifications,
    async close() {
      watcher.close();
      await monitor?.close();
    },
  };
}

export function withPort(config: Config, port: number | undefined): Config {
  return port === undefined ? config : { ...config, server: { ...config.server, port } };
}

/** Where the BenchTray can be reached that stands in the way. */
async function otherBenchTray(error: unknown): Promise<string | null> {
  if (error instanceof PortTaken) return error.benchTrayUrl;
  if (!(error instanceof DataFolderInUse)) return null;
  const url = error.owner?.url;
  return url !== undefined && (await askForBenchTray(url)) !== null ? url : null;
}
