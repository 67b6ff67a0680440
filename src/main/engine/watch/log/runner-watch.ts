/** Whether the process that runs the benchmark has gone away under a run that has not ended. */
import type { RunProcess } from '../../run/index.ts';
import { printsInto, type Runner } from '../../vm/index.ts';
import type { Sight } from '../sight.ts';
import { defaultTempo, type Tempo } from '../tempo.ts';
import type { LogPlace } from './log-place.ts';

const goneAfterLooks = 3;
/** Linux counts the starts of processes in hundredths of a second, on every architecture that Docker supports. */
const tickMs = 10;

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
export function countRunners(sight: Sight, log: LogPlace | null): number | null {
  const { container, inside, host, answered } = sight;
  if (host === null || !answered.host || isInsideUnseen(sight)) return null;
  // Any program on the VM may be called run.py; into a log in the container it does not write.
  const outside = log?.where === 'container' ? 0 : host.runners.length;
  return outside + (container.kind === 'running' ? (inside?.runners.length ?? 0) : 0);
}

/** Returns whether a container may have processes that BenchTray cannot see. */
export function isInsideUnseen({ container, docker, inside }: Sight): boolean {
  if (container.kind === 'running') return inside === null;
  // Its processes stand still until it is resumed.
  if (container.kind === 'stopped') return container.state === 'paused';
  // Without docker there is no container. If docker cannot be used or does not answer, there may be one.
  return container.kind === 'unknown' && docker.kind !== 'missing';
}

/** Returns how many of the benchmark processes are known to write to this log: it is their output, or in their `logs` folder. */
export function countWriters(sight: Sight, log: LogPlace): number {
  return writersOf(sight, log).length;
}

/**
 * Returns the first of the processes that write to this log, on the timeline of the run; null: not known. If no process is known to
 * write to it, as behind a pipe, those of one script are taken for it.
 */
export function writerOf(sight: Sight, log: LogPlace): RunProcess | null {
  const known = writersOf(sight, log);
  const all = runnersOn(sight, log);
  const isOneScript = new Set(all.map(({ script, cwd }) => `${script} ${cwd ?? ''}`)).size === 1;
  const writers = (known.length > 0 ? known : isOneScript ? all : []).flatMap((runner) => {
    const atMs = startedAtMs(sight, runner);
    return atMs === null ? [] : [{ script: runner.script, startedAtMs: atMs }];
  });
  return writers.toSorted((a, b) => a.startedAtMs - b.startedAtMs)[0] ?? null;
}

/** Returns when a process began, epoch milliseconds on the timeline of the run; null: not known. */
export function startedAtMs({ machine }: Sight, { startTicks }: Runner): number | null {
  const bootedAtMs = machine?.bootedAtMs;
  if (bootedAtMs === undefined || startTicks === null) return null;
  return Math.round(bootedAtMs + Number(startTicks) * tickMs);
}

function writersOf(sight: Sight, log: LogPlace): readonly Runner[] {
  return runnersOn(sight, log).filter(
    (runner) =>
      printsInto(runner, log.path) ||
      [runner.results, runner.cwd].some(
        (folder) => folder !== null && log.path.startsWith(`${folder}/logs/`),
      ),
  );
}

function runnersOn({ inside, host }: Sight, { where }: LogPlace): readonly Runner[] {
  return (where === 'container' ? inside : host)?.runners ?? [];
}
