import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { EventSource } from 'eventsource';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { addKey, removeKey } from '../../support/built.ts';
import { makeCertificate } from '../../support/certificate.ts';
import { askAs, open, startExternalServer, type ExternalServer } from './external-support.ts';
import { ask, openLineClient, startTestServer } from './support.ts';
import { startStopwatch } from '../../support/stopwatch.ts';
import { eventually, until } from '../../support/wait.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl)
  console.warn('SKIPPED: the certificate of docs/operating.md, since this machine has no openssl.');

/** However a stream ends: cut off, it is an error besides. */
const hasClosed = (stream: IncomingMessage) =>
  eventually(() => {
    expect(stream.destroyed).toBe(true);
  });

const paths = ['/', '/healthz', '/api/status', '/api/tasks', '/api/runs', '/api/benchmark-sse', '/nowhere'];

describe('keys', () => {
  let running: ExternalServer;
  let assetsDir: string;
  beforeAll(async () => {
    assetsDir = mkdtempSync(join(tmpdir(), 'benchtray-assets-'));
    mkdirSync(join(assetsDir, 'assets'));
    writeFileSync(join(assetsDir, 'index.html'), '<!doctype html>');
    writeFileSync(join(assetsDir, 'assets', 'index.js'), 'void 0;');
    running = await startExternalServer(
      {},
      { assetsDir, names: ['bench.example'], allowedOrigins: ['https://grafana.example'] },
    );
  });
  afterAll(async () => {
    await running.remove();
    rmSync(assetsDir, { recursive: true });
  });
  const bearer = () => ({ Authorization: `Bearer ${running.key}` });

  it.each(paths)('%s needs one', async (path) => {
    for (const headers of [
      {},
      { Authorization: 'Basic Og==' },
      { Authorization: 'Bearer' },
      { Cookie: 'a=b' },
    ]) {
      const answer = await askAs(running.url + path, { headers });
      expect(answer).toMatchObject({
        status: 401,
        headers: {
          'content-type': 'application/problem+json',
          'www-authenticate': 'Bearer realm="BenchTray"',
          'referrer-policy': 'no-referrer',
        },
      });
      expect(JSON.parse(answer.text)).toMatchObject({ title: 'Unauthorized', status: 401 });
    }
    const wrong = await askAs(running.url + path, { headers: { 'X-API-Key': `${running.key}x` } });
    expect(wrong.status).toBe(401);
    expect(wrong.headers['www-authenticate']).toBe('Bearer realm="BenchTray", error="invalid_token"');
    expect(wrong.text).not.toContain(running.key);
  });

  it('are taken from each of their places, whatever the letters of the scheme', async () => {
    const status = async (headers: Record<string, string>, path = '/api/status') =>
      (await askAs(running.url + path, { headers })).status;
    expect(await status(bearer())).toBe(200);
    expect(await status({ authorization: `bearer  ${running.key}` })).toBe(200);
    expect(await status({ 'X-API-Key': running.key })).toBe(200);
    expect(await status({}, `/api/status?api_key=${running.key}`)).toBe(200);
    expect(await status({}, `/api/status?api%5Fkey=${running.key}`)).toBe(200);
    expect(await status({ Authorization: 'Basic Og==', 'X-API-Key': running.key })).toBe(200);
    expect(await status({ 'X-API-Key': 'bt_wrong' }, `/api/status?api_key=${running.key}`)).toBe(401);
  });

  it('are not needed on the loopback listener, and do no harm there', async () => {
    expect((await ask(`${running.server.url}/api/status?api_key=wrong`)).status).toBe(200);
    expect(
      (await ask(`${running.server.url}/api/status`, { headers: { Authorization: 'Bearer wrong' } })).status,
    ).toBe(200);
  });

  it('let EventSource follow the stream', async () => {
    const usual = getCACertificates('default');
    setDefaultCACertificates([running.certificate.cert]);
    const source = new EventSource(`${running.url}/api/benchmark-sse?api_key=${running.key}`);
    const connected = new Promise<MessageEvent>((resolve, reject) => {
      source.addEventListener('connected', resolve);
      source.addEventListener('error', (event) => {
        reject(new Error(event.message));
      });
    });
    const event = await connected.finally(() => {
      setDefaultCACertificates(usual);
    });
    source.close();
    expect(JSON.parse(String(event.data))).toMatchObject({ version: '1.2.3' });
  });

  it('are never needed for a preflight, which tells nothing else', async () => {
    const preflight = {
      'Access-Control-Request-Method': 'GET',
      'Access-Control-Request-Headers': 'authorization',
    };
    const answer = await askAs(`${running.url}/api/status`, {
      method: 'OPTIONS',
      headers: { Origin: 'https://grafana.example', ...preflight },
    });
    expect(answer).toMatchObject({
      status: 204,
      headers: { 'access-control-allow-origin': 'https://grafana.example' },
    });
    expect(answer.headers['access-control-allow-headers']).toMatch(/Authorization, X-API-Key/);
    const foreign = { Origin: 'https://evil.example', ...preflight };
    expect((await askAs(running.url, { method: 'OPTIONS', headers: foreign })).status).toBe(403);
    expect((await askAs(running.url, { method: 'OPTIONS' })).status).toBe(401);
  });

  it('do not help by a foreign name, or from a foreign page', async () => {
    const status = async (headers: Record<string, string>) =>
      (await askAs(`${running.url}/api/status`, { headers: { ...bearer(), ...headers } })).status;
    expect(await status({ Host: 'evil.example' })).toBe(421);
    expect(await status({ Host: 'bench.example:9' })).toBe(200);
    expect(await status({ Host: 'bench.example', Origin: 'https://bench.example' })).toBe(200);
    expect(await status({ Host: 'bench.example', Origin: 'http://bench.example' })).toBe(403);
    expect(await status({ Host: 'bench.example', Origin: 'https://bench.example:9' })).toBe(403);
    expect(await status({ Origin: running.url })).toBe(200);
    expect(await status({ Origin: 'https://evil.example' })).toBe(403);
  });

  it('let a browser have the dashboard, by a cookie that no script and no other host can read', async () => {
    const page = await askAs(`${running.url}/?api_key=${running.key}`);
    expect([page.status, page.text]).toEqual([200, '<!doctype html>']);
    const [cookie = ''] = page.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/^__Host-[a-z-]+=\S+; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
    const Cookie = `theme=dark; ${cookie.split(';')[0] ?? ''}`;
    expect((await askAs(`${running.url}/assets/index.js`, { headers: { Cookie } })).text).toBe('void 0;');
    const stream = await open(`${running.url}/api/benchmark-sse`, { headers: { Cookie } });
    expect(stream.statusCode).toBe(200);
    stream.destroy();

    // From the address bar: the key is not to stay there, nor in the history.
    const navigated = await askAs(`${running.url}/?api_key=${running.key}&vm=a`, {
      headers: { 'Sec-Fetch-Mode': 'navigate' },
    });
    expect(navigated).toMatchObject({ status: 303, headers: { location: '/?vm=a', 'set-cookie': [cookie] } });
    expect((await askAs(`${running.url}/?api_key=wrong`)).headers).not.toHaveProperty('set-cookie');
  });

  it('are kept by their hashes, and added and removed while the server runs', async () => {
    const { key, stored } = await addKey(running.keyFile, 'second');
    expect(readFileSync(running.keyFile, 'utf8')).not.toContain(key);
    // The server knows the new key within a second. Until then each try counts as a wrong key of its address.
    const from = '127.0.0.9';
    const stream = await eventually(async () => {
      const response = await open(`${running.url}/api/benchmark-sse?api_key=${key}`, { from });
      expect(response.statusCode).toBe(200);
      return response;
    });
    stream.resume();
    const other = await openOther();
    await removeKey(running.keyFile, stored.id);
    await hasClosed(stream);
    expect((await askAs(`${running.url}/api/status?api_key=${key}`)).status).toBe(401);
    expect(other.destroyed).toBe(false);
    other.destroy();
  });
  const openOther = () => open(`${running.url}/api/benchmark-sse?api_key=${running.key}`);

  it('are not in the log, even when a request fails', async () => {
    const { feed } = running;
    const broken = vi.spyOn(feed, 'runs').mockImplementation(() => {
      throw new Error('broken');
    });
    const answer = await askAs(`${running.url}/api/runs?api%5Fkey=${running.key}`);
    broken.mockRestore();
    expect(answer.status).toBe(500);
    expect(running.logged).toMatchObject([{ path: '/api/runs', err: new Error('broken') }]);
    expect(JSON.stringify(running.logged) + answer.text).not.toContain(running.key);
  });
});

