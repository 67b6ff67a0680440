import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { StreamMessage } from '../../../src/main/engine/client/index.ts';
import { followStream } from '../../support/built.ts';
import { until } from '../../support/wait.ts';

type Answer = (response: ServerResponse) => void;

let server: Server;
let asked: IncomingMessage[];
/** One for each request; the last one answers all that follow. */
let answers: Answer[];
let messages: StreamMessage[];
let reasons: string[];
let following: { close(): void } | null;

beforeEach(async () => {
  asked = [];
  messages = [];
  reasons = [];
  following = null;
  server = createServer((request, response) => {
    asked.push(request);
    (answers.length > 1 ? answers.shift() : answers[0])?.(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  following?.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const refuse: Answer = (response) => response.writeHead(503).end();
const stream =
  (...frames: readonly string[]): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`retry: 10\n\n${frames.map((frame) => `${frame}\n\n`).join('')}`);
  };
const streamThenEnd =
  (...frames: readonly string[]): Answer =>
  (response) => {
    stream(...frames)(response);
    response.end();
  };
const connected = (id: string) => `event: connected\nid: ${id}\ndata: {}`;

const follow = (silenceMs = 10_000, vm = '*') => {
  const { port } = server.address() as AddressInfo;
  following = followStream({
    url: new URL(`http://127.0.0.1:${String(port)}/api/benchmark-sse?vm=${vm}`),
    onMessage: (message) => messages.push(message),
    onLost: (reason) => reasons.push(reason),
    pauseMs: { least: 5, most: 20 },
    silenceMs,
  });
};
const ids = () => messages.map(({ id }) => id);

it('comes back after refusals, which EventSource itself takes for the end', async () => {
  answers = [refuse, refuse, stream(connected('j-1'))];
  follow();
  await until(() => messages.length >= 1, 'a message');
  expect(reasons).toEqual(['the server answered 503', 'the server answered 503']);
});

it('names the last event after a lost connection in the header, after a refusal in the query', async () => {
  answers = [
    streamThenEnd(connected('j-1'), 'event: status\ndata: {"type":"vm_status"}'),
    streamThenEnd(connected('j-2')),
    refuse,
    stream(connected('j-3')),
  ];
  follow();
  await until(() => messages.length >= 4, 'three connections');
  expect(ids()).toEqual(['j-1', null, 'j-2', 'j-3']);
  expect(asked.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, 'j-1', 'j-2', undefined]);
  expect(asked.at(-1)?.url).toBe('/api/benchmark-sse?vm=*&lastEventId=j-2');
});

it('says in plain words that a server went away', async () => {
  const breakOff: Answer = (response) => {
    stream(connected('j-1'))(response);
    setImmediate(() => response.destroy());
  };
  answers = [breakOff];
  follow();
  await until(() => messages.length > 0 && reasons.length > 0, 'a broken connection');
  expect(reasons[0]).toBe('the server closed it');
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await until(() => reasons.includes('no BenchTray is running there'), 'a refused connection');
});

it('gives up a connection on which nothing comes any more', async () => {
  answers = [stream(connected('j-1')), stream(connected('j-2'))];
  follow(200);
  await until(() => messages.length >= 2, 'a second connection');
  expect(reasons[0]).toBe('the server has gone silent');
  expect(asked[1]?.url).toContain('lastEventId=j-1');
});

it('holds a connection on which only comments come', async () => {
  let comments = 0;
  answers = [
    (response) => {
      stream(connected('j-1'))(response);
      const timer = setInterval(() => {
        comments += 1;
        response.write(': keep-alive\n\n');
      }, 50);
      response.on('close', () => {
        clearInterval(timer);
      });
    },
  ];
  follow(1000);
  await until(() => comments > 40, 'twice the time of silence');
  expect(reasons).toEqual([]);
  expect(asked).toHaveLength(1);
});

it('says why it has nothing', async () => {
  answers = [(response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>')];
  follow();
  await until(() => reasons.length > 0, 'a reason');
  expect(reasons[0]).toContain('expected "text/event-stream"');
});

it('leaves out what is no JSON, and goes on', async () => {
  answers = [stream('event: status\ndata: {', connected('j-1'))];
  follow();
  await until(() => messages.length > 0, 'a message');
  expect(ids()).toEqual(['j-1']);
});

it('asks no more once it is closed', async () => {
  const askedFor = (vm: string) => asked.filter(({ url }) => url?.includes(`vm=${vm}`)).length;
  answers = [refuse];
  follow(10_000, 'first');
  await until(() => askedFor('first') > 1, 'a second request');
  following?.close();
  const before = askedFor('first');
  // A while, measured by how often another one asks.
  follow(10_000, 'second');
  await until(() => askedFor('second') > 10, 'requests of another one');
  // One request may have been on its way.
  expect(askedFor('first')).toBeLessThanOrEqual(before + 1);
});

it('gives up an event without an end, and holds no more than one of 16 MiB', async () => {
  const mebibyte = 'x'.repeat(1024 * 1024);
  let sent = 0;
  const endless: Answer = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const write = (): void => {
      if (response.destroyed) return;
      sent += 1;
      // Lines end, and the event does not.
      if (response.write(`data: ${mebibyte}\n`)) setImmediate(write);
      else response.once('drain', write);
    };
    write();
  };
  answers = [endless, stream(connected('j-1'))];
  follow();
  await until(() => messages.length >= 1, 'the next connection');
  expect(ids()).toEqual(['j-1']);
  expect(sent).toBeLessThan(64);
});
