/** What no proper client sends, in bytes, on both listeners: refused in a sentence, and of no consequence for anybody else. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect as connectPlain, type AddressInfo, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attend, closeServer } from '../../../src/main/engine/server/http/attend.ts';
import { startStopwatch } from '../../support/stopwatch.ts';
import { eventually, until } from '../../support/wait.ts';
import { errorOf } from '../../unit/feed/fixtures.ts';
import { startExternalServer, type ExternalServer } from './external-support.ts';
import { ask, openLineClient } from './support.ts';

let running: ExternalServer;
beforeAll(async () => {
  running = await startExternalServer({ requestsPerMinute: 1_000_000, maxConnectionsPerIp: 1000 });
});
afterAll(() => running.remove());

interface Spoken {
  readonly socket: Socket;
  readonly heard: () => string;
}
type Listener = 'loopback' | 'external';

function dial(listener: Listener): Spoken {
  const { server } = running;
  const socket =
    listener === 'loopback'
      ? connectPlain(server.port, '127.0.0.1')
      : connectTls({ port: server.external?.port ?? 0, host: '127.0.0.1', rejectUnauthorized: false });
  let heard = '';
  socket.on('error', () => undefined);
  socket.setEncoding('utf8').on('data', (part: string) => (heard += part));
  return { socket, heard: () => heard };
}

/** Says this, and gives what comes back until the server closes. */
async function speak(listener: Listener, text: string): Promise<string> {
  const { socket, heard } = dial(listener);
  socket.write(text, 'latin1');
  await once(socket, 'close');
  return heard();
}

const withKey = () => `Host: localhost\r\nX-API-Key: ${running.key}\r\n`;
const statusLines = (heard: string) => heard.match(/^HTTP\/1\.1 \d+/gm) ?? [];