describe('limits for each client address', () => {
  let running: ExternalServer;
  afterEach(() => running.remove());
  const withKey = (path: string) => `${running.url}${path}?api_key=${running.key}`;

  it('streams: one too many is told so, and comes in when another has gone', async () => {
    running = await startExternalServer({ maxConnectionsPerIp: 2 });
    const from = '127.0.0.2';
    const first = await open(withKey('/api/benchmark-sse'), { from });
    const second = await open(withKey('/api/benchmark-sse'), { from });
    const third = await askAs(withKey('/api/benchmark-sse'), { from });
    expect(third.status).toBe(429);
    expect(Number(third.headers['retry-after'])).toBeGreaterThan(0);
    const elsewhere = await open(withKey('/api/benchmark-sse'), { from: '127.0.0.3' });
    expect([first.statusCode, second.statusCode, elsewhere.statusCode]).toEqual([200, 200, 200]);
    // Other requests are no streams, and the loopback listener knows no limit.
    expect((await askAs(withKey('/api/status'), { from })).status).toBe(200);
    const local = await Promise.all(
      [1, 2, 3].map(() => openLineClient(`${running.server.url}/api/benchmark-sse`)),
    );
    expect(local.map(({ status }) => status)).toEqual([200, 200, 200]);
    for (const client of local) client.close();

    first.destroy();
    await eventually(async () => {
      const next = await open(withKey('/api/benchmark-sse'), { from });
      expect(next.statusCode).toBe(200);
    });
  });

  it('streams in all: both listeners share the number', async () => {
    running = await startExternalServer({}, { maxConnections: 2 });
    const outside = await open(withKey('/api/benchmark-sse'));
    const local = await openLineClient(`${running.server.url}/api/benchmark-sse`);
    expect([outside.statusCode, local.status]).toEqual([200, 200]);
    for (const refused of [
      await askAs(withKey('/api/benchmark-sse')),
      await ask(`${running.server.url}/api/benchmark-sse`),
    ])
      expect([refused.status, Number(refused.headers['retry-after'])]).toEqual([503, 30]);
    local.close();
    outside.destroy();
  });

  it('requests: those beyond the limit wait for the next minute', async () => {
    running = await startExternalServer({ requestsPerMinute: 20 });
    const statuses = async (from: string) => {
      const seen: number[] = [];
      for (let count = 0; count < 22; count += 1)
        seen.push((await askAs(withKey('/healthz'), { from })).status);
      return seen;
    };
    const expected = [...new Array<number>(20).fill(200), 429, 429];
    expect(await statuses('127.0.0.2')).toEqual(expected);
    const { headers } = await askAs(withKey('/healthz'), { from: '127.0.0.2' });
    expect(Number(headers['retry-after'])).toBeGreaterThan(30);
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(await statuses('127.0.0.3')).toEqual(expected);
    expect((await ask(`${running.server.url}/healthz`)).status).toBe(200);
    running.server.reconfigure({
      ...{ names: [], allowedOrigins: [], maxConnections: 1000 },
      external: { ...running.settings, requestsPerMinute: 100 },
    });
    expect((await askAs(withKey('/healthz'), { from: '127.0.0.2' })).status).toBe(200);
  });

  it('wrong keys: who tries many has to wait, also with a right one', async () => {
    running = await startExternalServer();
    const from = '127.0.0.2';
    for (let count = 0; count < 30; count += 1)
      expect((await askAs(`${running.url}/?api_key=bt_${count}`, { from })).status).toBe(401);
    expect((await askAs(withKey('/healthz'), { from })).status).toBe(429);
    expect((await askAs(withKey('/healthz'))).status).toBe(200);
  });

  it('connections: silent ones of one address do not take the places of others', async () => {
    running = await startExternalServer({ maxConnectionsPerIp: 1 });
    const port = running.server.external?.port ?? 0;
    let closed = 0;
    const sockets = Array.from({ length: 60 }, () =>
      connectPlain({ port, host: '127.0.0.1', localAddress: '127.0.0.2' })
        .on('error', () => undefined)
        .on('close', () => (closed += 1))
        .resume(),
    );
    // Later the server also closes those that it has let in, since they stay silent.
    await until(() => closed >= 60 - 33, 'there are too many of one address');
    expect((await askAs(withKey('/healthz'))).status).toBe(200);
    for (const socket of sockets) socket.destroy();
    await eventually(async () => {
      expect((await askAs(withKey('/healthz'), { from: '127.0.0.2' })).status).toBe(200);
    });
  });

  it('behind a proxy, the client is who it says in X-Forwarded-For; from anybody else that counts for nothing', async () => {
    running = await startExternalServer({ tls: 'terminated-elsewhere', requestsPerMinute: 1 });
    const status = async (forwarded: string) =>
      (await askAs(withKey('/healthz'), { headers: { 'X-Forwarded-For': forwarded } })).status;
    expect(await status('20.1.2.3')).toBe(200);
    expect(await status('20.1.2.3')).toBe(429);
    expect(await status('::ffff:20.1.2.3')).toBe(429);
    expect(await status('6.6.6.6, 20.1.2.3, 127.0.0.1')).toBe(429);
    expect(await status('2001:db8::1')).toBe(200);
    expect(await status('2001:DB8:0:0:ffff::2')).toBe(429);
    await running.remove();

    running = await startExternalServer({ requestsPerMinute: 1 });
    expect(await status('20.1.2.3')).toBe(200);
    expect(await status('20.1.2.4')).toBe(429);
  });
});

