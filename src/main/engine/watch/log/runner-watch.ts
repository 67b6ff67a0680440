/** Whether the process that runs the benchmark has gone away under a run that has not ended. */
import type { Sight } from '../sight.ts';
import { defaultTempo, type Tempo } from '../tempo.ts';
import type { LogPlace } from './log-place.ts';

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

/**
 * Returns how many benchmark processes may be writing to this log, in the container and on the VM itself; null: that could not be
 * seen.
 */
export function countRunners(
  { container, docker, inside, host, answered }: Sight,
  log: LogPlace | null,
): number | null {
  if (host === null || !answered.host) return null;
  // Any program on the VM may be called run.py; into a log in the container it does not write.
  const outside = log?.where === 'container' ? 0 : host.runners.length;
  if (container.kind === 'running') return inside === null ? null : inside.runners.length + outside;
  // Without docker there is no container; where it may not be used, or does not answer, there may be one.
  return container.kind === 'unknown' && docker.kind !== 'missing' ? null : outside;
}

/** Returns how many of the benchmark processes are known to write to this log: it is their output, or in their `logs` folder. */
export function countWriters({ inside, host }: Sight, { where, path }: LogPlace): number {
  const runners = (where === 'container' ? inside : host)?.runners ?? [];
  return runners.filter(
    ({ output, results, cwd }) =>
      output === path ||
      [results, cwd].some((folder) => folder !== null && path.startsWith(`${folder}/logs/`)),
  ).length;
}
