import { isIP } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { defaultLogFile } from '../engine/common/app-log.ts';
import {
  findConfigPath,
  readConfig,
  resolveDataDir,
  watchConfig,
  type Config,
  type ExternalConfig,
} from '../engine/config/index.ts';
import { UserError } from '../../shared/user-error.ts';
import type { Monitor } from '../engine/monitor.ts';
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
  const read = await readConfig(sources);
  tellAbout(read, io);
  if (!read.ok) return 2;
  refuseHostAlone(options.host, read.config, location.path);

  const config = withOptions(read.config, options);
  const dataDir = resolveDataDir(config, sources);
  const log = openLog(options, defaultLogFile(dataDir));

  let monitor: Monitor | null = null;
  // What the file says now, also while the monitor is still starting.
  let current = config;
  // What this process was started with, less what it has given up since.
  let inForce = config;
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
      current = withOptions(result.config, options);
      log.logger.info('configuration read again');
      const late = needRestart(inForce, current);
      if (late.length > 0)
        say(io.stderr, `A change of ${late.join(' and ')} takes effect at the next start.`);
      if (current.server.external === null)
        inForce = { ...inForce, server: { ...inForce.server, external: null } };
      monitor?.reconfigure(current);
    },
    { ...sources, log: log.logger },
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
            showDeviceCode: (message) => say(io.stderr, message),
            sources,
          }),
        onStarted(started) {
          monitor = started;
          tellAboutExternal(started, io);
          if (current !== config) started.reconfigure(current);
          if (current.vms.length === 0) tellHowToBegin(started, location.path, io);
          else if (io.stderr.isTTY === true) tellSetupCode('To add a VM in the browser', started, io);
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

/** The configuration with what the command line says instead. The loopback listener is there in any case. */
function withOptions(config: Config, { port, host }: ServeOptions): Config {
  const { server } = config;
  const isElsewhere = host !== undefined && !isLoopback(host);
  return {
    ...config,
    server: {
      ...server,
      port: port ?? server.port,
      external: isElsewhere && server.external !== null ? { ...server.external, host } : server.external,
    },
  };
}

function refuseHostAlone(host: string | undefined, { server }: Config, configPath: string): void {
  if (host === undefined || isLoopback(host) || server.external !== null) return;
  throw new UserError(
    `--host ${host} lets other machines in, which needs TLS: found no "server.external" in ${configPath}.`,
    {
      exitCode: 2,
      hint: [
        `Write there "server": { "external": { "host": "${host}", "tls": { "cert": "….pem", "key": "….pem" } } }, and make a key by "benchtray key add".`,
        'Or use a tunnel from the other machine: ssh -L 8765:localhost:8765 <this machine>',
      ].join('\n'),
    },
  );
}

/** What a running server cannot take over. */
function needRestart(before: Config, after: Config): readonly string[] {
  return [
    ...(before.server.port === after.server.port ? [] : ['"server.port"']),
    ...(isSameListener(before.server.external, after.server.external) ? [] : ['"server.external"']),
    ...(before.dataDir === after.dataDir ? [] : ['"dataDir"']),
  ];
}

/** Limits are taken over, and an end: a listener that is no longer wanted closes at once. */
function isSameListener(before: ExternalConfig | null, after: ExternalConfig | null): boolean {
  if (before === null || after === null) return after === null;
  return isDeepStrictEqual([before.host, before.port, before.tls], [after.host, after.port, after.tls]);
}

function tellAboutExternal({ external }: Monitor, { stderr }: CliIo): void {
  if (external === null) return;
  say(stderr, `for other machines, by API key: ${external.url}`);
  for (const notice of external.notices) say(stderr, notice);
}

/** For the eyes of whoever sits at the terminal: this is the only place where a headless BenchTray tells its code. */
function tellSetupCode(what: string, { url, setupCode }: Monitor, { stderr, assetsDir }: CliIo): void {
  if (setupCode === null || assetsDir === null) return;
  const page = new URL(url);
  page.hostname = 'localhost';
  say(stderr, `${what}: ${page.href} with the code ${setupCode}`);
}

function tellHowToBegin(monitor: Monitor, configPath: string, io: CliIo): void {
  const { stderr } = io;
  say(stderr, 'No VM is configured yet. One of these helps:');
  tellSetupCode('  To set up in the browser', monitor, io);
  say(
    stderr,
    `  write its address into ${configPath}: { "vms": [{ "name": "my-vm", "ssh": { "host": "1.2.3.4" } }] }`,
  );
  say(stderr, '  set WAA_VM_IP=1.2.3.4 and start again');
  say(stderr, '  run "benchtray demo" to look around on a simulated VM');
}