describe('TLS', () => {
  let running: ExternalServer;
  beforeAll(async () => {
    running = await startExternalServer();
  });
  afterAll(() => running.remove());

  async function handshake(options: object = {}): Promise<TLSSocket> {
    const port = running.server.external?.port ?? 0;
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
    socket.on('error', () => undefined);
    await once(socket, 'secureConnect');
    return socket;
  }

  it('is 1.2 or newer', async () => {
    const socket = await handshake({ maxVersion: 'TLSv1.2' });
    expect(socket.getProtocol()).toBe('TLSv1.2');
    socket.destroy();
    const ancient = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
    await expect(handshake(ancient)).rejects.toThrow(/protocol version|unsupported protocol/i);
  });

  it('does not hold up the end by a handshake that is never completed', async () => {
    const own = await startExternalServer();
    const port = own.server.external?.port ?? 0;
    const silent = connectPlain(port, '127.0.0.1').on('error', () => undefined);
    const halfway = connectPlain(port, '127.0.0.1').on('error', () => undefined);
    // The beginning of a ClientHello.
    halfway.write(Buffer.from('1603010200010001fc0303', 'hex'));
    await Promise.all([once(silent, 'connect'), once(halfway, 'connect')]);
    expect((await askAs(`${own.url}/healthz?api_key=${own.key}`)).status).toBe(200);
    const closed = Promise.all([silent, halfway].map((socket) => once(socket.resume(), 'close')));
    const closing = startStopwatch();
    await own.remove();
    expect(closing.stop()).toBeLessThan(2000);
    await closed;
  });

  it('is there and nothing else: plain HTTP is cut', async () => {
    const socket = connectPlain(running.server.external?.port ?? 0, '127.0.0.1');
    let heard = '';
    socket.on('data', (part: Buffer) => (heard += part.toString('latin1'))).on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'close');
    expect(heard).not.toContain('HTTP/1.1');
    expect((await askAs(`${running.url}/healthz?api_key=${running.key}`)).status).toBe(200);
  });

  it('takes over a renewed certificate without ending a stream, and keeps the old one when the new is broken', async () => {
    const stream = await open(`${running.url}/api/benchmark-sse?api_key=${running.key}&interval=1`);
    let received = 0;
    stream.on('data', (part: Buffer) => (received += part.length));
    const fingerprint = async () => {
      const socket = await handshake();
      const { fingerprint256 } = socket.getPeerCertificate();
      socket.destroy();
      return fingerprint256;
    };
    const before = await fingerprint();
    running.renew({ cert: makeCertificate().cert, key: running.certificate.key });
    await eventually(() => {
      expect(running.logged.map(({ err }) => (err as Error).message)).toEqual([
        expect.stringContaining('belong together'),
      ]);
    });
    expect(await fingerprint()).toBe(before);

    running.renew(makeCertificate());
    await eventually(async () => {
      expect(await fingerprint()).not.toBe(before);
    });
    const soFar = received;
    await eventually(() => {
      expect(received).toBeGreaterThan(soFar);
    });
    expect(stream.destroyed).toBe(false);
    stream.destroy();
  });
});

