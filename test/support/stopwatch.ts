/** Measures time limits of the product so that other processes on the machine do not matter. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const sampleEveryMs = 20;

export interface Stopwatch {
  /** Stops the watch. Returns what the time would have been if every process had a core of its own, in milliseconds. */
  stop(): number;
}

/** Starts to measure. While three processes want each core, three seconds count as one. */
export function startStopwatch(): Stopwatch {
  let countedMs = 0;
  let lastMs = performance.now();
  let lastCrowd = crowd();
  function sample(): void {
    const nowMs = performance.now();
    const nowCrowd = crowd();
    countedMs += (nowMs - lastMs) / Math.max(lastCrowd, nowCrowd);
    lastMs = nowMs;
    lastCrowd = nowCrowd;
  }
  const timer = setInterval(sample, sampleEveryMs);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      sample();
      return countedMs;
    },
  };
}

/** How many threads want each core now, at least 1. Where the system has no such figure: 1. */
function crowd(): number {
  try {
    // "0.20 0.18 0.12 3/80 11206": the fourth field is runnable threads of all (proc_loadavg(5)).
    const [runnable] = readFileSync('/proc/loadavg', 'latin1').split(' ')[3]?.split('/') ?? [];
    return Math.max(1, Number(runnable) / availableParallelism());
  } catch {
    return 1;
  }
}
