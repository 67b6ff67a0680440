/** The HTTP half of what the web-platform-tests' folder `eventsource/` says of servers; the names are theirs. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { EventSource } from 'eventsource';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../support/wait.ts';
import { taskOf } from '../../unit/feed/fixtures.ts';
import { askAs, open, startExternalServer, type ExternalServer } from './external-support.ts';
import { ask, openLineClient } from './support.ts';

let running: ExternalServer;
const maxConnectionsPerIp = 6;
beforeEach(async () => {
  running = await startExternalServer({
    ...{ tls: 'terminated-elsewhere', maxConnectionsPerIp },
    requestsPerMinute: 10_000,
  });
});
afterEach(() => running.remove());

const stream = () => `${running.server.url}/api/benchmark-sse`;
const outside = (query = '') => `${running.url}/api/benchmark-sse${query}`;
const openStreams = async () =>
  Number(
    /^benchtray_streams_open (\d+)$/m.exec((await ask(`${running.server.url}/metrics`)).text)?.[1] ?? NaN,
  );

it.each<Record<string, string>>([
  {},
  { Accept: 'text/event-stream', 'Cache-Control': 'no-store' },
  { Accept: '*/*', 'Cache-Control': 'no-cache', Pragma: 'no-cache' },
  { Accept: 'text/html;q=0.9' },
  { 'Accept-Encoding': 'gzip, br' },
])('request-accept, request-cache-control, format-mime: %j gets the stream as it is', async (headers) => {
  const client = await openLineClient(stream(), headers);
  expect(client.status).toBe(200);
  expect(client.headers).toMatchObject({
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache, no-transform',
  });
  expect(client.headers).not.toHaveProperty('content-encoding');
  await client.expect(1, 'status');
  client.close();
});

describe('request-status-error: a refusal is no stream, and ends an EventSource for good', () => {
  async function expectFinal(url: string, status: number, headers: Record<string, string> = {}) {
    const answer = await askAs(url, { headers });
    expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/problem+json']);
    const source = new EventSource(url, {
      fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, ...headers } }),
    });
    const codes: unknown[] = [];
    source.addEventListener('error', (event) => codes.push(event.code));
    await until(() => source.readyState === EventSource.CLOSED, 'it gives up');
    expect(codes).toEqual([status]);
  }

  it('400, 403 and 404', async () => {
    await expectFinal(`${stream()}?interval=soon`, 400);
    await expectFinal(stream(), 403, { Origin: 'https://evil.example' });
    await expectFinal(`${stream()}?vm=none`, 404);
  });

  it('401', () => expectFinal(outside(), 401));

  it('429 and 503', async () => {
    const key = `?api_key=${running.key}`;
    const streams = await Promise.all(Array.from({ length: maxConnectionsPerIp }, () => open(outside(key))));
    await expectFinal(outside(key), 429);
    for (const one of streams) one.destroy();
    running.server.reconfigure({
      ...{ names: [], allowedOrigins: [], maxConnections: 0 },
      external: running.settings,
    });
    await expectFinal(stream(), 503);
  });

  it('405, 414 and 421, which none can cause by itself', async () => {
    for (const [status, asked] of [
      [405, await ask(stream(), { method: 'POST' })],
      [414, await ask(`${stream()}?${'x'.repeat(9000)}`)],
      [421, await ask(stream(), { headers: { Host: 'evil.example' } })],
    ] as const)
      expect([asked.status, asked.headers['content-type']]).toEqual([status, 'application/problem+json']);
  });
});

it.each([
  ['safe', 'abc-1'],
  ['with an unsafe byte', 'a(1):{"'],
  ['over 128 bytes', 'x'.repeat(200)],
  ['of bytes that are no text', '\u00ff\u00fe'],
  ['with a number that no event can have', 'JOURNAL-999999999999999999999'],
  ['that no event ever had', 'JOURNAL-7'],
  ['with a sign', 'JOURNAL--1'],
  ['with a leading zero', 'JOURNAL-01'],
])(
  'eventsource-cross-origin-preflight, format-field-id: an id %s is a gap, never an error',
  async (_, text) => {
    const id = text.replace('JOURNAL', running.feed.journalId);
    const client = await openLineClient(stream(), { 'Last-Event-ID': id });
    const [connected] = await client.expect(1, 'connected');
    expect([client.status, connected?.data['replayed'], connected?.data['gap']]).toEqual([200, 0, true]);
    client.close();
  },
);

