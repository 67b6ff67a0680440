/** How fast a copy goes, on a clock of its own. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createThrottle } from '../../../src/main/engine/watch/keep/throttle.ts';

const clock = vi.hoisted(() => ({ nowMs: 0 }));
vi.mock('node:timers/promises', () => ({
  setTimeout(ms: number) {
    clock.nowMs += ms;
    return Promise.resolve();
  },
}));

const { signal } = new AbortController();
const nowMs = (): number => clock.nowMs;
beforeEach(() => {
  clock.nowMs = 0;
});

describe('the throttle of a copy', () => {
  it('is what the configuration allows, in pieces of any size', async () => {
    const throttle = createThrottle(() => 1_000_000, nowMs);
    let done = 0;
    for (let bytes = 1; done < 6_000_000; bytes = 1 + ((bytes * 7 + 3) % 65_536)) {
      await throttle(bytes, signal);
      done += bytes;
    }
    // Pauses under 50 ms are taken together.
    expect(done / (clock.nowMs / 1000)).toBeLessThanOrEqual(1_000_000 * 1.01);
    expect(done / (clock.nowMs / 1000)).toBeGreaterThan(1_000_000 * 0.95);
  });

  it('does not make up for time without bytes, and follows a change of the configuration', async () => {
    let bytesPerSecond = 1_000_000;
    const throttle = createThrottle(() => bytesPerSecond, nowMs);
    clock.nowMs = 60_000;
    await throttle(1_000_000, signal);
    expect(clock.nowMs).toBe(61_000);
    bytesPerSecond = 200_000;
    await throttle(1_000_000, signal);
    expect(clock.nowMs).toBe(66_000);
  });
});
