import { expect, it } from 'vitest';
import { attemptLimits, type AttemptTimes } from '../../../src/main/engine/archive/attempt-limits.ts';

const attempt = (changes: Partial<AttemptTimes>): AttemptTimes => ({
  runId: 'run',
  startedAt: null,
  endedAt: null,
  runStartedAt: 1_000_000,
  runEndedAt: null,
  ...changes,
});

it('leaves the only attempt at a task without limits', () => {
  expect(attemptLimits([attempt({})], 0)).toEqual({ notBefore: null, notFrom: null });
});

it('parts two attempts where the later one starts, less what clocks differ', () => {
  const both = [
    attempt({ startedAt: 1_000_000, endedAt: 1_060_000 }),
    attempt({ startedAt: 1_100_000, endedAt: 1_160_000 }),
  ];
  expect(attemptLimits(both, 0)).toEqual({ notBefore: null, notFrom: 1_098_000 });
  expect(attemptLimits(both, 1)).toEqual({ notBefore: 1_098_000, notFrom: null });
});

it('never takes from an attempt what it left before its end', () => {
  const both = [attempt({ endedAt: 1_059_500 }), attempt({ startedAt: 1_060_000 })];
  expect(attemptLimits(both, 0)).toEqual({ notBefore: null, notFrom: 1_059_500 });
});

it('goes by the end of the earlier attempt where the start of the later one is not known', () => {
  const both = [attempt({ endedAt: 1_060_000 }), attempt({ endedAt: 1_160_000 })];
  expect(attemptLimits(both, 1)).toEqual({ notBefore: 1_062_000, notFrom: null });
});

it('goes by the runs where the attempts have no times of their own', () => {
  const [old, rerun] = [
    attempt({ runId: 'old', runEndedAt: 2_000_000 }),
    attempt({ runId: 'new', runStartedAt: 3_000_000 }),
  ];
  expect(attemptLimits([old, rerun], 0)).toEqual({ notBefore: null, notFrom: 2_998_000 });
  expect(attemptLimits([old, { ...rerun, runStartedAt: null }], 0)).toEqual({
    notBefore: null,
    notFrom: 2_002_000,
  });
});

it('knows no limits if no time separates two attempts', () => {
  const both = [attempt({}), attempt({ endedAt: 1_160_000 })];
  expect([attemptLimits(both, 0), attemptLimits(both, 1), attemptLimits(both, -1)]).toEqual([
    null,
    null,
    null,
  ]);
});
