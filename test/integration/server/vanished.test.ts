/** Clients that are gone, or do not read, while the system hides it: it takes megabytes for them and says nothing. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sinkLimits } from '../../../src/main/engine/server/stream/sink.ts';
import { canMakeFarMachine, makeFarMachine, type FarMachine } from '../../support/far-machine.ts';
import { startStopwatch } from '../../support/stopwatch.ts';
import { until } from '../../support/wait.ts';
import { errorOf } from '../../unit/feed/fixtures.ts';
import { startExternalServer, type ExternalServer } from './external-support.ts';
import { ask, openLineClient } from './support.ts';

// Made only where a test runs, or it would stay: what follows all tests does not follow none.
let far: FarMachine | null = null;
if (!canMakeFarMachine)
  console.warn(
    'SKIPPED: a peer that vanishes, since no network namespace can be made here (Linux, root, iproute2).',
  );
const isLinux = process.platform === 'linux';
if (!isLinux) console.warn('SKIPPED: a client that does not read little, which only Linux shows.');

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

describe.skipIf(!canMakeFarMachine)('a peer that vanishes without a word', () => {
  it('is noticed while something is under way, by what it has not acknowledged, and otherwise by asking it', async () => {
    const machine = far;
    if (machine === null) throw new Error('There is no other machine');
    running = await startExternalServer(
      { host: machine.nearAddress },
      { sinkLimits: { ...sinkLimits, maxWaitMs } },
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
      const noticing = startStopwatch();
      await until(async () => (await open()) === 2, 'the busy one is noticed');
      // Two looks, half and a quarter of the time apart here, and the first time that the system sends again.
      expect(noticing.stop()).toBeLessThan(maxWaitMs + 1000 + 1000 + 1500 + 750 + 1000);
      expect(await figure('benchtray_streams_cut_total')).toBe(1);
      await until(async () => (await open()) === 1, 'the idle one is noticed');
      const seen = local.events.length;
      await local.expect(seen + 1);
      local.close();
    } finally {
      for (const client of clients) client.kill('SIGKILL');
    }
  });
});

it.skipIf(!isLinux)(
  'clients that do not read are cut, though the system has room for all of it',
  async () => {
    // Behind one socket for both families, an IPv4 address looks like one of IPv6.
    const start = (host: string) =>
      startExternalServer(
        { host, tls: 'terminated-elsewhere' },
        { sinkLimits: { ...sinkLimits, maxWaitMs } },
      );
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
    // More than a socket takes in that nobody reads, less than the system keeps for it on our side.
    for (let number = 0; number < 10; number += 1)
      running.feed.commit({ vm: 'vm-a', at: 1, moments: [errorOf('vm-a', { detail: 'x'.repeat(100_000) })] });
    await local.expect(10, 'error');
    await until(async () => (await open()) === 1, 'they are noticed');
    expect(await figure('benchtray_streams_cut_total')).toBe(stuck.length);
    // The one that reads has nothing to fear, however long nothing comes.
    expect(local.response.destroyed).toBe(false);
    local.close();
    for (const socket of stuck) socket.destroy();
  },
);

it('an answer that has to wait behind a stream is given up in time, and its place is free', async () => {
  running = await startExternalServer({}, { sinkLimits: { ...sinkLimits, maxWaitMs } });
  const socket = connect(running.server.port, '127.0.0.1').resume();
  socket.write('GET /api/benchmark-sse HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(50));
  await until(async () => (await open()) === 50, 'all are there');
  await once(socket, 'close');
  await until(async () => (await open()) === 0, 'their places are free');
});
