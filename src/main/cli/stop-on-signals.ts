/** Within this time after the first signal the process ends, whatever still holds it. */
const endWithinMs = 2000;

/**
 * Signals that come this soon after the first are the same wish: Ctrl-C reaches the whole process group, and npm and the
 * launcher pass it on besides.
 */
const sameWishMs = 400;

const signals = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;

/** Aborted by the first signal that asks this process to end. The second one ends it at once. */
export function stopOnSignals(): AbortSignal {
  const controller = new AbortController();
  let firstAtMs = 0;
  for (const [signal, number] of Object.entries(signals)) {
    process.on(signal, () => {
      const nowMs = performance.now();
      if (!controller.signal.aborted) {
        firstAtMs = nowMs;
        controller.abort();
        setTimeout(() => process.exit(128 + number), endWithinMs).unref();
      } else if (nowMs - firstAtMs > sameWishMs) {
        process.exit(128 + number);
      }
    });
  }
  return controller.signal;
}
