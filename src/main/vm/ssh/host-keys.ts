/** Whether a server is the one it should be: pinned key, the person's known_hosts, else trust on first use, kept in a file of ours. */
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  judgeHostKey,
  knownHostName,
  knownKeyTypes,
  parseKnownHosts,
  type KnownHost,
} from './known-hosts.ts';
import { terminalOf } from '../../terminal.ts';
import type { SshPlaces, SshTarget } from './target.ts';

export type HostKeyVerdict =
  | { readonly kind: 'trusted' }
  /** Seen for the first time, and kept from now on. */
  | { readonly kind: 'first_use'; readonly fingerprint: string }
  | {
      readonly kind: 'refused';
      readonly message: string;
      readonly hint: string;
      readonly fingerprint: string;
      /** The file in which another key is known for it, and the name it has there; null: no file is the reason. */
      readonly known: { readonly file: string; readonly name: string } | null;
    };

export interface HostKeys {
  /** Key types to ask the server for first. */
  preferredTypes(target: SshTarget): string[];
  judge(target: SshTarget, key: Buffer): HostKeyVerdict;
}

/** @param options.keep false: a key that is seen for the first time is told, and written down nowhere */
export function createHostKeys(options: {
  readonly ownFile: string;
  readonly places: SshPlaces;
  readonly keep?: boolean;
}): HostKeys {
  const files = [join(options.places.home, '.ssh', 'known_hosts'), '/etc/ssh/ssh_known_hosts'];

  // Read anew for each connection: the person may have mended a file in between.
  function personsEntries(): KnownHost[] {
    return files.flatMap((file) => parseKnownHosts(readText(file)));
  }

  return {
    preferredTypes(target) {
      const entries = [...personsEntries(), ...parseKnownHosts(readText(options.ownFile))];
      // A known "ssh-rsa" key is proved by the newer signatures of the same key.
      return knownKeyTypes(entries, nameOf(target)).flatMap((type) =>
        type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [type],
      );
    },

    judge(target, key) {
      const fingerprint = fingerprintOf(key);
      const name = nameOf(target);
      const refused = (message: string, hint: string, file: string | null = null): HostKeyVerdict => ({
        kind: 'refused',
        message,
        hint,
        fingerprint,
        known: file === null ? null : { file, name },
      });
      if (target.hostKey !== null) {
        if (target.hostKey.replace(/=$/, '') === fingerprint) return { kind: 'trusted' };
        return refused(
          `The host key of ${name} is ${fingerprint}, but ${target.hostKey} is pinned in the configuration.`,
          'If the VM was made anew, put the new fingerprint into "ssh.hostKey"; if not, somebody may be listening in.',
        );
      }
      const person = judgeHostKey(personsEntries(), name, key).kind;
      const own =
        person === 'unknown'
          ? judgeHostKey(parseKnownHosts(readText(options.ownFile)), name, key).kind
          : person;
      if (own === 'known') return { kind: 'trusted' };
      if (own === 'unknown') {
        if (options.keep === false) return { kind: 'first_use', fingerprint };
        mkdirSync(dirname(options.ownFile), { recursive: true, mode: 0o700 });
        appendFileSync(options.ownFile, `${name} ${typeOf(key)} ${key.toString('base64')}\n`, {
          mode: 0o600,
        });
        return { kind: 'first_use', fingerprint };
      }
      if (own === 'revoked')
        return refused(
          `The host key of ${name} (${fingerprint}) is marked as revoked.`,
          'Do not connect to this machine.',
        );
      const file = person === 'unknown' ? options.ownFile : join(options.places.home, '.ssh', 'known_hosts');
      const command = terminalOf(process.platform).line`ssh-keygen -R ${name} -f ${file}`;
      const how = command === null ? `from ${file}` : `with: ${command}`;
      return refused(
        `The host key of ${name} has changed: it is now ${fingerprint}.`,
        `If the VM was made anew, remove the old key ${how} — if not, somebody may be listening in.`,
        file,
      );
    },
  };
}

/** "SHA256:…" without padding, as `ssh-keygen -l` prints it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

function nameOf(target: SshTarget): string {
  return target.hostKeyAlias?.toLowerCase() ?? knownHostName(target.host, target.port);
}

/** A public key begins with the length and the name of its type (RFC 4253, 6.6). */
function typeOf(key: Buffer): string {
  return key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1');
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
