import { findConfigPath, readConfig, resolveDataDir, type ConfigResult } from '../engine/config/index.ts';
import type { Configuration } from '../engine/doctor/index.ts';
import { UserError } from '../../shared/user-error.ts';
import { withOptionalLog, type CommonOptions } from './common-options.ts';
import { configSources } from './config-sources.ts';
import { doctorScreen, type DoctorScreen } from './doctor/screen.ts';
import { say, type CliIo } from './io.ts';

export interface DoctorCommandOptions extends CommonOptions {
  readonly config?: string;
  readonly vm?: string;
  readonly json?: boolean;
}

/**
 * Looks for what is wrong, and says it. Gives the exit code: 0 where no check failed, 1 where one did or where a signal came first.
 * A configuration that is not valid is a check that failed: whoever asks for the doctor gets all of his answer.
 */
export async function runDoctorCommand(options: DoctorCommandOptions, io: CliIo): Promise<number> {
  const sources = configSources(options.config, io);
  const { path } = findConfigPath(sources);
  const read = await readConfig(sources);
  const vms = vmsToLookAt(read, options.vm);
  const dataDir = read.ok ? resolveDataDir(read.config, sources) : io.platformDirs.data;
  return withOptionalLog(options, async (log) => {
    const screen: DoctorScreen | null = options.json === true ? null : doctorScreen(io);
    try {
      const report = await io.diagnose({
        house: { configuration: configurationOf(read, path), ownUrl: null, dataDir, brokenEdit: [] },
        vms,
        dataDir,
        log,
        passphrase: io.env['BENCHTRAY_KEY_PASSPHRASE'],
        askPassphrase: io.askPassphrase,
        signal: io.stop,
        onCheck(check) {
          if (check.state !== 'waiting') log.info({ check }, 'check');
          screen?.check(check);
        },
      });
      const { summary, checks, cancelled } = report;
      screen?.end(summary);
      if (cancelled) say(io.stderr, 'Given up before its end.');
      else if (options.json === true)
        say(io.stdout, JSON.stringify({ ok: summary.ok, summary, checks }, null, 2));
      return summary.ok && !cancelled ? 0 : 1;
    } finally {
      screen?.close();
    }
  });
}

function vmsToLookAt(read: ConfigResult, wanted: string | undefined) {
  if (!read.ok) return [];
  const { vms } = read.config;
  if (wanted === undefined) return vms;
  const found = vms.filter(({ name }) => name === wanted);
  if (found.length > 0) return found;
  const known = vms.map(({ name }) => name).join(', ');
  throw new UserError(`--vm: there is no VM named ${JSON.stringify(wanted)}.`, {
    exitCode: 2,
    hint: known === '' ? 'None is configured.' : `There are: ${known}.`,
  });
}

function configurationOf(read: ConfigResult, path: string): Configuration {
  return read.ok ? read : { ok: false, path, problems: read.problems };
}
