/** The blocks of docs/operating.md for nginx and Caddy, as they stand there, before the listener for other machines. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../support/certificate.ts';
import { canMakeFarMachine, makeFarMachine, type FarMachine } from '../../support/far-machine.ts';
import { startProxy, type Proxy, type ProxyKind } from '../../support/proxies.ts';
import { caddyPath, nginxPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { taskOf } from '../../unit/feed/fixtures.ts';
import { askAs, open, startExternalServer, type ExternalServer } from './external-support.ts';
import { ask } from './support.ts';

const hostName = 'bench.example.org';
// Made only where a test runs, or it would stay: what follows all tests does not follow none.
let far: FarMachine | null = null;
if (!canMakeFarMachine)
  console.warn(
    'SKIPPED: clients of a proxy by their addresses, since no network namespace can be made here (Linux, root, iproute2).',
  );
for (const [name, path] of Object.entries({ nginx: nginxPath, Caddy: caddyPath }))
  if (path === null)
    console.warn(`SKIPPED: the blocks for ${name} of docs/operating.md, since it is not here.`);
beforeAll(() => {
  far = makeFarMachine();
});
afterAll(() => far?.remove());

let folder: string;
let running: ExternalServer;
let proxy: Proxy;

/** Starts both: the server with TLS of its own or without, and the proxy by the block that is for it. */
async function start(kind: ProxyKind, hasTlsBehind: boolean): Promise<void> {
  running = await startExternalServer(
    {
      maxConnectionsPerIp: 2,
      ...(hasTlsBehind ? { trustedProxies: ['127.0.0.1'] } : { tls: 'terminated-elsewhere' }),
    },
    { names: [hostName] },
    makeCertificate({ hostName }),
  );
  const { cert, key } = makeCertificate({ hostName });
  const files = { cert: join(folder, 'proxy.pem'), key: join(folder, 'proxy-key.pem') };
  writeFileSync(files.cert, cert);
  writeFileSync(files.key, key);
  const behind = join(folder, 'benchtray.pem');
  writeFileSync(behind, running.certificate.cert);
  const target = `127.0.0.1:${running.server.external?.port ?? 0}`;
  proxy = await startProxy(kind, hasTlsBehind, {
    folder,
    alsoOn: far === null ? [] : [far.nearAddress],
    replace: {
      [`/etc/letsencrypt/live/${hostName}/fullchain.pem`]: files.cert,
      [`/etc/letsencrypt/live/${hostName}/privkey.pem`]: files.key,
      '/etc/nginx/benchtray.pem': behind,
      '/etc/caddy/benchtray.pem': behind,
      '127.0.0.1:8766': target,
      '10.0.0.5:8766': target,
    },
  });
}

const url = (path: string) => `https://127.0.0.1:${proxy.port}${path}`;
const withKey = () => ({ Host: `${hostName}:${proxy.port}`, 'X-API-Key': running.key });
const tell = (taskId: string) =>
  running.feed.commit({ vm: 'vm-a', at: 1, tasks: [{ record: taskOf(taskId), tell: true }] });
const openStreams = async () =>
  Number(
    /^benchtray_streams_open (\d+)$/m.exec((await ask(`${running.server.url}/metrics`)).text)?.[1] ?? NaN,
  );

async function listen(headers: Record<string, string> = {}, query = '?interval=60') {
  const response = await open(url(`/api/benchmark-sse${query}`), { headers: { ...withKey(), ...headers } });
  let said = '';
  response.setEncoding('utf8').on('data', (part: string) => (said += part));
  return { response, hears: (text: string) => until(() => said.includes(text), `"${text}" in: ${said}`) };
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchtray-proxy-'));
});
afterEach(async () => {
  await proxy.stop();
  await running.remove();
  rmSync(folder, { recursive: true });
});

