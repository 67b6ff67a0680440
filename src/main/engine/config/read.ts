import { dirname, resolve } from 'node:path';
import { readUserFile } from '../files/index.ts';
import { findConfigPath, type ConfigLocation, type ConfigSources } from './find.ts';
import { parseConfig } from './parse.ts';
import { foundText, problem, type ConfigProblem } from './problem.ts';
import { subscriptionPlaceholder } from './schema-vm.ts';
import { configSchema, defaultConfig, type Config } from './schema.ts';
import { requireText } from './text.ts';
import { expandHome } from '../common/expand-home.ts';
import { UserError } from '../../../shared/user-error.ts';

export type ConfigResult =
  | {
      readonly ok: true;
      /** With every default filled in and every path absolute. */
      readonly config: Config;
      /** The file that was read, or null where there is none. */
      readonly path: string | null;
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/**
 * Reads the configuration from where `findConfigPath` says. Without a file at the default place everything has its
 * default; a file that was asked for by name has to be there. Never rejects.
 */
export async function readConfig(sources: ConfigSources): Promise<ConfigResult> {
  const location = findConfigPath(sources);
  const read = await readText(location);
  if ('problems' in read) return { ok: false, ...read };
  return configFromText(read.text, location.path, sources);
}

/** The same from a text that has been read already; null stands for "there is no file". */
export function configFromText(
  text: string | null,
  path: string,
  { env, platformDirs }: Pick<ConfigSources, 'env' | 'platformDirs'>,
): ConfigResult {
  const parsed = text === null ? { ok: true as const, config: defaultConfig } : parseConfig(text, path);
  if (!parsed.ok) return parsed;
  const config = withAbsolutePaths(parsed.config, dirname(path), platformDirs.home);
  const warnings = placeholderWarnings(config, path);
  return withVmFromEnv({ ok: true, config, path: text === null ? null : path, warnings }, env);
}

/** Returns a warning for each VM whose subscription is still the one of the documentation's example. */
function placeholderWarnings({ vms }: Config, path: string): readonly string[] {
  return vms
    .filter(({ azure }) => azure?.subscriptionId === subscriptionPlaceholder)
    .map(
      ({ name }) =>
        `${path}: "azure.subscriptionId" of ${name} is the placeholder "${subscriptionPlaceholder}". Write the id of your subscription there: az account show --query id`,
    );
}

/** The folder for journal, history, known hosts and log: `dataDir`, else `$BENCHTRAY_DATA_DIR`, else the platform's. */
export function resolveDataDir(
  config: Config,
  { env, platformDirs }: Pick<ConfigSources, 'env' | 'platformDirs'>,
): string {
  if (config.dataDir !== null) return config.dataDir;
  const fromEnv = env['BENCHTRAY_DATA_DIR'];
  if (fromEnv === undefined || fromEnv === '') return platformDirs.data;
  if (/^~[^/\\]/.test(fromEnv)) {
    throw new UserError(
      `BENCHTRAY_DATA_DIR: found ${foundText(fromEnv)}, expected a whole path, since "~" is the home folder of nobody else.`,
      { exitCode: 2 },
    );
  }
  return resolve(expandHome(fromEnv, platformDirs.home));
}

async function readText({
  path,
  source,
}: ConfigLocation): Promise<
  { readonly text: string | null } | { readonly problems: readonly ConfigProblem[] }
> {
  try {
    return { text: requireText(await readUserFile(path)) };
  } catch (error) {
    const failure = error as NodeJS.ErrnoException;
    const { code } = failure;
    const missing = code === 'ENOENT' || code === 'ENOTDIR';
    if (missing && source === 'default') return { text: null };
    const what = missing
      ? `found no file here, expected the configuration that ${source} names`
      : readFailure(failure);
    return { problems: [problem(path, '', null, what)] };
  }
}

/** Says why a configuration file cannot be read. */
export function readFailure({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EISDIR') return 'found a folder, expected a file';
  if (code === 'EACCES' || code === 'EPERM')
    return 'found a file that may not be read, expected a readable one';
  const why = `cannot be read: ${message}`;
  if (code !== 'ENOTREG') return why;
  // As with `--config <(command)`. A second reading, after a change, would find nothing in it.
  return `${why}, which can be read again when it changes. Write what a command prints to a file first`;
}

/** Paths on this machine: `~` is the home folder, and a relative one starts at the folder of the configuration file. */
function withAbsolutePaths(config: Config, folder: string, home: string): Config {
  const absolute = (path: string) => resolve(folder, expandHome(path, home));
  const absoluteOrNull = (path: string | null) => (path === null ? null : absolute(path));
  const { external } = config.server;
  const files =
    external === null || external.tls === 'terminated-elsewhere'
      ? external
      : { ...external, tls: { cert: absolute(external.tls.cert), key: absolute(external.tls.key) } };
  return {
    ...config,
    dataDir: absoluteOrNull(config.dataDir),
    server: { ...config.server, external: files },
    vms: config.vms.map((vm) => ({
      ...vm,
      ssh: { ...vm.ssh, privateKey: absoluteOrNull(vm.ssh.privateKey) },
    })),
    hooks: config.hooks.map((hook) => ({
      ...hook,
      ...(hook.command === undefined ? {} : { command: withAbsoluteProgram(hook.command, absolute) }),
    })),
  };
}

/** A program by its name alone is looked for where the system has its programs. Arguments stay as they are. */
function withAbsoluteProgram(
  [program = '', ...parameters]: readonly string[],
  absolute: (path: string) => string,
): readonly string[] {
  return [/[/\\]/.test(program) ? absolute(program) : program, ...parameters];
}

/** The VM that `WAA_VM_IP` names; null: it names none. */
export function vmOfEnv(env: ConfigSources['env']) {
  const address = env['WAA_VM_IP']?.trim() ?? '';
  return address === '' ? null : { name: 'waa-vm', ssh: { host: address } };
}

/** `WAA_VM_IP` is all that users of the earlier tool ever set. A VM in the file is the more exact word. */
function withVmFromEnv(
  result: ConfigResult & { readonly ok: true },
  env: ConfigSources['env'],
): ConfigResult {
  const vm = vmOfEnv(env);
  if (vm === null) return result;
  const address = vm.ssh.host;
  if (result.config.vms.length > 0) {
    const warning = `WAA_VM_IP=${address} is ignored, because ${result.path ?? 'the configuration'} names its own VMs.`;
    return { ...result, warnings: [...result.warnings, warning] };
  }
  const parsed = configSchema.shape.vms.safeParse([vm]);
  if (parsed.success) return { ...result, config: { ...result.config, vms: parsed.data } };
  return {
    ok: false,
    problems: [problem('WAA_VM_IP', '', null, `found ${foundText(address)}, expected the address of the VM`)],
  };
}
