import type { Command } from 'commander';
import {
  configJsonSchema,
  findConfigPath,
  maskConfig,
  readConfig,
  resolveDataDir,
  type ConfigSources,
} from '../engine/config/index.ts';
import { withOptionalLog, type CommonOptions } from './common-options.ts';
import { configSources, tellAbout } from './config-sources.ts';
import { say, type CliIo } from './io.ts';

interface ConfigOptions extends CommonOptions {
  readonly config?: string;
}

const sourceTexts = {
  '--config': 'named by --config',
  BENCHTRAY_CONFIG: 'named by BENCHTRAY_CONFIG',
  default: 'the default place',
} as const;

/** Adds `config check`, `config print`, `config path` and `config schema`. */
export function addConfigCommands(program: Command, io: CliIo, finish: (exitCode: number) => void): void {
  const config = program.command('config').description('check, print or explain the configuration');
  const add = (
    name: string,
    description: string,
    run: (sources: ConfigSources, io: CliIo) => number | Promise<number>,
  ) => {
    config
      .command(name)
      .description(description)
      .option('--config <file>', 'configuration to use')
      .action(async (_options, command: Command) => {
        const options = command.optsWithGlobals<ConfigOptions>();
        const exitCode = await withOptionalLog(options, async (log) => {
          const code = await run(configSources(options.config, io), io);
          log.info({ command: `config ${name}`, exitCode: code }, 'done');
          return code;
        });
        finish(exitCode);
      });
  };
  add('check', 'say whether the configuration is valid', check);
  add('print', 'print the effective configuration, without secrets', print);
  add('path', 'say where the configuration is read from', path);
  add('schema', 'print the JSON Schema of the configuration, for editors', schema);
}

async function check(sources: ConfigSources, io: CliIo): Promise<number> {
  const result = await readConfig(sources);
  tellAbout(result, io);
  if (!result.ok) return 2;
  const vms = result.config.vms.map(({ name }) => name);
  const what = vms.length === 0 ? 'no VM yet' : `${vms.length === 1 ? 'VM' : 'VMs'} ${vms.join(', ')}`;
  say(
    io.stdout,
    result.path === null
      ? `No configuration file at ${findConfigPath(sources).path}: every key has its default (${what}).`
      : `${result.path} is valid (${what}).`,
  );
  return 0;
}

async function print(sources: ConfigSources, io: CliIo): Promise<number> {
  const result = await readConfig(sources);
  tellAbout(result, io);
  if (!result.ok) return 2;
  const effective = { ...result.config, dataDir: resolveDataDir(result.config, sources) };
  say(io.stdout, JSON.stringify(maskConfig(effective), null, 2));
  return 0;
}

function path(sources: ConfigSources, io: CliIo): number {
  const location = findConfigPath(sources);
  say(io.stdout, location.path);
  say(
    io.stderr,
    `${sourceTexts[location.source]}, ${location.exists ? 'the file is there' : 'there is no file'}`,
  );
  return 0;
}

function schema(_sources: ConfigSources, io: CliIo): number {
  say(io.stdout, JSON.stringify(configJsonSchema(), null, 2));
  return 0;
}
