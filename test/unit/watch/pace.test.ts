import { describe, expect, it } from 'vitest';
import { lookEverySeconds } from '../../../src/main/engine/watch/looks/pace.ts';

describe('how often a VM is looked at', () => {
  it.each<[configured: number, demanded: number | null, isEventful: boolean, seconds: number]>([
    [5, null, false, 15],
    [60, null, false, 60],
    [5, null, true, 5],
    [2, null, true, 2],
    [60, null, true, 5],
    [5, 1, false, 1],
    [5, 1, true, 1],
    [5, 60, false, 5],
    [60, 60, false, 5],
    [2, 60, true, 2],
  ])('configured %d, asked for %s, eventful %s: every %d s', (configured, demanded, isEventful, seconds) => {
    expect(lookEverySeconds({ configured, demanded, isEventful })).toBe(seconds);
  });
});
