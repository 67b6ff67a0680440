/** Whether the process that runs the benchmark has gone away under a run that has not ended. */

/** Gone for this long and not seen in this many looks: a process between two tasks of a script may be missing for a moment. */
const goneAfterMs = 6_000;
const goneAfterLooks = 3;
/** What it wrote last may still be on its way. */
const quietMs = 5_000;

export interface RunnerWatch {
  look(seen: {
    /** How many benchmark processes the VM has. */
    readonly runners: number;
    /** One was seen during this run. A run that was never seen to have one is run from elsewhere. */
    readonly wasSeen: boolean;
    /** When the log last grew; epoch milliseconds. */
    readonly lastGrowthMs: number;
  }): 'there' | 'missed' | 'gone';
  forget(): void;
}

export function createRunnerWatch(now: () => number): RunnerWatch {
  let missedSinceMs: number | null = null;
  let looks = 0;
  return {
    look({ runners, wasSeen, lastGrowthMs }) {
      if (runners > 0 || !wasSeen) {
        missedSinceMs = null;
        looks = 0;
        return 'there';
      }
      missedSinceMs ??= now();
      looks += 1;
      const isLong = looks >= goneAfterLooks && now() - missedSinceMs >= goneAfterMs;
      return isLong && now() - lastGrowthMs >= quietMs ? 'gone' : 'missed';
    },
    forget() {
      missedSinceMs = null;
      looks = 0;
    },
  };
}
