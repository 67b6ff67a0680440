/** The algorithms that BenchTray offers to SSH servers: those that are safe today, without SHA-1, MD5, CBC and 3DES. */
import ssh2, { type Algorithms, type BaseAgent, type ParsedKey, type ServerHostKeyAlgorithm } from 'ssh2';

/** The order is the preference. ssh2 takes the first one that the server has too. */
const kex = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group-exchange-sha256',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group18-sha512',
  'diffie-hellman-group14-sha256',
] as const;
const serverHostKey = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const;
const cipher = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'chacha20-poly1305@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
] as const;
const hmac = [
  'hmac-sha2-256-etm@openssh.com',
  'hmac-sha2-512-etm@openssh.com',
  'hmac-sha2-256',
  'hmac-sha2-512',
] as const;

/**
 * Returns what to offer to one server.
 * @param preferred types of its known host keys, offered first so that the server shows one that can be compared
 */
export function algorithmsFor(preferred: readonly string[]): Algorithms {
  const isPreferred = (type: ServerHostKeyAlgorithm): boolean => preferred.includes(type);
  return {
    kex: [...kex],
    serverHostKey: [
      ...serverHostKey.filter(isPreferred),
      ...serverHostKey.filter((type) => !isPreferred(type)),
    ],
    cipher: [...cipher],
    hmac: [...hmac],
  };
}

const sha1Refused =
  'the server accepts an RSA key only with a SHA-1 signature (ssh-rsa), which BenchTray does not make';

/** Returns the key, which refuses to sign with SHA-1. ssh2 asks for that where the server offers nothing better. */
export function withoutSha1(key: ParsedKey): ParsedKey {
  if (key.type !== 'ssh-rsa') return key;
  const sign: ParsedKey['sign'] = (data, algorithm) =>
    isSha2(algorithm)
      ? key.sign(data, algorithm)
      : // ssh2 takes an error as the answer, as its own keys give it; the types leave that out.
        (new Error(sha1Refused) as never);
  return Object.assign(Object.create(key) as ParsedKey, { sign });
}

/** Returns the agent behind this socket, which refuses to sign with SHA-1 for an RSA key. */
export function agentWithoutSha1(socket: string): BaseAgent {
  const agent = ssh2.createAgent(socket);
  const sign = agent.sign.bind(agent) as (...words: unknown[]) => void;
  return Object.assign(agent, {
    sign(key: ParsedKey, data: Buffer, options: unknown, done: unknown) {
      const { hash } = (typeof options === 'object' ? options : {}) as { hash?: string };
      if (key.type !== 'ssh-rsa' || isSha2(hash)) {
        sign(key, data, options, done);
        return;
      }
      const answer = (typeof options === 'function' ? options : done) as (error: Error) => void;
      answer(new Error(sha1Refused));
    },
  });
}

function isSha2(algorithm: string | undefined): boolean {
  return algorithm === 'sha256' || algorithm === 'sha512';
}

const kinds: Readonly<Record<string, string>> = {
  'key exchange algorithm': 'key exchange algorithms',
  'host key format': 'host key algorithms',
  'C->S cipher': 'ciphers',
  'S->C cipher': 'ciphers',
  'C->S MAC': 'message authentication codes',
  'S->C MAC': 'message authentication codes',
};

export const outdatedHint =
  'Update the SSH server on the VM, or allow current algorithms in its sshd_config (KexAlgorithms, HostKeyAlgorithms, Ciphers, MACs).';

/** Returns a sentence if ssh2 found no algorithm in common with the server; else null. */
export function outdatedServer(errorMessage: string): string | null {
  const [, kind = ''] = /no matching (.+)$/.exec(errorMessage) ?? [];
  const what = kinds[kind];
  return what === undefined ? null : `this server offers only outdated ${what}`;
}
