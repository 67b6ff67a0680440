/** Clients that vanished or do not read, although the system accepts megabytes for them first. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sinkLimits } from '../../../src/main/engine/server/stream/sink.ts';
import { canMakeFarMachine, makeFarMachine, type FarMachine } from '../../support/far-machine.ts';
import { until } from '../../support/wait.ts';
import { errorOf } from '../../unit/feed/fixtures.ts';
import { startExternalServer, type ExternalServer } from './external-support.ts';
import { ask, openLineClient, type LineClient } from './support.ts';

// Made only where a test runs, or it would stay: what follows all tests does not follow none.
let far: FarMachine | null = null;
if (!canMakeFarMachine)
  console.warn(
    'SKIPPED: a peer that vanishes, since no network namespace can be made here (Linux, root, iproute2).',
  );

/** Instead of a minute. */
const maxWaitMs = 3000;
const reader = `
  const response = await fetch(process.argv[1]);
  for await (const part of response.body) process.stdout.write(part);`;

let running: ExternalServer;
afterEach(() => running.remove());
beforeAll(() => {
  far = makeFarMachine();
});
afterAll(() => far?.remove());

async function figure(name: string): Promise<number> {
  const { text } = await ask(`${running.server.url}/metrics`);
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
}
const open = () => figure('benchtray_streams_open');

/** Sends large events until only this many streams are left: more than the system accepts for any client that takes nothing. */
async function sendUntilOpen(left: number, local: LineClient): Promise<void> {
  const before = local.events.filter(({ event }) => event === 'error').length;
  let sent = 0;
  await until(async () => {
    running.feed.commit({ vm: 'vm-a', at: 1, moments: [errorOf('vm-a', { detail: 'x'.repeat(100_000) })] });
    // The client that reads keeps up.
    await local.expect(before + (sent += 1), 'error');
    return (await open()) === left;
  }, 'the clients that take nothing are disconnected');
}

describe.skipIf(!canMakeFarMachine)('a peer that vanishes without a word', () => {
  it('is found by probes while it is idle, and by the write limit while events are under way', async () => {
    const machine = far;
    if (machine === null) throw new Error('There is no other machine');
    running = await startExternalServer(
      { host: machine.nearAddress },
      // The system does not probe a connection while a keep-alive comment waits for its acknowledgement.
      { sinkLimits: { ...sinkLimits, maxWaitMs, keepAliveMs: 60_000 } },
    );
    const url = (interval: number) =>
      `https://${machine.nearAddress}:${running.server.external?.port ?? 0}/api/benchmark-sse?api_key=${running.key}&interval=${interval}`;
    const follow = (interval: number) =>
      machine.run(process.execPath, ['--no-warnings', '--input-type=module', '-e', reader, url(interval)], {
        NODE_TLS_REJECT_UNAUTHORIZED: '0',
      });
    const clients = [follow(1), follow(60)];
    try {
      for (const client of clients) if (client.stdout !== null) await once(client.stdout, 'data');
      const local = await openLineClient(`${running.server.url}/api/benchmark-sse?interval=1`);
      await until(async () => (await open()) === 3, 'all are there');
      machine.cut();
      await until(async () => (await open()) === 2, 'the idle one is noticed');
      expect(await figure('benchtray_streams_cut_total')).toBe(0);
      await sendUntilOpen(1, local);
      expect(await figure('benchtray_streams_cut_total')).toBe(1);
      const seen = local.events.length;
      await local.expect(seen + 1);
      local.close();
    } finally {
      for (const client of clients) client.kill('SIGKILL');
    }
  });
});

it('disconnects clients that do not read, once the system accepts no more for them', async () => {
  // Behind one socket for both families, an IPv4 address looks like one of IPv6.
  const start = (host: string) =>
    startExternalServer({ host, tls: 'terminated-elsewhere' }, { sinkLimits: { ...sinkLimits, maxWaitMs } });
  let addresses = ['127.0.0.1', '::1'];
  running = await start('::').catch(() => {
    addresses = ['127.0.0.1'];
    return start('0.0.0.0');
  });
  const outside = addresses.map((host) => connect(running.server.external?.port ?? 0, host));
  const stuck = [connect(running.server.port, '127.0.0.1'), ...outside];
  for (const socket of stuck) {
    socket.pause().on('error', () => undefined);
    socket.write(
      `GET /api/benchmark-sse?interval=60 HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${running.key}\r\n\r\n`,
    );
  }
  const local = await openLineClient(`${running.server.url}/api/benchmark-sse?interval=60`);
  await until(async () => (await open()) === stuck.length + 1, 'all are there');
  const before = process.memoryUsage().rss;
  await sendUntilOpen(1, local);
  expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
  expect(await figure('benchtray_streams_cut_total')).toBe(stuck.length);
  // The client that reads keeps its stream, however long nothing comes.
  expect(local.response.destroyed).toBe(false);
  local.close();
  for (const socket of stuck) socket.destroy();
});

it('an answer that has to wait behind a stream is given up in time, and its place is free', async () => {
  running = await startExternalServer({}, { sinkLimits: { ...sinkLimits, maxWaitMs } });
  const socket = connect(running.server.port, '127.0.0.1').resume();
  socket.write('GET /api/benchmark-sse HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(50));
  await until(async () => (await open()) === 50, 'all are there');
  await once(socket, 'close');
  await until(async () => (await open()) === 0, 'their places are free');
});
