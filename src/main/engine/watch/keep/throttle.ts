/** Spreads bytes over time, so that a copy takes no more than its share of the connection and of the VM. */
import { setTimeout as pause } from 'node:timers/promises';

/** Shorter pauses are taken together. */
const shortestPauseMs = 50;

/** Resolves when these bytes may be taken. Rejects when it is aborted. */
export type Throttle = (bytes: number, signal: AbortSignal) => Promise<void>;

/**
 * Returns a function that resolves when the bytes before were worth their time. Time without bytes is not made up for.
 * @param bytesPerSecond asked each time, because the configuration may change
 */
export function createThrottle(bytesPerSecond: () => number, monotonicMs: () => number): Throttle {
  let freeAtMs = 0;
  return async (bytes, signal) => {
    const nowMs = monotonicMs();
    freeAtMs = Math.max(freeAtMs, nowMs) + (bytes / bytesPerSecond()) * 1000;
    const aheadMs = freeAtMs - nowMs;
    if (aheadMs >= shortestPauseMs) await pause(aheadMs, undefined, { signal });
    signal.throwIfAborted();
  };
}

/** Resolves after this time, or at once when it is aborted. */
export async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => undefined);
}
