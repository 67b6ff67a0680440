import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { conditionOf, errorOf, progressOf, statusOf, taskOf } from '../../unit/feed/fixtures.ts';
import { ask, openLineClient, startTestServer, type LineClient, type TestServer } from './support.ts';
import { pruneNow } from '../../support/prune.ts';
import { eventually } from '../../support/wait.ts';

let running: TestServer;
let clients: LineClient[];
beforeEach(async () => {
  clients = [];
  running = await startTestServer();
});
afterEach(async () => {
  for (const client of clients) client.close();
  await running.stop();
});

async function connect(query = '', headers: Record<string, string> = {}): Promise<LineClient> {
  const client = await openLineClient(`${running.server.url}/api/benchmark-sse${query}`, headers);
  clients.push(client);
  return client;
}
const tellTask = (taskId: string, vm = 'vm-a') =>
  running.feed.commit({ vm, at: Date.now(), tasks: [{ record: taskOf(taskId, { vm }), tell: true }] });
const names = (client: LineClient) => client.events.map((read) => read.event);
const taskIds = (client: LineClient) =>
  client.events.filter((read) => read.event === 'task_complete').map((read) => read.data['task_id']);

describe('the opening', () => {
  it('has the promised headers and begins with the promised lines', async () => {
    running.feed.setStatus('vm-a', statusOf('vm-a', { phase: 'booting' }));
    running.feed.setProgress('vm-a', progressOf('vm-a', { state: 'finished' }), true);
    const client = await connect('?interval=0.2');
    await client.expect(4);
    expect([client.status, client.response.httpVersion]).toEqual([200, '1.1']);
    expect(client.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'transfer-encoding': 'chunked',
      vary: 'Origin',
    });
    expect(client.headers).not.toHaveProperty('content-length');
    expect(names(client)).toEqual(['connected', 'vms', 'status', 'progress']);
    expect(client.lines.slice(0, 4)).toEqual([
      'retry: 3000',
      '',
      'event: connected',
      `id: ${running.feed.idOf(0)}`,
    ]);
    expect(client.lines[4]).toMatch(/^data: \{/);
    expect(client.lines[5]).toBe('');
    expect(client.events[0]?.data).toEqual({
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      interval: 1,
      version: '1.2.3',
      replayed: 0,
    });
    expect(client.events[2]?.data).toEqual(statusOf('vm-a', { phase: 'booting' }));
    expect(client.events.map((read) => read.id)).toEqual([running.feed.idOf(0), null, null, null]);
  });

  it('gives a status before the first look', async () => {
    const client = await connect('?vm=*');
    const statuses = await client.expect(2, 'status');
    expect(statuses.map((read) => [read.data['vm'], read.data['checked_at'], read.data['probe']])).toEqual([
      ['vm-a', null, { status: 'Not checked yet', vnc_url: 'http://20.123.45.67:8006' }],
      ['vm-b', null, { status: 'Not checked yet', vnc_url: null }],
    ]);
  });

  it('tells how often somebody wants news', async () => {
    const slow = await connect('?interval=30');
    const fast = await connect('?interval=2');
    fast.close();
    await eventually(() => {
      expect(running.onDemand.mock.calls).toEqual([[30], [2], [30]]);
    });
    slow.close();
    await eventually(() => {
      expect(running.onDemand.mock.calls.at(-1)).toEqual([null]);
    });
  });
});

