/** Looks at something again and again, one look at a time. */

/**
 * Calls `look` every `everyMs` milliseconds until the returned function is called. While a look is on, as on a disk that hangs, no other
 * one begins. A look that fails is no more than a look: the next one tries again. It does not keep the process alive.
 */
export function lookEvery(everyMs: number, look: () => Promise<void>): () => void {
  let isLooking = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    look()
      .catch(() => undefined)
      .finally(() => (isLooking = false));
  }, everyMs).unref();
  return () => {
    clearInterval(timer);
  };
}
