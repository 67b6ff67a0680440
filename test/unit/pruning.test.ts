/** When a tighter bound of the configuration removes data, and how the removal shares the event loop. */
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startPruning } from '../../src/main/engine/data-folder.ts';
import { createSettledBounds, type SettledBounds } from '../../src/main/engine/settled-bounds.ts';

const dayMs = 86_400_000;
let pruned: (number | undefined)[];
/** Pieces of work in each pruning. */
let pieces: number;
let done: number;
let bounds: SettledBounds;
let stop: () => void;

function config(keepDays: number, historyMegabytes = 2000) {
  return { journal: { keepDays, maxMegabytes: 200 }, history: { maxMegabytes: historyMegabytes } };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  pruned = [];
  [pieces, done] = [0, 0];
  bounds = createSettledBounds(config(30));
  ({ stop } = startPruning({
    feed: {
      *prune({ olderThanMs } = {}) {
        pruned.push(olderThanMs);
        for (const end = done + pieces; done < end; done += 1) yield;
      },
      runs: () => [],
    },
    archive: { sinceMs: () => 0, makeRoom: () => Promise.resolve(), sweep: () => Promise.resolve() },
    logs: { sweep: () => Promise.resolve() },
    bounds,
    log: { error: () => undefined },
  }));
  pruned = [];
});
afterEach(() => {
  stop();
  bounds.stop();
  vi.useRealTimers();
});

it('waits until nobody types any more, and goes by what the file says then', () => {
  bounds.take(config(3));
  vi.advanceTimersByTime(59_000);
  bounds.take(config(29));
  vi.advanceTimersByTime(59_000);
  expect(pruned).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(pruned).toEqual([29 * dayMs]);
});

it('goes by the bound of a minute ago each hour, and for a copy that ends in that second', () => {
  vi.advanceTimersByTime(3_600_000 - 1000);
  bounds.take(config(3, 2));
  vi.advanceTimersByTime(1000);
  expect(pruned).toEqual([30 * dayMs]);
  expect(bounds.get().historyMegabytes).toBe(2000);
  bounds.take(config(30, 2000));
  vi.advanceTimersByTime(120_000);
  expect([pruned.length, bounds.get().historyMegabytes]).toEqual([1, 2000]);
  bounds.take(config(30, 1500));
  vi.advanceTimersByTime(60_000);
  expect([pruned.length, bounds.get().historyMegabytes]).toEqual([2, 1500]);
});

it('takes a wider bound at once, and removes nothing for it', () => {
  bounds.take(config(60, 5000));
  expect(bounds.get()).toEqual({ journalDays: 60, journalMegabytes: 200, historyMegabytes: 5000 });
  vi.advanceTimersByTime(120_000);
  expect(pruned).toEqual([]);
});

it('removes nothing after its end', () => {
  bounds.take(config(3));
  stop();
  bounds.stop();
  vi.advanceTimersByTime(7_200_000);
  expect(pruned).toEqual([]);
});

it('lets others have their turn, and ends between two pieces', async () => {
  pieces = Number.POSITIVE_INFINITY;
  vi.advanceTimersByTime(3_600_000);
  const first = done;
  await setImmediate();
  await setImmediate();
  expect(done).toBeGreaterThan(first);
  stop();
  const last = done;
  await setImmediate();
  await setImmediate();
  expect(done).toBe(last);
});