describe('what was missed', () => {
  it('comes after `connected` and before the picture, in order, also after a restart', async () => {
    const first = await connect();
    tellTask('t1');
    const [seen] = await first.expect(1, 'task_complete');
    running.feed.commit({ vm: 'vm-a', at: Date.now(), began: [conditionOf('vm-a', 'probe_down')] });
    first.close();
    await running.restart();
    tellTask('t2');
    running.feed.commit({
      vm: 'vm-a',
      at: Date.now(),
      ended: [{ code: 'probe_down', message: 'Up again.' }],
    });

    const back = await connect('', { 'Last-Event-ID': seen?.id ?? '' });
    await back.expect(6);
    expect(names(back)).toEqual(['connected', 'vms', 'error', 'task_complete', 'recovered', 'status']);
    expect(back.events[0]).toMatchObject({ id: seen?.id, data: { replayed: 3 } });
    expect(back.events[0]?.data).not.toHaveProperty('gap');
    expect(back.events.slice(2, 5).map((read) => read.id)).toEqual(
      [2, 3, 4].map((seq) => running.feed.idOf(seq)),
    );
    // From the address as well, and a client that is new is told nothing old.
    const byAddress = await connect(`?lastEventId=${running.feed.idOf(3)}`);
    await byAddress.expect(1, 'status');
    expect(names(byAddress)).toEqual(['connected', 'vms', 'recovered', 'status']);
    const fresh = await connect();
    await fresh.expect(1, 'status');
    expect(names(fresh)).toEqual(['connected', 'vms', 'status']);
    expect(fresh.events[0]).toMatchObject({ id: running.feed.idOf(4), data: { replayed: 0 } });
  });

  it('is of the VMs that the client asks for', async () => {
    for (const vm of ['vm-a', 'vm-b', 'vm-a']) tellTask(`${vm}-${running.feed.head()}`, vm);
    const lastEventId = running.feed.idOf(0);
    const of = async (query: string) => {
      const client = await connect(`${query}&lastEventId=${lastEventId}`);
      await client.expect(1, 'status');
      expect(client.events[0]?.data['replayed']).toBe(taskIds(client).length);
      return taskIds(client);
    };
    expect(await of('?')).toEqual(['vm-a-0', 'vm-a-2']);
    expect(await of('?vm=vm-b')).toEqual(['vm-b-1']);
    expect(await of('?vm=*')).toEqual(['vm-a-0', 'vm-b-1', 'vm-a-2']);
  });

  it.each(['nonsense', 'aaaaaaaa-1', '1', ''])('is admitted to be unknown for the id %j', async (id) => {
    tellTask('t1');
    const client = await connect(`?lastEventId=${id}`);
    await client.expect(1, 'status');
    expect(names(client)).toEqual(['connected', 'vms', 'status']);
    expect(client.events[0]).toMatchObject({ id: running.feed.idOf(1), data: { replayed: 0 } });
    expect(client.events[0]?.data['gap']).toBe(id === '' ? undefined : true);
  });

  it('is admitted to be gone where it was pruned', async () => {
    tellTask('t1');
    pruneNow(running.feed, { olderThanMs: -60_000 });
    tellTask('t2');
    const client = await connect(`?lastEventId=${running.feed.idOf(0)}`);
    await client.expect(1, 'status');
    expect(client.events[0]?.data).toMatchObject({ replayed: 1, gap: true });
    expect(taskIds(client)).toEqual(['t2']);
  });

  it('goes over into what happens now without gap or repeat', async () => {
    // Enough for many pages and for the client to be full in between.
    const count = 3000;
    const tell = (number: number) => {
      const error = errorOf('vm-a', { message: String(number), detail: 'x'.repeat(500) });
      running.feed.commit({ vm: 'vm-a', at: number, moments: [error] });
    };
    for (let number = 1; number <= count; number += 1) tell(number);
    const client = await connect(`?lastEventId=${running.feed.idOf(0)}`);
    for (let number = count + 1; number <= count + 200; number += 1) {
      tell(number);
      if (number % 10 === 0) await new Promise(setImmediate);
    }
    const errors = await client.expect(count + 200, 'error');
    expect(errors.map((read) => read.data['message'])).toEqual(errors.map((_, index) => String(index + 1)));
    expect(client.events[0]?.data['replayed']).toBe(count);
    const statusAt = names(client).indexOf('status');
    expect(names(client).slice(2, statusAt)).toHaveLength(count);
  });
});

