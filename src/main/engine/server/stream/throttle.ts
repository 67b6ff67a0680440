/** Limits how often something is sent for each key. */

export interface Throttle {
  /** Calls `send(key)` now, or once as soon as the gap since the last call for this key is over. */
  request(key: string): void;
  stop(): void;
}

/** Returns a throttle that sends the first request at once and combines those that follow too fast into one. */
export function createThrottle(minGapMs: number, send: (key: string) => void): Throttle {
  const sentAtMs = new Map<string, number>();
  const waiting = new Map<string, NodeJS.Timeout>();

  function sendNow(key: string): void {
    waiting.delete(key);
    sentAtMs.set(key, performance.now());
    send(key);
  }

  return {
    request(key) {
      if (waiting.has(key)) return;
      const gapMs = performance.now() - (sentAtMs.get(key) ?? -Infinity);
      if (gapMs >= minGapMs) sendNow(key);
      else waiting.set(key, setTimeout(sendNow, Math.ceil(minGapMs - gapMs), key));
    },
    stop() {
      for (const timer of waiting.values()) clearTimeout(timer);
      waiting.clear();
    },
  };
}
