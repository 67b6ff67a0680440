import type { ConfigResult, ConfigSources } from '../engine/config/index.ts';
import { say, type CliIo } from './io.ts';

/** Where the configuration of a command comes from. */
export const configSources = (
  configFlag: string | undefined,
  { env, platformDirs }: CliIo,
): ConfigSources => ({
  configFlag,
  env,
  platformDirs,
});

/** Tells everything that is wrong, or worth knowing, on stderr: one line each. */
export function tellAbout(result: ConfigResult, { stderr }: Pick<CliIo, 'stderr'>): void {
  for (const line of result.ok ? result.warnings : result.problems.map(({ message }) => message))
    say(stderr, line);
}
