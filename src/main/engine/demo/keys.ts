/** Fresh keys for a server or a user. */
import ssh2, { type ParsedKey } from 'ssh2';

export interface KeyPair {
  /** In OpenSSH's own format, as it stands in a key file. */
  readonly privateKey: string;
  readonly publicKey: ParsedKey;
}

/**
 * An ed25519 pair. ssh2 1.17 takes a public key that begins with a zero byte for a padded number and cuts it short, so that every
 * 256th pair that it makes cannot be read by anyone: another one is made then.
 */
export function generateKeyPair(): KeyPair {
  for (;;) {
    const made = ssh2.utils.generateKeyPairSync('ed25519');
    const publicKey = ssh2.utils.parseKey(made.public);
    if (!(publicKey instanceof Error)) return { privateKey: made.private, publicKey };
  }
}
