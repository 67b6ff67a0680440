import { expect, it } from 'vitest';
import { createRate } from '../../../src/main/engine/server/access/rate.ts';

it('lets so many through in a minute, for each key by itself', () => {
  let nowMs = 1000;
  const rate = createRate(() => nowMs);
  expect([1, 2, 3, 4].map(() => rate.take('a', 3))).toEqual([0, 0, 0, 60]);
  expect(rate.take('b', 3)).toBe(0);
  nowMs += 59_001;
  expect([rate.wait('a', 3), rate.take('a', 3)]).toEqual([1, 1]);
  nowMs += 999;
  expect([1, 2, 3, 4].map(() => rate.take('a', 3))).toEqual([0, 0, 0, 60]);
  // A limit that was raised holds at once.
  expect(rate.take('a', 4)).toBe(0);
});

it('remembers so many keys and no more, and forgets the one that it has known for longest', () => {
  const rate = createRate(() => 0);
  for (let number = 0; number < 10_000; number += 1) rate.take(String(number), 1);
  expect([rate.wait('0', 1), rate.wait('1', 1)]).toEqual([60, 60]);
  rate.take('one more', 1);
  expect([rate.wait('0', 1), rate.wait('1', 1)]).toEqual([0, 60]);
});
