import { maskSecrets, maskSecretsIn, maskUrl } from '../../../shared/mask-secrets.ts';
import type { Config, HookConfig } from './schema.ts';

/** The configuration as it may be shown: addresses of hooks without their tokens, no passwords anywhere. Paths to keys stay. */
export function maskConfig(config: Config): Config {
  const masked = maskSecretsIn(config) as Config;
  return { ...masked, hooks: config.hooks.map(maskHook) };
}

function maskHook(hook: HookConfig): HookConfig {
  return {
    ...hook,
    ...(hook.url === undefined ? {} : { url: maskUrl(hook.url) }),
    ...(hook.command === undefined ? {} : { command: hook.command.map(maskArgument).map(maskSecrets) }),
    ...(hook.headers === undefined ? {} : { headers: maskHeaders(hook.headers) }),
  };
}

/** What stands in the file itself may be a token; the name of an environment variable is none. */
function maskHeaders(headers: NonNullable<HookConfig['headers']>): HookConfig['headers'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? '***' : value]),
  );
}

/** Options whose value is the next word of a command. */
const secretOption = /^-.*(?:key|token|secret|password|passphrase|auth|user)$|^-u$/i;

const maskArgument = (word: string, index: number, words: readonly string[]): string =>
  secretOption.test(words[index - 1] ?? '') ? '***' : word;
