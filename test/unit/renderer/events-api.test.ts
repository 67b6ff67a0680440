/** Reads all events of a run, also if one answer does not have them. */
import { afterEach, expect, it, vi } from 'vitest';
import { readRunEvents } from '../../../src/renderer/state/events-api.ts';

const total = 4100;
const events = Array.from({ length: total }, (_, index) => ({ kind: 'error', index }));
let asked: string[] = [];

function serve(hasPages: boolean): void {
  asked = [];
  vi.stubGlobal('fetch', (url: URL) => {
    asked.push(url.search);
    const limit = Number(url.searchParams.get('limit'));
    const offset = Number(url.searchParams.get('offset') ?? 0);
    const next = offset + limit < total ? offset + limit : null;
    const body = { total, events: events.slice(offset, offset + limit), ...(hasPages ? { next } : {}) };
    return Promise.resolve(Response.json(body));
  });
}
afterEach(() => vi.unstubAllGlobals());

const read = () => readRunEvents(new URL('http://localhost:8765'), 'run-1');

it('follows the pages of a run with more than 2,000 events', async () => {
  serve(true);
  const answer = await read();
  expect(answer.ok && answer.value.events).toEqual(events);
  expect(asked).toHaveLength(3);
});

it('takes what a server without pages gives', async () => {
  serve(false);
  const answer = await read();
  expect(answer.ok && [answer.value.events.length, answer.value.total]).toEqual([2000, total]);
  expect(asked).toHaveLength(1);
});
