import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRunList } from '../../src/renderer/features/runs/run-list.svelte.ts';
import { allRuns } from '../../src/renderer/state/route.ts';
import { summaryOf } from '../unit/renderer/runs-fixtures.ts';

const base = new URL('http://127.0.0.1:8765');
/** Newest first: "run-0139" to "run-0000". */
let recorded = named(140);
function named(count: number) {
  return Array.from({ length: count }, (_, index) =>
    summaryOf({
      run_id: `run-${String(count - 1 - index).padStart(4, '0')}`,
      vm: index % 2 === 0 ? 'vm-a' : 'vm-b',
    }),
  );
}

/** What the server answers instead of runs. */
let failure: { readonly status: number; readonly detail: string } | null = null;
const asked: URL[] = [];
beforeEach(() => {
  recorded = named(140);
  failure = null;
  asked.length = 0;
  vi.spyOn(window, 'fetch').mockImplementation((url) => {
    const address = url as URL;
    const { searchParams } = address;
    asked.push(address);
    if (failure !== null) return Promise.resolve(Response.json(failure, { status: failure.status }));
    const vm = searchParams.get('vm');
    const before = searchParams.get('before');
    const fitting = recorded.filter((run) => vm === null || run.vm === vm);
    const from = before === null ? 0 : fitting.findIndex((run) => run.run_id === before) + 1;
    return Promise.resolve(Response.json(fitting.slice(from, from + Number(searchParams.get('limit')))));
  });
});
afterEach(() => vi.restoreAllMocks());

async function shown(filters = allRuns) {
  const list = createRunList(base);
  list.show(filters);
  await expect.poll(() => list.runs).not.toBeNull();
  return list;
}

test('reads the newest, then the older ones, until there are no more', async () => {
  const list = await shown();
  expect(list.runs).toHaveLength(100);
  expect(list.hasOlder).toBe(true);
  list.readOlder();
  await expect.poll(() => list.runs?.length).toBe(140);
  expect(list.hasOlder).toBe(false);
  expect(list.runs?.map(({ run_id }) => run_id)).toEqual(recorded.map(({ run_id }) => run_id));
});

test('keeps the older runs when the newest are read again, unless there is a gap', async () => {
  const list = await shown();
  list.readOlder();
  await expect.poll(() => list.runs?.length).toBe(140);
  recorded = named(142);
  list.refresh();
  await expect.poll(() => list.runs?.length).toBe(142);
  expect(new Set(list.runs?.map(({ run_id }) => run_id)).size).toBe(142);
  // So many have come that those in between are not known.
  recorded = named(400);
  list.refresh();
  await expect.poll(() => list.runs?.length).toBe(100);
  expect(list.hasOlder).toBe(true);
});

test('shows the runs of another filter in place of those before, and nothing if that fails', async () => {
  const list = await shown();
  list.show({ ...allRuns, vm: 'vm-b' });
  // Until they are there, nothing jumps.
  expect(list.runs).toHaveLength(100);
  await expect.poll(() => list.runs?.length).toBe(70);
  expect(asked.at(-1)?.search).toBe('?vm=vm-b&limit=100');
  expect(list.hasOlder).toBe(false);

  failure = { status: 400, detail: 'That is no filter.' };
  list.show({ ...allRuns, state: 'odd' });
  await expect.poll(() => list.problem?.detail).toBe('That is no filter.');
  expect(list.runs).toBeNull();
  failure = null;
  list.show(allRuns);
  await expect.poll(() => list.runs?.length).toBe(100);
  expect(list.problem).toBeNull();
});

test('keeps what it has when it cannot be read again', async () => {
  const list = await shown();
  failure = { status: 503, detail: 'Busy.' };
  list.refresh();
  await expect.poll(() => list.problem?.detail).toBe('Busy.');
  expect(list.runs).toHaveLength(100);
});

test('shows the answer to the last question, whichever comes first', async () => {
  const list = await shown();
  list.show({ ...allRuns, vm: 'vm-a' });
  list.show({ ...allRuns, vm: 'vm-b' });
  await expect.poll(() => list.runs?.length).toBe(70);
  expect(new Set(list.runs?.map(({ vm }) => vm))).toEqual(new Set(['vm-b']));
});
