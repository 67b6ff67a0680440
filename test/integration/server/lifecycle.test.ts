import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PortTaken } from '../../support/built.ts';
import { errorOf } from '../../unit/feed/fixtures.ts';
import { ask, openLineClient, startTestServer, type TestServer } from './support.ts';
import { startStopwatch } from '../../support/stopwatch.ts';
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

/** A client that asks for the stream and never reads a byte of it. */
async function connectWithoutReading(): Promise<Socket> {
  const socket = connect(running.server.port, '127.0.0.1');
  socket.pause();
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write('GET /api/benchmark-sse?interval=60 HTTP/1.1\r\nHost: localhost\r\n\r\n');
  return socket;
}

it('cuts a client that never reads, while the others get everything', async () => {
  const reader = await openLineClient(`${running.server.url}/api/benchmark-sse?interval=60`);
  const stuck = await connectWithoutReading();
  await eventually(() => {
    expect(running.onDemand.mock.calls).toEqual([[60]]);
  });
  await reader.expect(1, 'status');
  // The system itself takes some megabytes before the server notices; then one more may wait.
  const detail = 'x'.repeat(100_000);
  const count = 300;
  for (let number = 0; number < count; number += 1) {
    running.feed.commit({
      vm: 'vm-a',
      at: number,
      moments: [errorOf('vm-a', { message: String(number), detail })],
    });
    await reader.expect(number + 1, 'error');
  }
  const errors = await reader.expect(count, 'error');
  expect(errors.map((read) => Number(read.data['message']))).toEqual(errors.map((_, index) => index));
  // Only what the system had taken arrives, and then the end.
  let received = 0;
  stuck.on('data', (part: Buffer) => (received += part.length)).resume();
  await once(stuck, 'close');
  expect(received).toBeLessThan((count - 10) * detail.length);
  reader.close();
});

it('ends streams and connections within two seconds, also of a client that does not read', async () => {
  const stuck = await connectWithoutReading();
  await eventually(() => {
    expect(running.onDemand.mock.calls).toEqual([[60]]);
  });
  const reader = await openLineClient(`${running.server.url}/api/benchmark-sse`);
  await reader.expect(1, 'status');
  const detail = 'x'.repeat(500_000);
  for (let number = 0; number < 20; number += 1) {
    running.feed.commit({ vm: 'vm-a', at: number, moments: [errorOf('vm-a', { detail })] });
    // All at once would take a busy machine longer than the end may.
    await reader.expect(number + 1, 'error');
  }
  // On its way when it ends.
  running.feed.commit({ vm: 'vm-a', at: 20, moments: [errorOf('vm-a')] });
  const idle = connect(running.server.port, '127.0.0.1');
  await once(idle, 'connect');
  idle.resume();
  const ended = once(reader.response, 'end');
  const idleClosed = once(idle, 'close');
  const closing = startStopwatch();
  await running.stop();
  isStopped = true;
  expect(closing.stop()).toBeLessThan(2000);
  await Promise.all([ended, idleClosed]);
  expect([reader.response.complete, reader.events.filter((read) => read.event === 'error').length]).toEqual([
    true,
    21,
  ]);
  expect(running.onDemand.mock.calls.at(-1)).toEqual([null]);
  await expect(ask(`${running.server.url}/healthz`)).rejects.toThrow('ECONNREFUSED');
  stuck.destroy();
});

it('ends a hundred streams within two seconds, half of which do not read, though much waits in them', async () => {
  const reading = await Promise.all(Array.from({ length: 50 }, connectWithoutReading));
  let received = 0;
  for (const socket of reading) socket.on('data', (part: Buffer) => (received += part.length)).resume();
  const stuck = await Promise.all(Array.from({ length: 50 }, connectWithoutReading));
  const openStreams = async () => (await ask(`${running.server.url}/metrics`)).text;
  await eventually(async () => {
    expect(await openStreams()).toMatch(/^benchtray_streams_open 100$/m);
  });
  const events = 80;
  const detail = 'x'.repeat(100_000);
  for (let number = 0; number < events; number += 1)
    running.feed.commit({ vm: 'vm-a', at: number, moments: [errorOf('vm-a', { detail })] });
  const closed = Promise.all(reading.map((socket) => once(socket, 'close')));
  const closing = startStopwatch();
  await running.stop();
  isStopped = true;
  expect(closing.stop()).toBeLessThan(2000);
  await closed;
  // Whatever was told in time for it: the rest comes by the last id, from whoever serves next.
  expect(received).toBeGreaterThan(0);
  for (const socket of stuck) socket.destroy();
});

it('listens on both loopback addresses and tells its own', async () => {
  const { url, port } = running.server;
  expect(url).toBe(`http://127.0.0.1:${port}`);
  expect((await ask(`${url}/healthz`)).text).toBe('{"status":"ok","app":"BenchTray","version":"1.2.3"}\n');
  const onSecond = await ask(`http://[::1]:${port}/healthz`).then(
    (answer) => answer.status,
    (error: unknown) => (error as NodeJS.ErrnoException).code,
  );
  // A machine without IPv6 has the first one only.
  expect([200, 'EADDRNOTAVAIL', 'EAFNOSUPPORT']).toContain(onSecond);
});

it('names the BenchTray that holds the port', async () => {
  const { port, url } = running.server;
  const refused = await startTestServer({ port }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(PortTaken);
  expect(refused).toMatchObject({
    code: 'EADDRINUSE',
    port,
    benchTrayUrl: url,
    hint: expect.stringContaining('--port') as string,
  });
  expect((refused as Error).message).toContain(`Port ${port} is taken`);
  expect((refused as Error).message).toContain(`A BenchTray answers there already: ${url}`);
});

it('names the port that something else holds', async () => {
  const other = createServer((_, response) => response.end('{}')).listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const refused = await startTestServer({ port }).catch((error: unknown) => error);
  other.close();
  expect(refused).toMatchObject({ code: 'EADDRINUSE', port, benchTrayUrl: null });
  expect((refused as Error).message).toContain(`Port ${port} is taken`);
});
