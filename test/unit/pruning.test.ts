/** When a tighter bound of the configuration removes data. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startPruning } from '../../src/main/engine/data-folder.ts';

let keepDays: number;
let pruned: (number | undefined)[];
let stop: () => void;
let soon: () => void;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  keepDays = 30;
  pruned = [];
  ({ soon, stop } = startPruning({
    feed: { prune: ({ olderThanMs } = {}) => void pruned.push(olderThanMs), runs: () => [] },
    archive: { sinceMs: () => 0, makeRoom: () => Promise.resolve(), sweep: () => Promise.resolve() },
    logs: { sweep: () => undefined },
    config: () => ({ journal: { keepDays, maxMegabytes: 200 } }),
    log: { error: () => undefined },
  }));
  pruned = [];
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

it('waits until nobody types any more, and goes by what the file says then', () => {
  keepDays = 3;
  soon();
  vi.advanceTimersByTime(59_000);
  keepDays = 29;
  soon();
  vi.advanceTimersByTime(59_000);
  expect(pruned).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(pruned).toEqual([29 * 86_400_000]);
});

it('removes nothing after its end', () => {
  soon();
  stop();
  vi.advanceTimersByTime(7_200_000);
  expect(pruned).toEqual([]);
});
