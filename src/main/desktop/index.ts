/** The desktop app: wiring only. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { app } from '#electron';
import { defaultLogFile, openAppLog } from '../engine/common/app-log.ts';
import {
  defaultConfig,
  platformDirs,
  readConfig,
  resolveDataDir,
  type Config,
  type ConfigSources,
} from '../engine/config/index.ts';
import {
  chooseUserData,
  hasTrayHost,
  isStartedAtLogin,
  introduceApp,
  logDeadProcesses,
  parseAppOptions,
  places,
  quitCleanly,
  refuseNavigation,
  refuseToStart,
  registerPageScheme,
  reportStart,
  requireSandbox,
  showDesktop,
  startAppServer,
  takeSingleInstance,
  withPort,
  type AppOptions,
  type Desktop,
} from './shell/index.ts';
import { UserError } from '../../shared/user-error.ts';
import { terminalText } from '../../shared/terminal-text.ts';
import { logUnforeseen } from '../engine/common/unforeseen.ts';
import { version } from '../engine/common/package.ts';

let desktop: Desktop | null = null;
/** How to sign in to Azure, which may have to be shown before there is a window to show it in. */
let deviceCode: string | null = null;

/** All that has to be done before Electron is ready. */
function begin(): void {
  const options = parseAppOptions(process.argv.slice(app.isPackaged ? 1 : 2));
  const sources = { configFlag: options.config, env: process.env, platformDirs: platformDirs() };
  chooseUserData(sources, options.demo);
  if (!takeSingleInstance(() => desktop?.show())) {
    reportStart();
    app.exit(0);
    return;
  }
  requireSandbox();
  registerPageScheme();
  refuseNavigation();
  run(options, sources)
    .catch(refuseToStart)
    .catch(() => app.exit(1));
}

async function run(options: AppOptions, sources: ConfigSources): Promise<void> {
  const config = withPort(options.demo ? defaultConfig : await configured(sources), options.port);
  const dataDir = options.demo ? app.getPath('userData') : resolveDataDir(config, sources);
  const file = options.logFile === undefined ? defaultLogFile(dataDir) : resolve(options.logFile);
  const appLog = openAppLog({ file, level: options.logLevel ?? 'info' });
  const log = appLog.logger;
  logUnforeseen(log, (line) => process.stderr.write(`${line}\n`));
  logDeadProcesses(log);
  log.info({ version, electron: process.versions.electron }, 'starting');

  await app.whenReady();
  introduceApp();
  const server = await startAppServer({
    ...{ options, sources, config, dataDir, version, log },
    assetsDir: existsSync(join(places.page, 'index.html')) ? places.page : null,
    showDeviceCode(message) {
      process.stderr.write(`${terminalText(message)}\n`);
      deviceCode = message;
      desktop?.tell(message);
    },
    onBrokenConfig: (problems) =>
      desktop?.tell(`The configuration is broken, the last good one stays. ${problems.join(' ')}`),
  }).catch(async (error: unknown) => {
    log.fatal(error);
    await appLog.close();
    throw error;
  });
  const hasTray = await hasTrayHost(process.platform);
  const shown = showDesktop({
    ...{ server, hasTray, log },
    hidden: options.hidden || isStartedAtLogin(),
    login: {
      configFile: options.config === undefined ? null : resolve(options.config),
      isDemo: options.demo,
    },
  });
  desktop = shown;
  if (deviceCode !== null) shown.tell(deviceCode);
  quitCleanly({
    onBegin: shown.letGo,
    async close() {
      shown.close();
      await server.close();
      await appLog.close();
    },
  });
  process.stdout.write(`listening on ${server.url}\n`);
  reportStart();
}

async function configured(sources: ConfigSources): Promise<Config> {
  const read = await readConfig(sources);
  if (read.ok) return read.config;
  throw new UserError(read.problems.map(({ message }) => message).join('\n'), { exitCode: 2 });
}

try {
  begin();
} catch (error) {
  refuseToStart(error).catch(() => app.exit(1));
}
