/** What goes over the wire, byte by byte. */
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { errorOf } from '../../unit/feed/fixtures.ts';
import { startTestServer, type TestServer } from './support.ts';
import { eventually } from '../../support/wait.ts';

let running: TestServer;
let isStopped: boolean;
beforeEach(async () => {
  isStopped = false;
  running = await startTestServer();
});
afterEach(async () => {
  if (!isStopped) await running.stop();
});

/** All that the server sends to someone who sends this, as it comes. */
function talk(request: string): { said: string; isOver: boolean } {
  const heard = { said: '', isOver: false };
  const socket = connect(running.server.port, '127.0.0.1');
  socket.on('data', (part: Buffer) => (heard.said += part.toString('latin1')));
  socket.on('close', () => (heard.isOver = true));
  socket.write(request);
  return heard;
}

const stream = (version: string) =>
  `GET /api/benchmark-sse?interval=60 HTTP/${version}\r\nHost: localhost\r\n\r\n`;

/** Puts together what came in chunks, and checks each of them. The end is '' when the last, empty chunk has come. */
function readChunks(said: string): { readonly body: string; readonly isWhole: boolean } {
  let body = '';
  for (let rest = said; rest !== '';) {
    const [head, digits] = /^([0-9a-f]+)\r\n/.exec(rest) ?? [];
    if (head === undefined || digits === undefined) throw new Error(`No chunk: ${rest.slice(0, 40)}`);
    const end = head.length + parseInt(digits, 16);
    if (rest.slice(end, end + 2) !== '\r\n') throw new Error(`A chunk has no end: ${digits}`);
    if (digits === '0') return { body, isWhole: rest.length === end + 2 };
    body += rest.slice(head.length, end);
    rest = rest.slice(end + 2);
  }
  return { body, isWhole: false };
}

async function tell(heard: { readonly said: string }): Promise<void> {
  await eventually(() => {
    expect(heard.said).toContain('event: status');
  });
  running.feed.commit({ vm: 'vm-a', at: 1, moments: [errorOf('vm-a', { message: 'Something is wrong.' })] });
  await eventually(() => {
    expect(heard.said).toContain('Something is wrong.');
  });
}

async function stop(heard: { readonly isOver: boolean }): Promise<void> {
  isStopped = true;
  await running.stop();
  await eventually(() => {
    expect(heard.isOver).toBe(true);
  });
}

it('is well-formed chunks from the first to the last, which is empty', async () => {
  const heard = talk(stream('1.1'));
  await tell(heard);
  await stop(heard);
  const [, said = ''] = heard.said.split(/\r\n\r\n(.*)/s);
  const { body, isWhole } = readChunks(said);
  expect(isWhole).toBe(true);
  expect(body).toMatch(/^retry: 3000\n\nevent: connected\n.*\n\nevent: error\n.*\n\n$/s);
});

it('is plain text for a client of HTTP/1.0', async () => {
  const heard = talk(stream('1.0'));
  await tell(heard);
  await stop(heard);
  const [, body] = heard.said.split(/\r\n\r\n(.*)/s);
  expect(body).toMatch(/^retry: 3000\n\nevent: connected\n.*\n\nevent: error\n.*\n\n$/s);
  expect(body).not.toContain('\r');
});

it('waits for the answer to what was asked before on the same connection', async () => {
  const heard = talk(`GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n${stream('1.1')}`);
  await tell(heard);
  await stop(heard);
  const [, health = '', afterwards = ''] = heard.said.split('HTTP/1.1 200 OK');
  expect(health).toContain('application/json');
  const [, said = ''] = afterwards.split(/\r\n\r\n(.*)/s);
  const { body, isWhole } = readChunks(said);
  expect(isWhole).toBe(true);
  expect(body).toMatch(/^retry: 3000\n\nevent: connected\n.*\n\nevent: error\n.*\n\n$/s);
});
