import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { PlayStep } from '../../../src/main/engine/demo/acts.ts';
import { startPlayer } from '../../../src/main/engine/demo/player.ts';

const begin = Date.UTC(2026, 0, 28);

beforeEach(() => {
  vi.useFakeTimers({ now: begin });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Steps named by numbers, from 1 on, with these pauses before them. */
function* numbered(pausesMs: Iterable<number>): Generator<PlayStep> {
  let number = 0;
  for (const afterMs of pausesMs) {
    yield { afterMs, act: { type: 'container_log', text: String(++number) } };
  }
}

function* endless(pauseMs: number): Generator<number> {
  for (;;) yield pauseMs;
}

/** Starts a play and gives what has been performed, as "number at milliseconds since the beginning". */
function perform(pausesMs: Iterable<number>, speed: number): { performed: string[]; stop: () => void } {
  const performed: string[] = [];
  const stop = startPlayer(numbered(pausesMs), speed, (act, at) => {
    performed.push(`${act.type === 'container_log' ? act.text : ''} at ${at - begin}`);
  });
  return { performed, stop };
}

it('performs each step at its time, divided by the speed, and says when that was', () => {
  const { performed } = perform([0, 1000, 0, 500, 3000], 10);
  expect(performed).toEqual(['1 at 0']);
  vi.advanceTimersByTime(100);
  expect(performed).toEqual(['1 at 0', '2 at 100', '3 at 100']);
  vi.advanceTimersByTime(10_000);
  expect(performed.slice(3)).toEqual(['4 at 150', '5 at 450']);
  expect(vi.getTimerCount()).toBe(0);
});

it('performs what is due within a moment together', () => {
  const { performed, stop } = perform(endless(1), 1);
  vi.advanceTimersToNextTimer();
  expect(Date.now() - begin).toBe(10);
  expect(performed).toEqual(Array.from({ length: 10 }, (_, index) => `${index + 1} at ${index + 1}`));
  stop();
});

it('goes on where it was when the computer has slept', () => {
  const { performed, stop } = perform(endless(100), 1);
  vi.advanceTimersByTime(200);
  expect(performed).toHaveLength(2);
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + 3_600_000);
  vi.advanceTimersByTime(100);
  expect(performed).toHaveLength(3);
  vi.advanceTimersByTime(1_000);
  expect(performed).toHaveLength(13);
  stop();
  vi.restoreAllMocks();
});

it('performs nothing after it was stopped', () => {
  const { performed, stop } = perform(endless(100), 1);
  vi.advanceTimersByTime(250);
  stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(1_000);
  expect(performed).toHaveLength(2);
});
