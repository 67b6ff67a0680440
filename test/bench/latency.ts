/** From writing the line that ends a task to hearing of it. */

export interface Latencies {
  /** Milliseconds, in ascending order; one for each task and listener. */
  readonly ms: readonly number[];
  /** Deliveries that never came. */
  readonly missing: number;
}

export interface LatencyMeter {
  /** The line is written now. */
  written(taskId: string): void;
  heard(taskId: string, atMs: number): void;
  readonly outstanding: number;
  result(): Latencies;
}

/** @param listeners how many must hear of each task */
export function createLatencyMeter(listeners: number): LatencyMeter {
  const writtenAtMs = new Map<string, number>();
  const ms: number[] = [];
  const outstanding = () => writtenAtMs.size * listeners - ms.length;
  return {
    written: (taskId) => writtenAtMs.set(taskId, performance.now()),
    heard(taskId, atMs) {
      const since = writtenAtMs.get(taskId);
      if (since !== undefined) ms.push(atMs - since);
    },
    get outstanding() {
      return outstanding();
    },
    result: () => ({ ms: ms.toSorted((a, b) => a - b), missing: outstanding() }),
  };
}

/** The smallest value that at least this part (0..1) of the values do not exceed. NaN: there are none. */
export function quantile(ascending: readonly number[], part: number): number {
  return ascending[Math.max(0, Math.ceil(ascending.length * part) - 1)] ?? Number.NaN;
}
