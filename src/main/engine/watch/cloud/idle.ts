/** How long a VM has stood idle, and at what cost. Pure. */
import { costUsd } from '../../azure/index.ts';
import { type IdleSight, isReady, type Sight } from '../sight.ts';

/** The first start of Windows downloads and installs for an hour and more; after this time it is stuck rather than on its way. */
const preparingCountsForMs = 7_200_000;

export interface IdleSources {
  /** When the last task of the newest run ended; epoch milliseconds, null: none has. */
  readonly taskEndedMs: number | null;
  /** When the container was started; epoch milliseconds, null: not known. */
  readonly containerStartedMs: number | null;
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
  const { taskEndedMs, lastBusyMs, upSinceMs, firstSeenMs, perHourUsd, nowMs } = sources;
  const begun = upSinceMs ?? firstSeenMs;
  const busyMs = latest(lastBusyMs, preparingUntilMs(sight, sources));
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

/** Windows is being prepared for a run, which is a use of the VM. */
function preparingUntilMs(sight: Sight, { containerStartedMs, nowMs }: IdleSources): number | null {
  if (sight.container.kind !== 'running' || isReady(sight) || containerStartedMs === null) return null;
  return Math.min(nowMs, containerStartedMs + preparingCountsForMs);
}

function latest(...times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.max(...known);
}