describe('what happens', () => {
  it('goes out at once: journal events, urgent status, urgent progress', async () => {
    const client = await connect('?interval=60');
    await client.expect(1, 'status');
    running.feed.setStatus('vm-a', statusOf('vm-a', { connected: true }));
    running.feed.setStatus('vm-a', statusOf('vm-a', { connected: true, power_state: 'running' }));
    running.feed.setStatus('vm-b', statusOf('vm-b', { connected: true }));
    running.feed.setProgress('vm-a', progressOf('vm-a', { current_step: 1 }), true);
    running.feed.setProgress('vm-a', progressOf('vm-a', { current_step: 2 }), false);
    tellTask('other', 'vm-b');
    tellTask('t1');
    await client.expect(1, 'task_complete');
    expect(names(client)).toEqual(['connected', 'vms', 'status', 'status', 'progress', 'task_complete']);
    expect(client.events[4]?.data['current_step']).toBe(1);
  });

  it('tells a run that moves fast ten times a second at most, also between its tasks, and the newest last', async () => {
    const client = await connect('?interval=60');
    await client.expect(1, 'status');
    const beganAtMs = performance.now();
    for (let number = 1; number <= 50; number += 1) {
      tellTask(`t${number}`);
      running.feed.setProgress('vm-a', progressOf('vm-a', { tasks_completed: number }), true);
    }
    await client.expect(50, 'task_complete');
    const progress = await eventually(() => {
      const told = client.events.filter((read) => read.event === 'progress');
      expect(told.at(-1)?.data['tasks_completed']).toBe(50);
      return told;
    });
    expect(progress.length).toBeLessThanOrEqual(2 + (performance.now() - beganAtMs) / 100);
    expect(progress[0]?.data['tasks_completed']).toBe(1);
  });

  it('repeats the picture every interval: the status always, the progress while a run is on', async () => {
    const client = await connect('?interval=1');
    await client.expect(1, 'status');
    running.feed.setProgress('vm-a', progressOf('vm-a', { elapsed_seconds: 1 }), false);
    running.feed.setProgress('vm-a', progressOf('vm-a', { elapsed_seconds: 2 }), false);
    const [progress] = await client.expect(1, 'progress');
    expect(progress?.data['elapsed_seconds']).toBe(2);
    await client.expect(2, 'status');
    running.feed.setProgress('vm-a', progressOf('vm-a', { state: 'finished' }), false);
    const before = client.events.filter((read) => read.event === 'progress').length;
    await client.expect(4, 'status');
    expect(client.events.filter((read) => read.event === 'progress')).toHaveLength(before);
  });

  it('goes by another name when the client asks for that', async () => {
    running.feed.commit({ vm: 'vm-a', at: 0, moments: [errorOf('vm-a')] });
    const renamed = await connect(`?error_event=problem&lastEventId=${running.feed.idOf(0)}`);
    const usual = await connect();
    running.feed.commit({ vm: 'vm-a', at: 0, moments: [errorOf('vm-a')] });
    tellTask('t1');
    await renamed.expect(1, 'task_complete');
    await usual.expect(1, 'task_complete');
    expect(names(renamed)).toEqual(['connected', 'vms', 'problem', 'status', 'problem', 'task_complete']);
    expect(names(usual)).toEqual(['connected', 'vms', 'status', 'error', 'task_complete']);
  });
});

it('turns a client away when there are too many, and lets it in when one has left', async () => {
  running.server.reconfigure({ names: [], allowedOrigins: [], maxConnections: 1 });
  const client = await connect();
  const url = `${running.server.url}/api/benchmark-sse`;
  const refused = await ask(url);
  expect(refused).toMatchObject({ status: 503, headers: { 'content-type': 'application/problem+json' } });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  client.close();
  await eventually(async () => {
    const next = await connect();
    expect(next.status).toBe(200);
  });
});
