/** How long a VM has stood idle, and at what cost. Pure. */
import { costUsd } from '../azure/index.ts';
import type { RunState } from '../run/index.ts';
import type { IdleSight } from './cloud-sight.ts';
import { isReady, type Sight } from './sight.ts';

/** The first start of Windows downloads and installs for an hour and more; after this time it is stuck rather than on its way. */
const preparingCountsForMs = 7_200_000;

export interface IdleSources {
  /** The newest run, on or over; null: none is known. */
  readonly run: RunState | null;
  /** When something of a benchmark was last seen by this process; epoch milliseconds, null: never. */
  readonly lastBusyMs: number | null;
  /** Since when the VM is up and costs money; null: not known. */
  readonly upSinceMs: number | null;
  /** When BenchTray first saw this VM: outlasts a restart of BenchTray. */
  readonly firstSeenMs: number;
  /** US dollars; null: not known. */
  readonly perHourUsd: number | null;
  readonly nowMs: number;
}

/** To be asked only of a VM that costs money and is not in use. */
export function idleOf(sight: Sight, sources: IdleSources): IdleSight {
  const { run, lastBusyMs, upSinceMs, firstSeenMs, perHourUsd, nowMs } = sources;
  const begun = upSinceMs ?? firstSeenMs;
  const taskEndedMs = run === null ? null : lastTaskEndMs(run);
  const busyMs = latest(lastBusyMs, preparingUntilMs(sight, nowMs));
  const task = taskEndedMs !== null && taskEndedMs >= begun ? taskEndedMs : null;
  const use = busyMs !== null && busyMs >= begun ? busyMs : null;
  const cost = (sinceMs: number): number | null =>
    perHourUsd === null ? null : costUsd(perHourUsd, sinceMs, nowMs);
  const idle = (since: IdleSight['since'], costSinceMs: number, quietSinceMs: number): IdleSight => ({
    since,
    forMs: Math.max(0, nowMs - quietSinceMs),
    costUsd: cost(costSinceMs),
    perHourUsd,
  });
  // The process of a run outlives its last task by moments: it is the task that a person knows of.
  if (task !== null) return idle('task', task, latest(task, use) ?? task);
  if (use !== null) return idle('use', use, use);
  // Nobody knows what went on before BenchTray was there.
  return idle(upSinceMs === null ? 'seen' : 'start', begun, Math.max(begun, firstSeenMs));
}

/** Null: no task of it has ended. */
function lastTaskEndMs(run: RunState): number | null {
  const ends = run.tasks.map(({ endedAt }) => endedAt);
  return latest(...ends, run.state === 'running' ? null : run.endedAt);
}

/** Windows is being prepared for a run, which is a use of the VM. */
function preparingUntilMs(sight: Sight, nowMs: number): number | null {
  const startedMs = Date.parse(sight.startedAt ?? '');
  if (sight.container.kind !== 'running' || isReady(sight) || Number.isNaN(startedMs)) return null;
  return Math.min(nowMs, startedMs + preparingCountsForMs);
}

function latest(...times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.max(...known);
}
