/** The list of watched VMs on the stream: when it comes, to whom, and that the newest one wins. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sinkLimits } from '../../../src/main/engine/server/stream/sink.ts';
import { eventually, until } from '../../support/wait.ts';
import { errorOf, statusOf, taskOf } from '../../unit/feed/fixtures.ts';
import { openLineClient, startTestServer, type LineClient, type TestServer } from './support.ts';

let running: TestServer;
let clients: LineClient[];
let watched: readonly string[];
beforeEach(async () => {
  clients = [];
  watched = ['vm-b', 'vm-a'];
  running = await startTestServer({
    vms: () => watched.map((name) => ({ name, address: null })),
    // A client that is behind for long is not what these tests are about.
    sinkLimits: { ...sinkLimits, maxWaitingBytes: Infinity },
  });
});
afterEach(async () => {
  for (const client of clients) client.close();
  await running.stop();
});

async function open(query = ''): Promise<LineClient> {
  const client = await openLineClient(`${running.server.url}/api/benchmark-sse${query}`);
  clients.push(client);
  return client;
}
function watch(...names: readonly string[]): void {
  watched = names;
  running.feed.setVms(names);
}
const listsOf = (client: LineClient) =>
  client.events.filter(({ event }) => event === 'vms').map(({ data }) => data['vms']);
const listOf = (...names: readonly string[]) => names.map((name) => ({ name }));
const tellTask = (taskId: string, vm: string) =>
  running.feed.commit({ vm, at: 1, tasks: [{ record: taskOf(taskId, { vm }), tell: true }] });

it.each(['', '?vm=*', '?vm=vm-a', '?error_event=problem'])(
  'comes second, with every watched VM in order and without an id: %s',
  async (query) => {
    const client = await open(query);
    await client.expect(1, 'status');
    expect(client.events[1]).toEqual({ event: 'vms', id: null, data: { vms: listOf('vm-b', 'vm-a') } });
    expect(listsOf(client)).toHaveLength(1);
  },
);

it('says so when no VM is watched', async () => {
  watched = [];
  const client = await open('?vm=*');
  await client.expect(2);
  expect(listsOf(client)).toEqual([[]]);
});

it('goes to every stream at once when it changes, before the first status of a new VM', async () => {
  running.feed.setVms(watched);
  const all = await open('?vm=*&interval=60');
  const one = await open('?vm=vm-a&interval=60');
  await Promise.all([all.expect(2, 'status'), one.expect(1, 'status')]);
  running.feed.setVms(['vm-b', 'vm-a']);
  watch('vm-a', 'vm-c');
  running.feed.setStatus('vm-c', statusOf('vm-c', { connected: true }));
  await eventually(() => {
    expect(all.events.slice(4).map(({ event }) => event)).toEqual(['vms', 'status']);
    expect(listsOf(all)).toEqual([listOf('vm-b', 'vm-a'), listOf('vm-a', 'vm-c')]);
    expect(listsOf(one)).toEqual(listsOf(all));
  });
});

it('comes before what was missed, as it is after a restart, and is not replayed', async () => {
  const first = await open('?vm=*');
  watch('vm-a', 'vm-b', 'vm-c');
  tellTask('t1', 'vm-b');
  const [seen] = await first.expect(1, 'task_complete');
  expect(first.events.map(({ event }) => event)).toContain('vms');
  first.close();
  watched = ['vm-a'];
  await running.restart();
  tellTask('t2', 'vm-b');
  const back = await open(`?vm=*&lastEventId=${seen?.id ?? ''}`);
  await back.expect(1, 'status');
  expect(back.events.map(({ event }) => event)).toEqual(['connected', 'vms', 'task_complete', 'status']);
  expect(listsOf(back)).toEqual([listOf('vm-a')]);
});

it('reaches a client that is still reading what it missed, as the newest list only', async () => {
  // More than the system takes for a socket that nobody reads.
  const count = 120;
  for (let number = 0; number < count; number += 1) {
    const detail = 'x'.repeat(100_000);
    running.feed.commit({ vm: 'vm-a', at: 1, moments: [errorOf('vm-a', { detail })] });
  }
  const other = await open('?vm=*&interval=60');
  const socket = connect(running.server.port, '127.0.0.1');
  let said = '';
  let isReading = false;
  socket.setEncoding('utf8').on('data', (part: string) => {
    said += part;
    if (!isReading) socket.pause();
  });
  const path = `/api/benchmark-sse?vm=*&interval=60&lastEventId=${running.feed.idOf(0)}`;
  socket.write(`GET ${path} HTTP/1.0\r\nHost: localhost\r\n\r\n`);
  await until(() => said.includes('event: connected'), 'the opening');
  watch('vm-a');
  watch('vm-a', 'vm-d');
  // What the other one has got waits for this one.
  await other.expect(3, 'vms');
  isReading = true;
  socket.resume();
  await until(() => said.split('event: status\n').length > 2, 'the snapshots');
  expect(said.split('event: error\n')).toHaveLength(count + 1);
  const snapshots = said.slice(said.lastIndexOf('event: error\n'));
  const lists = [...snapshots.matchAll(/event: vms\ndata: (.*)\n/g)].map(([, json]) => json);
  expect(lists).toEqual([JSON.stringify({ vms: listOf('vm-a', 'vm-d') })]);
  expect(snapshots.indexOf('event: vms')).toBeLessThan(snapshots.indexOf('event: status'));
  const closed = once(socket, 'close');
  socket.destroy();
  await closed;
});
