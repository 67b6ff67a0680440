import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { PlatformDirs } from './platform-dirs.ts';
import { expandHome } from '../common/expand-home.ts';

/** What decides where the configuration comes from. */
export interface ConfigSources {
  /** Value of `--config`, where it was given. */
  readonly configFlag?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platformDirs: PlatformDirs;
}

export interface ConfigLocation {
  /** Absolute. */
  readonly path: string;
  readonly source: '--config' | 'BENCHTRAY_CONFIG' | 'default';
  readonly exists: boolean;
}

/** Says which file is read: `--config`, else `$BENCHTRAY_CONFIG`, else `config.json` in the per-user config folder. */
export function findConfigPath({ configFlag, env, platformDirs }: ConfigSources): ConfigLocation {
  const fromEnv = env['BENCHTRAY_CONFIG'];
  const locate = (path: string, source: ConfigLocation['source']): ConfigLocation => {
    const absolute = resolve(expandHome(path, platformDirs.home));
    return { path: absolute, source, exists: existsSync(absolute) };
  };
  if (configFlag !== undefined) return locate(configFlag, '--config');
  if (fromEnv !== undefined && fromEnv !== '') return locate(fromEnv, 'BENCHTRAY_CONFIG');
  return locate(join(platformDirs.config, 'config.json'), 'default');
}
