/** How slow a client of a long answer may be. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import { PacedAnswer, type PaceLimits } from '../../../src/main/engine/server/http/paced-answer.ts';
import { until } from '../../support/wait.ts';

/** More than the buffers of the system hold. */
const pieces = Array.from({ length: 30 }, (_, index) =>
  String.fromCharCode(97 + (index % 26)).repeat(1_000_000),
);

let server: Server;
let client: Socket;
let isCut: boolean;
afterEach(() => {
  client.destroy();
  server.close();
});

/** Asks for the answer. */
async function ask(limits: PaceLimits): Promise<void> {
  isCut = false;
  server = createServer((_request, response) => {
    response.once('close', () => (isCut = !response.writableFinished));
    const answer = new PacedAnswer(response, limits);
    for (const piece of pieces) answer.write(piece);
    answer.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.write('GET / HTTP/1.0\r\nHost: localhost\r\n\r\n');
}

it('reaches a client that reads, whole and in order', async () => {
  await ask({ windowMs: 60_000, leastShare: 0.1 });
  expect((await text(client)).split('\r\n\r\n')[1]).toBe(pieces.join(''));
  expect(isCut).toBe(false);
});

it('is cut if the client takes nothing', async () => {
  await ask({ windowMs: 100, leastShare: 0.1 });
  await until(() => isCut, 'the client is cut');
});

it('is cut if the client takes a little now and then', async () => {
  await ask({ windowMs: 100, leastShare: 0.1 });
  client.pause();
  client.on('error', () => undefined);
  await until(() => {
    client.read(1_000);
    return isCut;
  }, 'the client is cut');
});

it('waits for no client before it is made', async () => {
  await ask({ windowMs: 60_000, leastShare: 0.1 });
  client.pause();
  const [socket] = (await once(server, 'connection')) as [Socket];
  await until(() => socket.writableNeedDrain, 'the client is behind');
  client.destroy();
  await until(() => isCut, 'the client has gone');
});
