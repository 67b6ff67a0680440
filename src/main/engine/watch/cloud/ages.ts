/** Ages of past moments, which stay right if somebody sets the clock later. */
import type { Clock } from '../../common/clock.ts';

export interface Ages {
  /**
   * Returns where a moment lies on the wall clock as it goes now.
   * @param name what happened then: it has one moment at a time
   * @param atMs as reported; epoch milliseconds
   * @param nowMs the present on the same clock; default: the wall clock
   */
  at(name: string, atMs: number, nowMs?: number): number;
}

export function createAges(clock: Clock): Ages {
  const known = new Map<string, { readonly atMs: number; readonly steadyMs: number }>();
  return {
    at(name, atMs, nowMs = clock.wallMs()) {
      let moment = known.get(name);
      if (moment?.atMs !== atMs) {
        moment = { atMs, steadyMs: clock.steadyMs() - (nowMs - atMs) };
        known.set(name, moment);
      }
      return clock.wallMs() - (clock.steadyMs() - moment.steadyMs);
    },
  };
}
