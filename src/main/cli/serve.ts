import { isIP } from 'node:net';
import { defaultLogFile } from '../app-log.ts';
import { findConfigPath, readConfig, resolveDataDir, watchConfig, type Config } from '../config/index.ts';
import { UserError } from '../../shared/user-error.ts';
import type { Monitor } from '../monitor.ts';
import { openLog, type CommonOptions } from './common-options.ts';
import { configSources, tellAbout } from './config-sources.ts';
import { say, type CliIo } from './io.ts';
import { runUntilStopped } from './run-until-stopped.ts';

export interface ServeOptions extends CommonOptions {
  readonly config?: string;
  readonly port?: number;
  readonly host?: string;
}

/** Watches the configured VMs and serves their stream until a signal ends it. Gives the exit code. */
export async function runServe(options: ServeOptions, io: CliIo): Promise<number> {
  const sources = configSources(options.config, io);
  const location = findConfigPath(sources);
  const read = readConfig(sources);
  tellAbout(read, io);
  if (!read.ok) return 2;
  refuseOtherHosts(options.host);

  const withPort = (config: Config): Config =>
    options.port === undefined ? config : { ...config, server: { ...config.server, port: options.port } };
  const config = withPort(read.config);
  const dataDir = resolveDataDir(config, sources);
  const log = openLog(options, defaultLogFile(dataDir));
  if (config.server.external !== null) {
    say(io.stderr, '"server.external" is not part of this version yet: only this machine is served.');
  }

  let monitor: Monitor | null = null;
  // What the file says now, also while the monitor is still starting.
  let current = config;
  const watcher = watchConfig(
    location.path,
    (result) => {
      tellAbout(result, io);
      if (!result.ok) {
        const problems = result.problems.map(({ message }) => message);
        log.logger.warn({ problems }, 'configuration is broken, the last good one stays');
        say(io.stderr, 'The last good configuration stays.');
        return;
      }
      current = withPort(result.config);
      log.logger.info('configuration read again');
      const late = needRestart(config, current);
      if (late.length > 0)
        say(io.stderr, `A change of ${late.join(' and ')} takes effect at the next start.`);
      monitor?.reconfigure(current);
    },
    sources,
  );
  try {
    return await runUntilStopped(
      {
        log,
        start: () =>
          io.startMonitor({
            config,
            dataDir,
            log: log.logger,
            version: io.version,
            assetsDir: io.assetsDir,
            askPassphrase: io.askPassphrase,
          }),
        onStarted(started) {
          monitor = started;
          if (current !== config) started.reconfigure(current);
          if (current.vms.length === 0) tellHowToBegin(location.path, io);
        },
      },
      io,
    );
  } finally {
    watcher.close();
  }
}

const loopbackNames: readonly string[] = ['localhost', '::1', '[::1]'];
const isLoopback = (host: string) =>
  loopbackNames.includes(host) || (isIP(host) === 4 && host.startsWith('127.'));

function refuseOtherHosts(host: string | undefined): void {
  if (host === undefined || isLoopback(host)) return;
  throw new UserError(
    `--host ${host} would open the stream to other machines, which needs API keys and TLS ("server.external"): this version has neither yet.`,
    { exitCode: 2, hint: 'From another machine, use a tunnel: ssh -L 8765:localhost:8765 <this machine>' },
  );
}

/** What a running server cannot take over. */
function needRestart(before: Config, after: Config): readonly string[] {
  return [
    ...(before.server.port === after.server.port ? [] : ['"server.port"']),
    ...(before.dataDir === after.dataDir ? [] : ['"dataDir"']),
  ];
}

function tellHowToBegin(configPath: string, { stderr }: CliIo): void {
  say(stderr, 'No VM is configured yet. One of these helps:');
  say(
    stderr,
    `  write its address into ${configPath}: { "vms": [{ "name": "my-vm", "ssh": { "host": "1.2.3.4" } }] }`,
  );
  say(stderr, '  set WAA_VM_IP=1.2.3.4 and start again');
  say(stderr, '  run "benchtray demo" to look around on a simulated VM');
}
