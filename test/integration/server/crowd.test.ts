/** A thousand clients: the tray and the window live on the same thread, and have to get their turn. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, it } from 'vitest';
import { until } from '../../support/wait.ts';
import { errorOf } from '../../unit/feed/fixtures.ts';
import { ask, startTestServer } from './support.ts';

const clientCount = 999;
const events = 30;
const everyMs = 100;
const resolutionMs = 10;

it('keeps the main thread free while a thousand clients are told ten events a second', async () => {
  const running = await startTestServer();
  const crowd = fork(
    join(import.meta.dirname, 'crowd-clients.ts'),
    [String(running.server.port), String(clientCount)],
    { execArgv: [] },
  );
  const received = async (): Promise<number> => {
    crowd.send('how many?');
    const [bytes] = (await once(crowd, 'message')) as [number];
    return bytes;
  };
  try {
    await until(
      async () => {
        const { text } = await ask(`${running.server.url}/metrics`);
        return text.includes(`\nbenchtray_streams_open ${clientCount}\n`);
      },
      'all are there',
      30_000,
    );
    const before = await received();
    const loop = monitorEventLoopDelay({ resolution: resolutionMs });
    loop.enable();
    let told = 0;
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        running.feed.commit({
          vm: 'vm-a',
          at: 1,
          moments: [errorOf('vm-a', { message: String((told += 1)), detail: 'x'.repeat(200) })],
        });
        if (told < events) return;
        clearInterval(timer);
        resolve();
      }, everyMs);
    });
    loop.disable();
    await until(async () => (await received()) - before > clientCount * events * 300, 'all has come', 30_000);
    const [p50Ms, p99Ms] = [50, 99].map((share) => loop.percentile(share) / 1e6 - resolutionMs);
    console.log(
      `The main thread with ${clientCount} clients: late by ${p50Ms?.toFixed(1)} ms (p50), ${p99Ms?.toFixed(1)} ms (p99)`,
    );
    // A person sees what takes longer than 100 ms. Measured on two cores that others use, too: 28 to 38. The rest is for slower machines.
    expect(p50Ms).toBeLessThan(20);
    expect(p99Ms).toBeLessThan(200);
  } finally {
    crowd.kill('SIGKILL');
    await running.stop();
  }
});
