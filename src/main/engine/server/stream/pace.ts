/** At most so many a second for each key, the newest wins: the first goes at once, what follows too fast goes together. */

export interface Pace {
  /** Wants `send(key)` called: now, or as soon as the pace allows. */
  request(key: string): void;
  stop(): void;
}

export function createPace(minGapMs: number, send: (key: string) => void): Pace {
  const sentAt = new Map<string, number>();
  const waiting = new Map<string, NodeJS.Timeout>();

  function sendNow(key: string): void {
    waiting.delete(key);
    sentAt.set(key, performance.now());
    send(key);
  }

  return {
    request(key) {
      if (waiting.has(key)) return;
      const gapMs = performance.now() - (sentAt.get(key) ?? -Infinity);
      if (gapMs >= minGapMs) sendNow(key);
      else waiting.set(key, setTimeout(sendNow, Math.ceil(minGapMs - gapMs), key));
    },
    stop() {
      for (const timer of waiting.values()) clearTimeout(timer);
      waiting.clear();
    },
  };
}