describe.each(['loopback', 'external'] as const)('the %s listener', (listener) => {
  it('bounds addresses, headers and bodies', async () => {
    const get = (rest: string) => speak(listener, `GET ${rest}`);
    const long = 'x'.repeat(9000);
    expect(await get(`/?${long} HTTP/1.1\r\n${withKey()}\r\n`)).toMatch(/^HTTP\/1.1 414 [^]*"status":414/);
    expect(await get(`/ HTTP/1.1\r\n${withKey()}A: ${long}\r\nB: ${long}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431 [^]*"status":431/,
    );
    expect(await get(`/healthz HTTP/1.1\r\n${withKey()}Content-Length: 1000000\r\n\r\nabc`)).toMatch(
      /^HTTP\/1.1 413 [^]*"status":413/,
    );
    expect(
      await get(`/healthz HTTP/1.1\r\n${withKey()}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`),
    ).toMatch(/^HTTP\/1.1 400 /);
  });

  it('passes over a small body, and keeps the connection', async () => {
    const request = `GET /healthz HTTP/1.1\r\n${withKey()}`;
    const heard = await speak(
      listener,
      `${request}Content-Length: 2\r\n\r\n{}${request}Connection: close\r\n\r\n`,
    );
    expect(statusLines(heard)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200']);
    // How long this one is, nobody knows: the answer comes, and the connection ends.
    const endless = await speak(listener, `${request}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`);
    expect(statusLines(endless)).toEqual(['HTTP/1.1 200']);
  });

  it('answers requests that come all at once in their order', async () => {
    const paths = Array.from({ length: 200 }, (_, index) => `/nowhere/${index}`);
    const last = `GET /healthz HTTP/1.1\r\n${withKey()}Connection: close\r\n\r\n`;
    const all = paths.map((path) => `GET ${path} HTTP/1.1\r\n${withKey()}\r\n`).join('');
    const heard = await speak(listener, all + last);
    expect([...heard.matchAll(/nothing at (\S+)\./g)].map(([, path]) => path)).toEqual(paths);
  });

  it('answers what is no reading, and what no server has to know, as it answers anything', async () => {
    const ask = (first: string, headers = '') =>
      speak(listener, `${first} HTTP/1.1\r\n${withKey()}${headers}Connection: close\r\n\r\n`);
    for (const method of ['POST', 'TRACE', 'QUERY', 'PROPFIND'])
      expect(await ask(`${method} /healthz`)).toMatch(/^HTTP\/1.1 405 [^]*\r\nAllow: GET, HEAD, OPTIONS\r\n/);
    expect(await ask('CONNECT localhost:80')).toMatch(
      /^HTTP\/1.1 405 [^]*\r\nAllow: GET, HEAD, OPTIONS\r\n[^]*"status":405/,
    );
    expect(await ask('GET *')).toMatch(/^HTTP\/1.1 400 [^]*"status":400/);
    expect(await ask('OPTIONS *')).toMatch(/^HTTP\/1.1 204 [^]*\r\nAllow: GET, HEAD, OPTIONS\r\n/);
    expect(await ask('GET /healthz', 'Expect: something\r\n')).toMatch(/^HTTP\/1.1 200 [^]*"ok"/);
    const strangers = `GET /healthz HTTP/1.1\r\nHost: evil.example\r\nExpect: x\r\nConnection: close\r\n\r\n`;
    expect(await speak(listener, strangers)).toMatch(/^HTTP\/1.1 421 /);
    expect(await ask('GET /healthz', 'Connection: Upgrade\r\nUpgrade: h2c\r\n')).toMatch(/^HTTP\/1.1 200 /);
  });

  it('closes after an answer to what is no request, also when the other side does not', async () => {
    for (const text of ['What is this?\r\n\r\n', `CONNECT localhost:80 HTTP/1.1\r\n${withKey()}\r\n`]) {
      const { socket, heard } = dial(listener);
      socket.allowHalfOpen = true;
      socket.write(text);
      await once(socket, 'end');
      expect(statusLines(heard())).toHaveLength(1);
      // Whoever is gone answers with a reset.
      const gone = new Promise((resolve) => socket.once('error', resolve).once('close', resolve));
      const talking = setInterval(() => socket.write('still here'), 50);
      await gone;
      clearInterval(talking);
      socket.destroy();
    }
  });

  it('is not led to say anything in the midst of a stream by CONNECT', async () => {
    const heard = await speak(
      listener,
      `GET /api/benchmark-sse HTTP/1.1\r\n${withKey()}\r\nCONNECT localhost:80 HTTP/1.1\r\n${withKey()}\r\n`,
    );
    expect(statusLines(heard).slice(1)).toEqual([]);
  });

  it('writes nothing into a stream whose client sends something else behind it', async () => {
    const heard = await speak(
      listener,
      `GET /api/benchmark-sse HTTP/1.1\r\n${withKey()}\r\nWhat is this?\r\n\r\n`,
    );
    expect(statusLines(heard).slice(1)).toEqual([]);
    expect(heard).not.toContain('problem+json');
  });

  it('ends a connection on which no request comes, or only a part of one, within some seconds', async () => {
    const waiting = startStopwatch();
    const silent = dial(listener);
    const slow = dial(listener);
    slow.socket.write('GET /healthz HTTP/1.1\r\nHost: local');
    const dripping = setInterval(() => slow.socket.write('h'), 500);
    await Promise.all([once(silent.socket, 'close'), once(slow.socket, 'close')]);
    clearInterval(dripping);
    expect(waiting.stop()).toBeLessThan(14_000);
    expect(slow.heard()).toMatch(/^HTTP\/1.1 408 [^]*"status":408/);
  });
});

it('cuts those who ask for much and do not read it, and nobody else', async () => {
  const megabytes = 20;
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  // One for all answers: to fill each anew would hold up this process, and the reader with it.
  const body = Buffer.alloc(megabytes * 1_000_000);
  const server = attend(createServer(), {
    onRequest: (_, response) => response.end(body),
    log,
    // On a busy machine, 20 MB take some seconds, also to a client that reads.
    maxWaitMs: 10_000,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const dialAndAsk = (): Socket => {
    const socket = connectPlain(port, '127.0.0.1').on('error', () => undefined);
    socket.pause().write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(3));
    return socket;
  };
  let arrived = 0;
  server.on('connection', () => (arrived += 1));
  const connections = () =>
    new Promise<number>((resolve) => {
      server.getConnections((_, count) => {
        resolve(count);
      });
    });
  try {
    const stuck = Array.from({ length: 10 }, dialAndAsk);
    await until(() => arrived >= 10, 'all have come');
    // Whoever reads has all three answers, though they take some time.
    const reader = dialAndAsk();
    let received = 0;
    reader.on('data', (part: Buffer) => (received += part.length)).resume();
    await until(() => received > 3 * megabytes * 1_000_000, 'everything has come');
    reader.destroy();
    await until(async () => (await connections()) === 0, 'the others are cut');
    for (const socket of stuck) socket.destroy();
  } finally {
    await closeServer(server);
  }
});

/** A request that is wrong in one way or another: the same one for the same number. */
function hostileRequest(number: number): string {
  const path = [
    '/',
    '/%00',
    '/%ff%fe',
    '/..%2f..%2fetc/passwd',
    '//a//b',
    '/api/runs/%F0%9F%92%A5',
    '*',
    'x',
    '',
  ][number % 9];
  const method = ['GET', 'POST', 'BREW', 'CONNECT', 'G\u0000T', 'get', 'TRACE', 'PRI'][number % 8];
  const header = [
    'Last-Event-ID: \u00ff\u00fe',
    `Last-Event-ID: ${'9'.repeat(3000)}`,
    'Last-Event-ID: a-1\r\n b',
    `Cookie: ${'a=b;'.repeat(1000)}`,
    'Content-Length: -1',
    'Transfer-Encoding: chunked, gzip',
    'Expect: 100-continue',
    'Upgrade: websocket\r\nConnection: Upgrade',
    'Origin: null',
    'If-None-Match: "',
    'Authorization: Bearer \u0080',
    'Range: bytes=0-',
    `X: ${'y'.repeat(20_000)}`,
  ][number % 13];
  const version = number % 17 === 0 ? 'HTTP/9.9' : 'HTTP/1.1';
  return `${method ?? ''} ${path ?? ''} ${version}\r\nHost: localhost\r\nConnection: close\r\n${header ?? ''}\r\n\r\n`;
}

it('goes on serving others through ten thousand of them, without a stack trace, and without growing', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heapBytes = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const reader = await openLineClient(`${running.server.url}/api/benchmark-sse`);
  let next = 0;
  const answers = new Map<string, number>();
  const attack = async (upTo: number): Promise<void> => {
    while (next < upTo) {
      const number = (next += 1);
      // TLS costs, and makes no difference behind the handshake.
      const heard = await speak(number % 20 === 0 ? 'external' : 'loopback', hostileRequest(number));
      expect(heard).not.toMatch(/\bat .*(?:node:|\.ts:)/);
      const status = heard.slice(0, 12);
      answers.set(status, (answers.get(status) ?? 0) + 1);
    }
  };
  const attackers = (upTo: number) => Promise.all(Array.from({ length: 20 }, () => attack(upTo)));
  await attackers(2000);
  const before = heapBytes();
  await attackers(10_000);
  expect(heapBytes() - before).toBeLessThan(10_000_000);

  running.feed.commit({ vm: 'vm-a', at: 1, moments: [errorOf('vm-a', { message: 'Still there.' })] });
  expect((await reader.expect(1, 'error'))[0]?.data).toMatchObject({ message: 'Still there.' });
  reader.close();
  expect((await ask(`${running.server.url}/healthz`)).status).toBe(200);
  expect(running.logged).toEqual([]);
  expect([...answers.keys()].filter((status) => /^HTTP\/1.1 5/.test(status))).toEqual([]);
  expect(answers.size).toBeGreaterThan(5);
  await eventually(() => {
    expect(running.onDemand.mock.calls.at(-1)).toEqual([null]);
  });
}, 600_000);
