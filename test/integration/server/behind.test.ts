/** A client that is behind and comes back to reading: nothing of the journal is lost, and of the snapshots only the newest is left. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sinkLimits } from '../../../src/main/engine/server/stream/sink.ts';
import { until } from '../../support/wait.ts';
import { errorOf, progressOf, statusOf } from '../../unit/feed/fixtures.ts';
import { openLineClient, startTestServer, type TestServer } from './support.ts';

let running: TestServer;
beforeEach(async () => {
  // Or it would be cut, which others test.
  running = await startTestServer({ sinkLimits: { ...sinkLimits, maxWaitingBytes: Infinity } });
});
afterEach(() => running.stop());

it('gets every event, in order, and no snapshot that a newer one has replaced', async () => {
  const socket = connect(running.server.port, '127.0.0.1');
  let said = '';
  socket.setEncoding('utf8').on('data', (part: string) => (said += part));
  socket.write('GET /api/benchmark-sse?interval=1 HTTP/1.0\r\nHost: localhost\r\n\r\n');
  await until(() => said.includes('event: status'), 'the picture comes');
  socket.pause();
  const other = await openLineClient(`${running.server.url}/api/benchmark-sse?interval=60`);
  const tell = (number: number, detail = '') =>
    running.feed.commit({
      vm: 'vm-a',
      at: 1,
      moments: [errorOf('vm-a', { message: `no-${number}`, detail })],
    });
  // More than the system takes for a socket that nobody reads.
  let count = 0;
  for (; count < 80; count += 1) {
    tell(count, 'x'.repeat(100_000));
    await other.expect(count + 1, 'error');
  }
  const before = process.memoryUsage().rss;
  for (let step = 1; step <= 2000; step += 1) {
    running.feed.setStatus('vm-a', statusOf('vm-a', { connected: step % 2 === 0 }));
    running.feed.setProgress('vm-a', progressOf('vm-a', { current_step: step }), true);
    if (step % 100 === 0) tell((count += 1) - 1);
    if (step % 10 === 0) await new Promise(setImmediate);
  }
  const statuses = other.events.filter(({ event }) => event === 'status').length;
  expect(statuses).toBeGreaterThan(10);
  expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
  socket.resume();
  const lastStep = () => /"current_step":2000\b/.test(said.slice(said.lastIndexOf('event: progress')));
  await until(() => said.includes(`"no-${count - 1}"`) && lastStep(), 'it has caught up');
  expect([...said.matchAll(/"message":"no-(\d+)"/g)].map(([, number]) => Number(number))).toEqual(
    Array.from({ length: count }, (_, index) => index),
  );
  // One before it stopped reading; some that the system had taken by then; and the newest of each.
  const shown = (kind: string) => said.split(`event: ${kind}\n`).length - 1;
  expect(shown('status')).toBeLessThan(statuses / 2);
  expect(shown('progress')).toBeLessThan(20);
  expect(said.slice(said.lastIndexOf('event: status'))).toContain('"connected":true');
  const closed = once(socket, 'close');
  socket.destroy();
  other.close();
  await closed;
});
