/** A clock that a test sets: the wall clock jumps, the others do not. */
import { systemClock, type Clock } from '../../src/main/engine/common/clock.ts';
import { createVmClock, type VmClock } from '../../src/main/engine/watch/vm-clock.ts';

export interface StepClock extends Clock {
  /** Sets the wall clock, as a person or NTP does. */
  step(byMs: number): void;
}

/** Returns a clock that runs as `real` does until it is set. */
export function createStepClock(real: Clock = systemClock): StepClock {
  let steppedMs = 0;
  return {
    ...real,
    wallMs: () => real.wallMs() + steppedMs,
    step(byMs) {
      steppedMs += byMs;
    },
  };
}

/** Returns the clock of a VM: all its times come from `nowMs`. */
export function vmClockOf(nowMs: () => number): VmClock {
  return createVmClock(clockOf(nowMs));
}

/** Returns a clock: all its times come from `nowMs`. */
export function clockOf(nowMs: () => number): Clock {
  return { wallMs: nowMs, monotonicMs: nowMs, steadyMs: nowMs };
}
