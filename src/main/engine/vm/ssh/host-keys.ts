/** Whether a server is the one it should be: pinned key, the person's known_hosts, else trust on first use, kept in a file of ours. */
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { appendOwnFile, makeOwnFolder, readUserFileSync } from '../../files/index.ts';
import {
  judgeHostKey,
  knownHostName,
  knownKeyTypes,
  parseKnownHosts,
  type KnownHost,
  type KnownHostVerdict,
} from './known-hosts.ts';
import { terminalOf } from '../../common/terminal.ts';
import type { SshPlaces, SshTarget } from './target.ts';
import { messageOf } from '../../../../shared/message-of.ts';

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
  const personsFile = join(options.places.home, '.ssh', 'known_hosts');
  const files = [personsFile, '/etc/ssh/ssh_known_hosts'];

  // Read again for each connection: the person may have corrected a file in between.
  const personsEntries = (): KnownHost[] => files.flatMap(entriesOf);

  return {
    preferredTypes(target) {
      let entries: KnownHost[] = [];
      try {
        entries = [...personsEntries(), ...entriesOf(options.ownFile)];
      } catch {
        // The verdict says what is wrong with the file.
      }
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
      let person: KnownHostVerdict['kind'];
      let own: KnownHostVerdict['kind'];
      try {
        person = judgeHostKey(personsEntries(), name, key).kind;
        own = person === 'unknown' ? judgeHostKey(entriesOf(options.ownFile), name, key).kind : person;
      } catch (error) {
        return refused(
          `BenchTray cannot tell whether the host key of ${name} is the right one: ${messageOf(error)}.`,
          'Make the file readable, or move it away.',
        );
      }
      if (own === 'known') return { kind: 'trusted' };
      if (own === 'unknown') {
        if (options.keep === false) return { kind: 'first_use', fingerprint };
        try {
          makeOwnFolder(dirname(options.ownFile));
          appendOwnFile(options.ownFile, `${name} ${typeOf(key)} ${key.toString('base64')}\n`);
        } catch (error) {
          // Without this file, every connection would count as the first one, and any host key would pass.
          return refused(
            `BenchTray cannot keep the host key of ${name} in ${options.ownFile}: ${messageOf(error)}.`,
            'Make room and let this user write the file, or pin the key in "ssh.hostKey".',
          );
        }
        return { kind: 'first_use', fingerprint };
      }
      if (own === 'revoked')
        return refused(
          `The host key of ${name} (${fingerprint}) is marked as revoked.`,
          'Do not connect to this machine.',
        );
      const file = person === 'unknown' ? options.ownFile : personsFile;
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

/** Large organisations distribute files of some megabytes. */
const mostBytes = 16 * 1_048_576;

/**
 * Returns what a file knows; nothing if it is missing or, as with `ssh`, may not be read.
 * @throws Error if it is there and cannot be read otherwise: a key that is known must not pass as new
 */
function entriesOf(file: string): KnownHost[] {
  try {
    return parseKnownHosts(readUserFileSync(file, { maxBytes: mostBytes }).toString());
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(code)) return [];
    throw new Error(`${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
