import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reconnectPauseMs } from '../../../src/main/engine/vm/ssh/link.ts';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const tenMinutesMs = 600_000;

describe('the pause before the next attempt', () => {
  it('never reaches 5 s in the first ten minutes of an outage, and 30 s later on', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10 * tenMinutesMs), random, (failures, outageMs, chance) => {
        const pauseMs = reconnectPauseMs(failures, outageMs, chance);
        expect(pauseMs).toBeGreaterThan(0);
        expect(pauseMs).toBeLessThan(outageMs < tenMinutesMs ? 5_000 : 30_000);
      }),
    );
  });

  it('grows, and is long only after ten minutes', () => {
    const pauses = [0, 1, 2, 3, 4, 50].map((failures) => reconnectPauseMs(failures, 60_000, 0.5));
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(pauses[0]).toBeLessThan(250);
    expect(reconnectPauseMs(50, tenMinutesMs - 1, 0.999)).toBeLessThan(5_000);
    expect(reconnectPauseMs(50, tenMinutesMs, 0)).toBeGreaterThan(20_000);
  });

  it('differs by chance, so that many clients do not come at once', () => {
    expect(reconnectPauseMs(9, 0, 0.1)).not.toBe(reconnectPauseMs(9, 0, 0.9));
  });
});