it('format-field-id: an empty one is a new client', async () => {
  for (const id of ['', '  ']) {
    const client = await openLineClient(stream(), { 'Last-Event-ID': id });
    const [connected] = await client.expect(1, 'connected');
    expect(connected?.data).not.toHaveProperty('gap');
    client.close();
  }
});

it('eventsource-reconnect: cut off at any byte, it comes back to exactly what it has not got', async () => {
  const tell = (number: number) =>
    running.feed.commit({ vm: 'vm-a', at: 1, tasks: [{ record: taskOf(`task-${number}`), tell: true }] });
  let lastId = running.feed.idOf(0);
  const seen: string[] = [];
  let told = 0;
  for (let bytes = 600; seen.length < 40; bytes += 37) {
    for (let count = 0; count < 3; count += 1) tell((told += 1));
    const socket = connect(running.server.port, '127.0.0.1');
    socket.write(
      `GET /api/benchmark-sse?interval=60 HTTP/1.0\r\nHost: localhost\r\nLast-Event-ID: ${lastId}\r\n\r\n`,
    );
    let said = '';
    while (said.length < bytes) said += String((await once(socket, 'data'))[0]);
    socket.resetAndDestroy();
    // What an EventSource makes of so many bytes: a frame without its end is none.
    const whole = said.slice(0, bytes).split('\n\n').slice(0, -1);
    for (const frame of whole) {
      const [, id] = /^id: (.*)$/m.exec(frame) ?? [];
      if (id !== undefined) lastId = id;
      const [, taskId] = /"task_id":"([^"]*)"/.exec(frame) ?? [];
      if (taskId !== undefined) seen.push(taskId);
    }
  }
  expect(seen).toEqual(seen.map((_, index) => `task-${index + 1}`));
});

it('eventsource-close, request-cancellation: a storm of clients that leave at any moment leaves nothing behind', async () => {
  let number = 0;
  async function comeAndGo(): Promise<void> {
    const turn = (number += 1);
    const port = turn % 2 === 0 ? running.server.port : (running.server.external?.port ?? 0);
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    const leave = () => (turn % 3 === 0 ? socket.resetAndDestroy() : socket.destroy());
    const closed = once(socket, 'close');
    const request = `GET /api/benchmark-sse?interval=${(turn % 7) + 1} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${running.key}\r\n\r\n`;
    // Before the request is complete, right after it, with the head, or in the midst of the events.
    if (turn % 5 === 0) socket.write(request.slice(0, turn % request.length), leave);
    else if (turn % 5 === 1) socket.write(request, leave);
    else {
      let left = turn % 5;
      socket.on('data', () => ((left -= 1) <= 1 ? leave() : undefined));
      socket.write(request);
    }
    await closed;
  }
  let told = 0;
  const telling = setInterval(() => {
    const record = taskOf(`task-${(told += 1)}`);
    running.feed.commit({ vm: 'vm-a', at: 1, tasks: [{ record, tell: true }] });
  }, 10);
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      while (number < 600) await comeAndGo();
    }),
  );
  clearInterval(telling);
  await until(async () => (await openStreams()) === 0, 'no stream is left');
  expect(running.onDemand.mock.calls.at(-1)).toEqual([null]);
  // All places of this address are free again.
  const streams = await Promise.all(
    Array.from({ length: maxConnectionsPerIp }, () => open(outside(`?api_key=${running.key}`))),
  );
  expect(streams.map(({ statusCode }) => statusCode)).toEqual(streams.map(() => 200));
  for (const one of streams) one.destroy();
  expect(running.logged).toEqual([]);
});