describe.each([
  ['nginx', nginxPath],
  ['caddy', caddyPath],
] as const)('behind %s', (kind, path) => {
  describe.skipIf(path === null).each([
    ['without TLS of its own', false],
    ['with TLS of its own', true],
  ] as const)('%s', (_, hasTlsBehind) => {
    beforeEach(() => start(kind, hasTlsBehind));

    it('every event comes at once, a client that comes back gets what it missed, and one that leaves is noticed', async () => {
      const first = await listen();
      expect(first.response.headers['content-type']).toBe('text/event-stream');
      await first.hears('event: status');
      // Each is waited for before the next is told: a proxy that collects would keep it.
      for (let number = 1; number <= 20; number += 1) {
        tell(`task-${number}`);
        await first.hears(`"task-${number}"`);
      }
      first.response.destroy();
      await until(async () => (await openStreams()) === 0, 'it is noticed that the client has left');
      const back = await listen({ 'Last-Event-ID': running.feed.idOf(18) });
      await back.hears('"replayed":2');
      await back.hears('"task-20"');
      const ended = once(back.response, 'close');
      await running.server.close();
      await ended;
    });

    it('keys are asked for, names and pages are those that the client sees, and a key in the address is not logged', async () => {
      const status = async (headers: Record<string, string>, query = '') =>
        (await askAs(url(`/api/status${query}`), { headers: { Host: hostName, ...headers } })).status;
      const { key } = running;
      expect(await status({})).toBe(401);
      expect(await status({ 'X-API-Key': 'bt_wrong' })).toBe(401);
      expect(await status({ 'X-API-Key': key })).toBe(200);
      expect(await status({ Authorization: `Bearer ${key}` })).toBe(200);
      expect(await status({}, `?api_key=${key}`)).toBe(200);
      expect(await status({ 'X-API-Key': key, Origin: `https://${hostName}` })).toBe(200);
      expect(await status({ 'X-API-Key': key, Origin: 'https://evil.example' })).toBe(403);
      if (kind !== 'nginx') return;
      await until(() => proxy.accessLog().split('\n').length > 7, 'all requests are logged');
      expect(proxy.accessLog()).toContain('"GET /api/status" 200');
      expect(proxy.accessLog()).not.toContain(key);
    });

    it.skipIf(!canMakeFarMachine)(
      'limits count by the address of the client, whatever it says itself',
      async () => {
        if (far === null) throw new Error('There is no other machine');
        const program = `
        import { request } from 'node:https';
        const [url, Host, key] = process.argv.slice(1);
        const status = (number) => new Promise((resolve, reject) => {
          const headers = { Host, 'X-API-Key': key, 'X-Forwarded-For': '20.0.0.' + number };
          request(url, { agent: false, rejectUnauthorized: false, headers }, (response) => {
            response.resume();
            resolve(response.statusCode);
          }).on('error', reject).end();
        });
        const statuses = [];
        for (const number of [1, 2, 3]) statuses.push(await status(number));
        console.log(JSON.stringify(statuses));`;
        const stream = `https://${far.nearAddress}:${proxy.port}/api/benchmark-sse`;
        const words = ['--input-type=module', '-e', program, stream, hostName, running.key];
        const client = far.run(process.execPath, words);
        let said = '';
        client.stdout?.setEncoding('utf8').on('data', (part: string) => (said += part));
        try {
          await until(() => said.endsWith('\n'), 'all three are answered');
          expect(JSON.parse(said)).toEqual([200, 200, 429]);
          // Somebody else is not concerned.
          const other = await listen();
          expect(other.response.statusCode).toBe(200);
          other.response.destroy();
        } finally {
          client.kill('SIGKILL');
        }
      },
    );

    if (kind === 'nginx') return;
    it('the stream goes over HTTP/2 as well', async () => {
      const session = connectHttp2(url(''), { rejectUnauthorized: false, servername: hostName });
      try {
        const stream = session.request({
          ':authority': hostName,
          ':path': '/api/benchmark-sse?interval=60',
          'x-api-key': running.key,
        });
        let said = '';
        stream.setEncoding('utf8').on('data', (part: string) => (said += part));
        await until(() => said.includes('event: status'), 'the picture comes');
        tell('over-h2');
        await until(() => said.includes('"over-h2"'), 'the event comes');
        expect(session.alpnProtocol).toBe('h2');
      } finally {
        session.destroy();
      }
    });
  });
});
