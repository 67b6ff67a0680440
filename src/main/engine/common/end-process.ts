/** Ends this process in time, even if a thread hangs in a file system or a DNS lookup. */
import { setTimeout as delay } from 'node:timers/promises';

export type EndSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';
export const endSignals: readonly EndSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Ctrl-C and SIGTERM close cleanly within 2 s. */
export const endWithinMs = 2000;

/**
 * Signals that come this soon after the first are the same wish: Ctrl-C reaches the whole process group, and npm and the launcher
 * pass it on besides.
 */
const sameWishMs = 400;

const lookEveryMs = 20;

/**
 * Ends this process by the signal itself. `process.exit` would wait for threads that hang; a signal that nobody handles does not.
 * Shells report 128 and its number, as for every process that ends by a signal.
 */
export function endBySignal(signal: EndSignal): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

/** Calls `onFirst` for the first signal. The process ends 2 s later at the latest, and at once at another signal. */
export function onEndSignals(onFirst: (signal: EndSignal) => void): void {
  let firstAtMs: number | null = null;
  for (const signal of endSignals) {
    process.on(signal, () => {
      const nowMs = performance.now();
      if (firstAtMs === null) {
        firstAtMs = nowMs;
        setTimeout(() => endBySignal(signal), endWithinMs).unref();
        onFirst(signal);
      } else if (nowMs - firstAtMs > sameWishMs) {
        endBySignal(signal);
      }
    });
  }
}

/** Names of what Node runs in a thread (libuv's pool), as `process.getActiveResourcesInfo` has them. */
const threadWork = /^(?:FSReq|GetAddrInfo|GetNameInfo|FileHandleClose)/;

/** Returns once no thread is at work that `process.exit` would wait for; false if some still are after the limit. */
export async function threadsRest(limitMs: number): Promise<boolean> {
  const giveUpAtMs = performance.now() + limitMs;
  while (process.getActiveResourcesInfo().some((name) => threadWork.test(name))) {
    if (performance.now() > giveUpAtMs) return false;
    await delay(lookEveryMs);
  }
  return true;
}
