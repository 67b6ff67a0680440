/** Whether the process that runs the benchmark has gone away under a run that has not ended. */

import { defaultTempo, type Tempo } from '../tempo.ts';

const goneAfterLooks = 3;

export interface RunnerWatch {
  /**
   * One look. Only for a run that was seen to have a process: one that never was is run from elsewhere.
   * @param runners how many benchmark processes the VM has
   * @param lastGrowthMs when the log last grew, by the monotonic clock
   */
  look(runners: number, lastGrowthMs: number): 'there' | 'missed' | 'gone';
  forget(): void;
}

export function createRunnerWatch(monotonicMs: () => number, tempo: Tempo = defaultTempo): RunnerWatch {
  let missedSinceMs: number | null = null;
  let looks = 0;
  function forget(): void {
    missedSinceMs = null;
    looks = 0;
  }
  return {
    look(runners, lastGrowthMs) {
      if (runners > 0) {
        forget();
        return 'there';
      }
      missedSinceMs ??= monotonicMs();
      looks += 1;
      const isLong = looks >= goneAfterLooks && monotonicMs() - missedSinceMs >= tempo.runnerGoneAfterMs;
      return isLong && monotonicMs() - lastGrowthMs >= tempo.lastLinesMs ? 'gone' : 'missed';
    },
    forget,
  };
}
