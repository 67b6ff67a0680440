/** OpenSSH's known_hosts files (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"): read and asked, as pure functions. */
import { createHmac } from 'node:crypto';
import { matchesPatterns } from './patterns.ts';

export interface KnownHost {
  /** Comma separated patterns, or one hashed name ("|1|salt|hash"). */
  readonly names: string;
  /** "ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa", … */
  readonly type: string;
  readonly key: string;
  readonly marker: 'revoked' | 'cert-authority' | null;
}

export type KnownHostVerdict =
  | { readonly kind: 'known' }
  /** Nothing is known of this host. */
  | { readonly kind: 'unknown' }
  /** Other keys than this one are known for it. */
  | { readonly kind: 'changed' }
  | { readonly kind: 'revoked' };

export function parseKnownHosts(text: string): KnownHost[] {
  return text.split(/\r?\n/).flatMap((line): KnownHost[] => {
    const match = /^(?:@(revoked|cert-authority)\s+)?([^@#\s]\S*)\s+(\S+)\s+(\S+)/.exec(line.trim());
    if (match?.[2] === undefined || match[3] === undefined || match[4] === undefined) return [];
    return [
      { names: match[2], type: match[3], key: match[4], marker: (match[1] as KnownHost['marker']) ?? null },
    ];
  });
}

/** How known_hosts writes an address: bare on port 22, else "[host]:port". */
export function knownHostName(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

/** Key types that are known for a host: asking the server for one of these first avoids a false alarm. */
export function knownKeyTypes(entries: readonly KnownHost[], name: string): string[] {
  const types = entries
    .filter((entry) => entry.marker === null && matches(entry.names, name))
    .map((entry) => entry.type);
  return [...new Set(types)];
}

/** Whether this key is the one that is known for that host. `key` is the raw public key as the server sent it. */
export function judgeHostKey(entries: readonly KnownHost[], name: string, key: Buffer): KnownHostVerdict {
  const own = entries.filter((entry) => matches(entry.names, name));
  const encoded = key.toString('base64');
  if (own.some((entry) => entry.marker === 'revoked' && entry.key === encoded)) return { kind: 'revoked' };
  const plain = own.filter((entry) => entry.marker === null);
  if (plain.length === 0) return { kind: 'unknown' };
  return plain.some((entry) => entry.key === encoded) ? { kind: 'known' } : { kind: 'changed' };
}

function matches(names: string, name: string): boolean {
  if (names.startsWith('|1|')) {
    const [, , salt, hash] = names.split('|');
    if (salt === undefined || hash === undefined) return false;
    return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
  }
  return matchesPatterns(names.toLowerCase().split(','), name);
}
