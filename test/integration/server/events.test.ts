/** The route to what happened in the time of a run, on a real journal. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RunEventsView } from '../../../src/main/engine/server/routes/events-schema.ts';
import { conditionOf, errorOf, runOf, startMs, taskOf } from '../../unit/feed/fixtures.ts';
import { ask, startTestServer, type TestServer } from './support.ts';
import { pruneNow } from '../../support/prune.ts';

const minuteMs = 60_000;
const at = (minutes: number): number => startMs + minutes * minuteMs;
const iso = (minutes: number): string => new Date(at(minutes)).toISOString();
const vm = 'vm-a';

let running: TestServer;
beforeEach(async () => {
  running = await startTestServer();
  const { feed } = running;
  feed.firstSeen(vm, at(-100));
  const run = runOf('run-1', { vm, state: 'finished', endedAt: at(60), endMessage: null });
  const times = (from: number, to: number) => ({ startedAt: at(from), endedAt: at(to) });
  feed.commit({
    ...{ vm, at: at(0), runs: [run, runOf('run-0', { vm, startedAt: at(-9000), state: 'crashed' })] },
    tasks: [
      { record: taskOf('one', { vm, ...times(1, 10) }), tell: true },
      {
        record: taskOf('two', { vm, ...times(10, 30), outcome: 'exception', score: null, success: false }),
        tell: true,
      },
    ],
  });
  const error = errorOf(vm, { code: 'probe_down', severity: 'critical', message: 'It does not answer.' });
  feed.commit({ vm, at: at(8), began: [{ ...conditionOf(vm, 'probe_down', at(8)), error }] });
  feed.commit({ vm, at: at(12), ended: [{ code: 'probe_down', message: 'Back.', lastedMs: 239_000 }] });
  feed.commit({ vm, at: at(20), moments: [errorOf(vm, { code: 'container_oom' })] });
  feed.commit({ vm, at: at(25), began: [conditionOf(vm, 'disk_full', at(25))] });
  feed.commit({ vm: 'vm-b', at: at(20), moments: [errorOf('vm-b')] });
});
afterEach(() => running.stop());

async function eventsOf(query = '', id = 'run-1'): Promise<RunEventsView> {
  const { status, text } = await ask(`${running.server.url}/api/runs/${id}/events${query}`);
  expect([status, text]).toEqual([200, text]);
  return JSON.parse(text) as RunEventsView;
}

const namesOf = ({ events }: RunEventsView): string[] =>
  events.map((event) => {
    if (event.kind === 'task') return event.task_id;
    if (event.kind === 'error') return event.code;
    return event.kind === 'run' ? event.what : event.why;
  });

it('lists tasks, errors with their recoveries, and the run itself, also after a restart and when events were pruned', async () => {
  await running.restart();
  pruneNow(running.feed);
  expect(running.feed.replay(0, null, 10)).toEqual([]);
  const answer = await eventsOf();
  expect(answer).toMatchObject({
    ...{ run_id: 'run-1', vm, from: iso(0), to: iso(60), errors_from: null, total: 7, offset: 0, next: null },
  });
  expect(namesOf(answer)).toEqual([
    ...['started', 'one', 'probe_down', 'two', 'container_oom', 'disk_full', 'ended'],
  ]);
  const [, one, probeDown, , oom, diskFull] = answer.events;
  expect(one).toEqual({
    ...{ kind: 'task', began_at: iso(1), ended_at: iso(10), lasts: false, task_id: 'one', domain: 'notepad' },
    ...{ attempt: 1, outcome: 'scored', success: true, score: 1, steps: 7, instruction: null, message: null },
  });
  expect(probeDown).toEqual({
    ...{ kind: 'error', began_at: iso(8), ended_at: iso(12), lasts: false, code: 'probe_down' },
    ...{ severity: 'critical', message: 'It does not answer.', detail: null, hint: null },
    ...{ recovered: 'Back.', lasted_seconds: 239 },
  });
  expect(oom).toMatchObject({ began_at: iso(20), ended_at: iso(20), lasts: false, recovered: null });
  expect(diskFull).toMatchObject({ began_at: iso(25), ended_at: null, lasts: true, lasted_seconds: null });
});

it('answers what was on at a moment, and of some kinds only', async () => {
  expect(namesOf(await eventsOf(`?from=${iso(10)}&to=${iso(10)}`))).toEqual(['one', 'probe_down', 'two']);
  expect(namesOf(await eventsOf(`?from=${iso(31)}`))).toEqual(['disk_full', 'ended']);
  expect(namesOf(await eventsOf(`?to=${iso(0)}`))).toEqual(['started']);
  // Another zone: 23:03:08 in UTC.
  const local = encodeURIComponent('2026-01-29T00:03:08+01:00');
  expect(namesOf(await eventsOf(`?kind=error&from=${local}&to=${local}`))).toEqual(['probe_down']);
  expect(namesOf(await eventsOf('?kind=run,task'))).toEqual(['started', 'one', 'two', 'ended']);
});

it('answers page by page', async () => {
  const page = await eventsOf('?limit=3&offset=2');
  expect([page.total, page.offset, namesOf(page)]).toEqual([7, 2, ['probe_down', 'two', 'container_oom']]);
  expect(page.next).toBe(5);
  expect(await eventsOf('?limit=3&offset=5')).toMatchObject({ next: null, events: { length: 2 } });
  expect(await eventsOf('?limit=2&offset=5')).toMatchObject({ next: null, events: { length: 2 } });
  expect(await eventsOf('?offset=100')).toMatchObject({ next: null, events: [] });
});

it('says from when on errors are known', async () => {
  expect(await eventsOf('', 'run-0')).toMatchObject({ from: iso(-9000), errors_from: iso(-100) });
});

it.each([
  ['/run-9/events', 404, 'There is no run'],
  ['/run-1/events?from=03:12', 400, '"from" must be a time with its zone'],
  ['/run-1/events?to=2026-01-29T03:12:00', 400, '"to" must be a time with its zone'],
  ['/run-1/events?kind=error,phase', 400, '"kind" must be one or more of run, task, error, silence'],
  ['/run-1/events?limit=0', 400, '"limit" must be a whole number from 1 to 2000'],
  ['/run-1/events?limit=2001', 400, '"limit" must be'],
  ['/run-1/events?offset=-1', 400, '"offset" must be a whole number from 0 on'],
])('refuses %s', async (path, status, detail) => {
  const answer = await ask(`${running.server.url}/api/runs${path}`);
  expect([answer.status, answer.text]).toEqual([
    status,
    expect.stringContaining(JSON.stringify(detail).slice(1, -1)),
  ]);
});
