/** Whom to connect to: the configuration of BenchTray, completed by the person's own ~/.ssh/config. */
import { join } from 'node:path';
import SSHConfig, { type Section } from 'ssh-config';
import type { VmConfig } from '../../config/index.ts';
import { expandSshHome, sshConfigText } from './includes.ts';
import { matchesPatterns } from './patterns.ts';
import { messageOf } from '../../../../shared/message-of.ts';

/** One machine on the way, the last one being the VM. */
export interface SshTarget {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  /** Private keys to offer, in order. `named`: the person named them, so that a missing one is a mistake. */
  readonly keys: { readonly paths: readonly string[]; readonly named: boolean };
  readonly agent: boolean;
  /** Pinned "SHA256:…", null: known_hosts decides. */
  readonly hostKey: string | null;
  /** The name under which known_hosts knows it, where that is not the address. */
  readonly hostKeyAlias: string | null;
  /** Machine to go through, null: connect directly. */
  readonly jump: SshTarget | null;
}

export interface SshPlaces {
  /** The person's home: keys and config lie in `.ssh` below it. */
  readonly home: string;
}

/** OpenSSH's own order of default identities, less the kinds that no current server takes. */
export const usualKeys = ['id_ed25519', 'id_ecdsa', 'id_rsa'];
const defaults = { port: 22, username: 'azureuser' };
const maxJumps = 4;

/**
 * Completes a VM's configuration. What stands in BenchTray's configuration wins; a value left at its default gives way to
 * ~/.ssh/config. Throws an Error with a sentence for the person where the two cannot be brought together.
 */
export function sshTarget(ssh: VmConfig['ssh'], host: string, places: SshPlaces): SshTarget {
  const lookUp = readSshConfig(join(places.home, '.ssh', 'config'), places);
  const own = lookUp(host);
  const username = ssh.username === defaults.username ? (own.user ?? ssh.username) : ssh.username;
  return {
    host: own.hostname ?? host,
    port: ssh.port === defaults.port ? (own.port ?? ssh.port) : ssh.port,
    username,
    keys:
      ssh.privateKey === null
        ? identities(own, places)
        : { paths: [expandSshHome(ssh.privateKey, places.home)], named: true },
    agent: ssh.agent,
    hostKey: ssh.hostKey,
    hostKeyAlias: own.hostkeyalias ?? null,
    jump: jumpTarget(own.proxyjump, ssh.agent, places, lookUp, maxJumps),
  };
}

/** "user@host:port", as it is shown. */
export function addressOf(target: SshTarget): string {
  return `${target.username}@${target.host}:${target.port}`;
}

interface HostSettings {
  readonly hostname?: string;
  readonly user?: string;
  readonly port?: number;
  readonly identityfile?: readonly string[];
  readonly proxyjump?: string;
  readonly hostkeyalias?: string;
}

/** "user@host:port,second" → the chain of machines; the last one named is the nearest to the VM. */
function jumpTarget(
  jumps: string | undefined,
  agent: boolean,
  places: SshPlaces,
  lookUp: (host: string) => HostSettings,
  left: number,
): SshTarget | null {
  if (jumps === undefined || jumps.toLowerCase() === 'none') return null;
  if (left === 0)
    throw new Error('ProxyJump in ~/.ssh/config leads through too many machines, or in a circle.');
  const hops = jumps.split(',');
  const last = hops.pop()?.trim() ?? '';
  const match = /^(?:ssh:\/\/)?(?:([^@]+)@)?(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(last);
  if (match?.[2] === undefined) throw new Error(`ProxyJump in ~/.ssh/config cannot be read: ${jumps}`);
  const name = match[2].replace(/^\[|\]$/g, '');
  const own = lookUp(name);
  return {
    host: own.hostname ?? name,
    port: match[3] === undefined ? (own.port ?? defaults.port) : Number(match[3]),
    username: match[1] ?? own.user ?? defaults.username,
    keys: identities(own, places),
    agent,
    hostKey: null,
    hostKeyAlias: own.hostkeyalias ?? null,
    jump: jumpTarget(hops.length > 0 ? hops.join(',') : own.proxyjump, agent, places, lookUp, left - 1),
  };
}

function identities(own: HostSettings, places: SshPlaces): SshTarget['keys'] {
  if (own.identityfile !== undefined) {
    return { paths: own.identityfile.map((path) => expandSshHome(path, places.home)), named: true };
  }
  return { paths: usualKeys.map((name) => join(places.home, '.ssh', name)), named: false };
}

function readSshConfig(path: string, places: SshPlaces): (host: string) => HostSettings {
  const text = sshConfigText(path, places.home);
  if (text === '') return () => ({});
  let parsed: ReturnType<typeof SSHConfig.parse>;
  try {
    parsed = SSHConfig.parse(text);
  } catch (error) {
    throw new Error(`${path} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return (host) => {
    const found = Object.entries(settingsOf(parsed, host).compute(host, { ignoreCase: true }));
    const read = new Map(found.map(([name, value]) => [name.toLowerCase(), value]));
    const one = (name: string): string | undefined => [read.get(name)].flat()[0];
    if (
      one('proxycommand') !== undefined &&
      one('proxyjump') === undefined &&
      !/^none$/i.test(one('proxycommand') ?? '')
    ) {
      throw new Error(
        `~/.ssh/config gives ${host} a ProxyCommand, which BenchTray does not run. Use ProxyJump instead.`,
      );
    }
    const identityFiles = [read.get('identityfile')].flat().filter((value) => value !== undefined);
    return {
      ...optional('hostname', hostOf(one('hostname')?.replaceAll('%h', host), host)),
      ...optional('user', userOf(one('user'), host)),
      ...optional('port', portOf(one('port'), host)),
      ...optional('identityfile', identityFiles.length > 0 ? identityFiles : undefined),
      ...optional('proxyjump', one('proxyjump')),
      ...optional('hostkeyalias', one('hostkeyalias')),
    };
  };
}

/**
 * Returns the settings for a host, without the sections that hold them. Of the sections, the library would start programs for `Match exec` and
 * `CanonicalizeHostName`, and never end with some patterns. BenchTray starts nothing.
 */
function settingsOf(config: SSHConfig, host: string): SSHConfig {
  const settings = new SSHConfig();
  for (const line of config) {
    if (!('config' in line)) settings.push(line);
    else if (/^host$/i.test(line.param) && matchesPatterns(patternsOf(line), host))
      settings.push(...line.config);
  }
  return settings;
}

function patternsOf({ value }: Section): string[] {
  return typeof value === 'string' ? value.split(',') : value.map(({ val }) => val);
}

function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): Partial<Record<Name, Value>> {
  return value === undefined ? {} : ({ [name]: value } as Partial<Record<Name, Value>>);
}

function portOf(text: string | undefined, host: string): number | undefined {
  if (text === undefined) return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw unfit('Port', host, text, 'a number from 1 to 65535');
}

/** They end up in commands that a person copies, so that a name with a leading dash would be an option of `ssh`. */
function hostOf(text: string | undefined, host: string): string | undefined {
  if (text === undefined || /^[^\s-]\S*$/.test(text)) return text;
  throw unfit('HostName', host, text, 'an address');
}

function userOf(text: string | undefined, host: string): string | undefined {
  if (text === undefined || /^[^\s-]\S*$/.test(text)) return text;
  throw unfit('User', host, text, 'a user name');
}

function unfit(key: string, host: string, found: string, expected: string): Error {
  return new Error(
    `~/.ssh/config gives ${host} an unusable ${key}: found ${JSON.stringify(found)}, expected ${expected}.`,
  );
}
