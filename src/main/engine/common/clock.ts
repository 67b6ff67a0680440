/** Three kinds of time. Never mix them: the wall clock jumps when somebody sets it, and a monotonic clock stops while the machine sleeps. */
import { uptime } from 'node:os';

export interface Clock {
  /** Returns epoch milliseconds. Jumps when somebody sets the clock: only for what is shown, stored, or compared with such times. */
  readonly wallMs: () => number;
  /** Returns milliseconds since an arbitrary moment. Never jumps, and stops during sleep as timers do: for pace, silence and time limits. */
  readonly monotonicMs: () => number;
  /** Returns milliseconds since an arbitrary moment. Never jumps, and counts sleep: for durations outside this process. */
  readonly steadyMs: () => number;
}

/** Below this, the two clocks of the system only differ by how they are read. */
const sleptAtLeastMs = 2_000;

/** The clocks of this machine. */
export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  steadyMs: createSteady(
    () => performance.now(),
    () => uptime() * 1000,
  ),
};

/**
 * Returns a clock that is as fine as `monotonicMs` and counts sleep as `sinceBootMs` does.
 * @param sinceBootMs milliseconds since the machine was booted, sleep included; may be coarse
 */
export function createSteady(monotonicMs: () => number, sinceBootMs: () => number): () => number {
  const apartAtStart = sinceBootMs() - monotonicMs();
  let sleptMs = 0;
  return () => {
    const apartMs = sinceBootMs() - monotonicMs() - apartAtStart;
    if (apartMs - sleptMs > sleptAtLeastMs) sleptMs = apartMs;
    return monotonicMs() + sleptMs;
  };
}

/** Returns a function that tells whole epoch milliseconds as the wall clock showed them at this call, running on evenly however it is set later. */
export function evenTime(clock: Clock): () => number {
  const apartMs = clock.wallMs() - clock.steadyMs();
  return () => Math.round(apartMs + clock.steadyMs());
}
