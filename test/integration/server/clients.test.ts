import { EventSource } from 'eventsource';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { errorOf, taskOf } from '../../unit/feed/fixtures.ts';
import { startTestServer, type TestServer } from './support.ts';
import { startChild } from '../../support/child.ts';
import { eventually } from '../../support/wait.ts';

let running: TestServer;
beforeEach(async () => {
  running = await startTestServer();
});
afterEach(async () => {
  await running.stop();
});

const tellTask = (taskId: string) =>
  running.feed.commit({ vm: 'vm-a', at: Date.now(), tasks: [{ record: taskOf(taskId), tell: true }] });

/** Hears three tasks, of which the second is told while BenchTray cannot be reached. */
async function tellAcrossRestart(heard: () => readonly string[]): Promise<void> {
  await eventually(() => {
    expect(heard()).toEqual(['connected']);
  });
  tellTask('t1');
  await eventually(() => {
    expect(heard()).toEqual(['connected', 't1']);
  });
  await running.restart();
  tellTask('t2');
  // `retry: 3000` is how long the client waits.
  await eventually(() => {
    expect(heard()).toEqual(['connected', 't1', 'connected', 't2']);
  });
  tellTask('t3');
  await eventually(() => {
    expect(heard().at(-1)).toBe('t3');
  });
  expect(heard()).toEqual(['connected', 't1', 'connected', 't2', 't3']);
}

it('the eventsource package comes back and misses nothing', async () => {
  const source = new EventSource(`${running.server.url}/api/benchmark-sse`);
  const heard: string[] = [];
  source.addEventListener('connected', () => heard.push('connected'));
  source.addEventListener('task_complete', (event) => {
    heard.push((JSON.parse(event.data as string) as { task_id: string }).task_id);
  });
  await tellAcrossRestart(() => heard);
  // Our own errors carry data, which a lost connection does not.
  const errors: unknown[] = [];
  source.addEventListener('error', (event) => errors.push((event as MessageEvent).data));
  running.feed.commit({ vm: 'vm-a', at: 0, moments: [errorOf('vm-a', { message: 'Oh.' })] });
  await eventually(() => {
    expect(errors).toEqual([expect.stringContaining('"message":"Oh."')]);
  });
  source.close();
});

it("Node's own EventSource comes back and misses nothing", async () => {
  // Its pause before a reconnect does not keep a process alive: the interval does.
  const script = `
    setInterval(() => {}, 1000);
    const source = new EventSource(process.argv[1]);
    source.addEventListener('connected', () => console.log('connected'));
    source.addEventListener('task_complete', (event) => console.log(JSON.parse(event.data).task_id));`;
  const child = startChild(process.execPath, [
    '--experimental-eventsource',
    '--no-warnings',
    '-e',
    script,
    `${running.server.url}/api/benchmark-sse`,
  ]);
  try {
    await tellAcrossRestart(() => child.out().split('\n').slice(0, -1));
  } finally {
    await child.stop();
  }
});
