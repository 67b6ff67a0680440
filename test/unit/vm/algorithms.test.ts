import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type ParsedKey } from 'ssh2';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import {
  agentWithoutSha1,
  algorithmsFor,
  outdatedServer,
  withoutSha1,
} from '../../../src/main/engine/vm/ssh/algorithms.ts';
import { connect } from '../../../src/main/engine/vm/ssh/connect.ts';
import { generateKeyPair } from '../../../src/main/engine/demo/keys.ts';

let dir: string;
let rsa: ParsedKey;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'benchtray-algorithms-'));
  execFileSync('ssh-keygen', [
    '-q',
    '-t',
    'rsa',
    '-b',
    '2048',
    '-m',
    'PEM',
    '-N',
    '',
    '-f',
    join(dir, 'rsa'),
  ]);
  rsa = ssh2.utils.parseKey(readFileSync(join(dir, 'rsa'))) as ParsedKey;
});
afterAll(() => rmSync(dir, { recursive: true }));

it('offers nothing with SHA-1, MD5, CBC, RC4 or 3DES, whatever key is known', () => {
  for (const preferred of [[], ['ssh-rsa', 'ssh-dss'], ['sk-ssh-ed25519@openssh.com', 'rsa-sha2-512']])
    expect(JSON.stringify(algorithmsFor(preferred))).not.toMatch(
      /sha1|ssh-rsa|ssh-dss|md5|cbc|arcfour|3des|sk-/,
    );
});

it('offers the types of known host keys first', () => {
  expect(algorithmsFor(['rsa-sha2-512', 'ecdsa-sha2-nistp384']).serverHostKey).toEqual([
    ...['ecdsa-sha2-nistp384', 'rsa-sha2-512'],
    ...['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp521', 'rsa-sha2-256'],
  ]);
});

it('signs with SHA-2 and not with SHA-1 by an RSA key', () => {
  const key = withoutSha1(rsa);
  const data = Buffer.from('data');
  expect(rsa.verify(data, key.sign(data, 'sha512'), 'sha512')).toBe(true);
  expect(key.sign(data, 'sha1')).toBeInstanceOf(Error);
  expect(key.sign(data)).toBeInstanceOf(Error);
  const ed25519 = generateKeyPair();
  const own = ssh2.utils.parseKey(ed25519.privateKey) as ParsedKey;
  expect(withoutSha1(own)).toBe(own);
});

it('asks the agent for no SHA-1 signature by an RSA key', async () => {
  const socket = join(dir, 'agent');
  let connections = 0;
  const server = createServer((peer) => {
    connections += 1;
    peer.destroy();
  }).listen(socket);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const agent = agentWithoutSha1(socket);
  const sign = (options: { hash?: 'sha1' | 'sha256' }): Promise<unknown> =>
    new Promise((resolve) =>
      agent.sign(rsa, Buffer.from('data'), options as never, (error) => resolve(error?.message)),
    );
  expect(await sign({ hash: 'sha1' })).toContain('SHA-1');
  expect(await sign({})).toContain('SHA-1');
  expect(connections).toBe(0);
  expect(await sign({ hash: 'sha256' })).not.toContain('SHA-1');
  expect(connections).toBe(1);
});

it('goes on with the next key where a server wants a SHA-1 signature, and says so where there is none', async () => {
  const next = generateKeyPair();
  const asked: string[] = [];
  const server = new ssh2.Server({ hostKeys: [generateKeyPair().privateKey] }, (client) => {
    saysNoSignatures(client);
    client.on('error', () => undefined);
    client.on('authentication', (context) => {
      if (context.method !== 'publickey') return context.reject(['publickey']);
      asked.push(context.key.algo);
      const isNext = context.key.algo === 'ssh-ed25519';
      if (isNext || context.signature === undefined) context.accept();
      else context.reject();
    });
  });
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const attempt = async (keys: readonly ParsedKey[]) =>
    connect(
      {
        host: '127.0.0.1',
        port: (server.address() as { port: number }).port,
        username: 'me',
        keys: { paths: [], named: true },
        agent: false,
        hostKey: null,
        hostKeyAlias: null,
        jump: null,
      },
      {
        keys: { load: () => Promise.resolve({ keys, problems: [] }) },
        hostKeys: { preferredTypes: () => [], judge: () => ({ kind: 'trusted' }) },
        agentSocket: null,
      },
      { signal: new AbortController().signal, handshakeMs: 10_000 },
    );
  const refused = await attempt([rsa]);
  expect(refused).toMatchObject({ ok: false, problem: { code: 'ssh_auth_failed' } });
  expect(JSON.stringify(refused)).toContain('SHA-1');
  const own = ssh2.utils.parseKey(next.privateKey) as ParsedKey;
  const accepted = await attempt([rsa, own]);
  if (accepted.ok) accepted.client.destroy();
  expect(accepted.ok).toBe(true);
  expect(asked).toContain('ssh-rsa');
});

it('says which kind of algorithm has nothing in common', () => {
  expect(outdatedServer('Handshake failed: no matching C->S MAC')).toBe(
    'this server offers only outdated message authentication codes',
  );
  expect(outdatedServer('Handshake failed: no matching C->S compression')).toBeNull();
  expect(outdatedServer('read ECONNRESET')).toBeNull();
});

/** Makes an ssh2 server as silent as OpenSSH before 7.2, which does not say which signatures it takes (RFC 8308). */
function saysNoSignatures(connection: object): void {
  const { _protocol: protocol } = connection as { readonly _protocol: object };
  let exchange: object | undefined;
  Object.defineProperty(protocol, '_kex', {
    get: () => exchange,
    set(next: object | undefined) {
      exchange = next;
      if (next === undefined) return;
      Object.defineProperty(next, 'remoteExtInfoEnabled', { get: () => false, set: () => undefined });
    },
  });
}
