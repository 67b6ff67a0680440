/** How often something may happen for each of many keys, within bounded memory. */

export interface Rate {
  /** Counts one. @returns 0 when it is within the limit, else after how many seconds the next may come */
  take(key: string, limit: number): number;
  /** The same without counting. */
  wait(key: string, limit: number): number;
}

interface Minute {
  readonly startedAtMs: number;
  count: number;
}

const minuteMs = 60_000;
/** So many keys are remembered; the one that has been known for longest is forgotten for a new one. */
const maxKeys = 10_000;

/** Counts by the minute; a key's minute begins when it first comes, or comes again after its last minute. */
export function createRate(now: () => number = () => performance.now()): Rate {
  const minutes = new Map<string, Minute>();

  function minuteOf(key: string): Minute | null {
    const minute = minutes.get(key);
    return minute === undefined || now() - minute.startedAtMs >= minuteMs ? null : minute;
  }

  function wait(key: string, limit: number): number {
    const minute = minuteOf(key);
    if (minute === null || minute.count < limit) return 0;
    return Math.ceil((minute.startedAtMs + minuteMs - now()) / 1000);
  }

  return {
    wait,
    take(key, limit) {
      const waitSeconds = wait(key, limit);
      if (waitSeconds > 0) return waitSeconds;
      const minute = minuteOf(key);
      if (minute === null) begin(key);
      else minute.count += 1;
      return 0;
    },
  };

  function begin(key: string): void {
    // Taken out first, so that the map stays in the order in which the minutes began.
    minutes.delete(key);
    const [oldest] = minutes.keys();
    if (minutes.size >= maxKeys && oldest !== undefined) minutes.delete(oldest);
    minutes.set(key, { startedAtMs: now(), count: 1 });
  }
}
