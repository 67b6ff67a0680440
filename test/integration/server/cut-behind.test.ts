/** The journal is cut while a client is far behind: it is not left to believe that it has everything. */
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sinkLimits } from '../../../src/main/engine/server/stream/sink.ts';
import { pruneNow } from '../../support/prune.ts';
import { until } from '../../support/wait.ts';
import { errorOf } from '../../unit/feed/fixtures.ts';
import { openLineClient, startTestServer, type TestServer } from './support.ts';

let running: TestServer;
beforeEach(async () => {
  running = await startTestServer({ sinkLimits: { ...sinkLimits, maxWaitingBytes: Infinity } });
});
afterEach(() => running.stop());

it('ends the stream of a client whose next events were pruned, and sends `gap` when it comes back', async () => {
  const { feed, server } = running;
  const detail = 'x'.repeat(100_000);
  for (let number = 0; number < 200; number += 1)
    feed.commit({ vm: 'vm-a', at: 1, moments: [errorOf('vm-a', { message: `no-${number}`, detail })] });
  const socket = connect(server.port, '127.0.0.1');
  let said = '';
  let isEnded = false;
  socket.setEncoding('utf8').on('data', (part: string) => (said += part));
  socket.on('end', () => (isEnded = true));
  socket.write(`GET /api/benchmark-sse?lastEventId=${feed.idOf(0)} HTTP/1.0\r\nHost: localhost\r\n\r\n`);
  await until(() => said.includes('"no-0"'), 'the replay begins');
  socket.pause();
  expect(said).toContain('"replayed":200');
  pruneNow(feed, { olderThanMs: 0 });
  socket.resume();
  await until(() => isEnded, 'the stream ends');
  const ids = [...said.matchAll(/^id: (\S+)$/gm)].map(([, id]) => id ?? '');
  const whole = said.endsWith('\n\n') ? ids : ids.slice(0, -1);
  expect(said).not.toContain('"no-199"');
  socket.destroy();
  const again = await openLineClient(`${server.url}/api/benchmark-sse?lastEventId=${whole.at(-1) ?? ''}`);
  const [connected] = await again.expect(1, 'connected');
  expect(connected?.data).toMatchObject({ gap: true });
  again.close();
});