describe('the start', () => {
  const folder = mkdtempSync(join(tmpdir(), 'benchtray-external-start-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const refusal = async (changes: Parameters<typeof startExternalServer>[0]) =>
    startExternalServer(changes).then(
      async (running) => {
        await running.remove();
        return null;
      },
      (error: unknown) => error as Error,
    );
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it('is refused without a key, and when the keys cannot be read', async () => {
    const none = await refusal({ keyFile: join(folder, 'none.json') });
    expect(none).toMatchObject({
      name: 'UserError',
      exitCode: 2,
      hint: expect.stringContaining('key add') as string,
    });
    expect(none?.message).toContain(join(folder, 'none.json'));
    expect(await refusal({ keyFile: write('broken.json', '{') })).toMatchObject({
      name: 'UserError',
      message: expect.stringContaining('broken.json') as string,
    });
  });

  it('is refused without a certificate that can be used', async () => {
    const { cert, key } = makeCertificate();
    const certFile = write('cert.pem', cert);
    const keyFile = write('key.pem', key);
    const otherKey = write('other.pem', makeCertificate().key);
    for (const tls of [
      { cert: join(folder, 'missing.pem'), key: keyFile },
      { cert: certFile, key: folder },
      { cert: certFile, key: otherKey },
      { cert: keyFile, key: keyFile },
    ])
      expect(await refusal({ tls })).toMatchObject({ name: 'UserError', exitCode: 2 });
    expect(await refusal({ tls: { cert: certFile, key: keyFile } })).toBeNull();
  });

  it.skipIf(!hasOpenssl)(
    'takes the certificate that the documentation makes, and clients can check it',
    async () => {
      const guide = readFileSync(new URL('../../../docs/operating.md', import.meta.url), 'utf8');
      const [, script = ''] = /```bash\n(openssl req .*?)^curl /ms.exec(guide) ?? [];
      const made = spawnSync('bash', ['-e', '-c', script], { cwd: folder, encoding: 'utf8' });
      expect([made.status, made.error]).toEqual([0, undefined]);
      const files = { cert: join(folder, 'fullchain.pem'), key: join(folder, 'privkey.pem') };
      const running = await startExternalServer({ tls: files });
      try {
        expect(running.server.external?.notices).toEqual([]);
        const check = async (servername: string, ca?: Buffer) => {
          const socket = connect({
            ...{ port: running.server.external?.port ?? 0, host: '127.0.0.1', servername },
            ...(ca === undefined ? {} : { ca }),
          });
          await once(socket, 'secureConnect');
          socket.destroy();
          return socket.authorized;
        };
        const ca = readFileSync(files.cert);
        expect(await check('bench.example.org', ca)).toBe(true);
        await expect(check('other.example.org', ca)).rejects.toThrow('altnames');
        await expect(check('bench.example.org')).rejects.toThrow('self-signed');
      } finally {
        await running.remove();
      }
    },
  );

  it('says that a certificate has expired, and that a proxy has to speak TLS', async () => {
    const { cert, key } = makeCertificate({ from: -20, to: -10 });
    const tls = { cert: write('old.pem', cert), key: write('old-key.pem', key) };
    chmodSync(tls.key, 0o600);
    const expired = await startExternalServer({ tls });
    expect(expired.server.external?.notices).toEqual([expect.stringMatching(/old\.pem expired on 20/)]);
    await expired.remove();
    const plain = await startExternalServer({ tls: 'terminated-elsewhere' });
    expect(plain.server.external?.notices).toEqual([expect.stringContaining('plain HTTP')]);
    expect(plain.server.external?.url).toMatch(/^http:/);
    await plain.remove();
  });

  it('can be on all addresses of the machine, each of which is a name of it then', async () => {
    const running = await startExternalServer({ host: '::', requestsPerMinute: 2 }).catch(() =>
      startExternalServer({ host: '0.0.0.0', requestsPerMinute: 2 }),
    );
    const statuses = async (from: string, Host?: string) =>
      (
        await askAs(`${running.url}/healthz?api_key=${running.key}`, {
          from,
          headers: Host === undefined ? {} : { Host },
        })
      ).status;
    expect([await statuses('127.0.0.2'), await statuses('127.0.0.2'), await statuses('127.0.0.2')]).toEqual([
      200, 200, 429,
    ]);
    expect([await statuses('127.0.0.3', '0.0.0.0'), await statuses('127.0.0.3', '[::]')]).toEqual([421, 421]);
    await running.remove();
  });

  it('fails when the port is taken, and leaves nothing behind', async () => {
    const running = await startExternalServer();
    const port = running.server.external?.port ?? 0;
    const error = await refusal({ port });
    expect(error).toMatchObject({
      name: 'UserError',
      message: expect.stringContaining(String(port)) as string,
    });
    await running.remove();
    // Had the loopback listener stayed, this port were not free again.
    const loopback = await startTestServer({ port: running.server.port });
    await loopback.stop();
  });

  it('can be taken back while the server runs', async () => {
    const running = await startExternalServer();
    const stream = await open(`${running.url}/api/benchmark-sse?api_key=${running.key}`);
    stream.resume();
    const local = await openLineClient(`${running.server.url}/api/benchmark-sse`);
    running.server.reconfigure({ names: [], allowedOrigins: [], maxConnections: 1000, external: null });
    await hasClosed(stream);
    await expect(askAs(running.url)).rejects.toThrow('ECONNREFUSED');
    expect(local.response.destroyed).toBe(false);
    local.close();
    await running.remove();
  });
});
