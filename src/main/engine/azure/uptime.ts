/**
 * Since when a VM is up. An instance view gives its power state no time, so that the activity log of the subscription is asked, which
 * keeps 90 days: https://learn.microsoft.com/azure/azure-monitor/platform/activity-log. Pure.
 */

/** One entry of the activity log, reduced to what counts. */
export interface ActivityEvent {
  /** "Microsoft.Compute/virtualMachines/start/action" */
  readonly operation: string;
  /** "Succeeded", "Started", "Accepted", "Failed" */
  readonly status: string;
  /** Epoch milliseconds. */
  readonly atMs: number;
}

const base = 'microsoft.compute/virtualmachines/';
const starts: readonly string[] = [`${base}start/action`];
const creation = `${base}write`;
/** From the order to make a VM to its being through. */
const makingTakesMs = 3_600_000;
const deallocation = `${base}deallocate/action`;
const ends: readonly string[] = [deallocation, `${base}delete`];
/** What Azure does to a spot VM, and what a person does to try that. */
const evictions: readonly string[] = [`${base}evictspotvm/action`, `${base}simulateeviction/action`];

export interface UptimeSources {
  /** Newest first or not; null: the log could not be read. */
  readonly events: readonly ActivityEvent[] | null;
  /** When the newest change of the VM by Azure was through: its start, or anything that was changed since. */
  readonly provisionedAtMs: number | null;
  /** When the VM was made. */
  readonly createdAtMs: number | null;
  /** When it was last seen not to be up; null: never by us. */
  readonly offSeenAtMs: number | null;
}

/**
 * The newest start, unless the VM was deallocated after it: the log is minutes behind, and the next start is not in it yet. Then, and
 * without a log, it is the time of the newest change, which is never before the start.
 */
export function upSinceMs({
  events,
  provisionedAtMs,
  createdAtMs,
  offSeenAtMs,
}: UptimeSources): number | null {
  const done = (events ?? []).filter(({ status }) => status.toLowerCase() === 'succeeded');
  const newest = (operations: readonly string[]): number | null => {
    const times = done
      .filter(({ operation }) => operations.includes(operation.toLowerCase()))
      .map(({ atMs }) => atMs);
    return times.length === 0 ? null : Math.max(...times);
  };
  const endedInLogMs = newest(ends);
  const endedAtMs =
    endedInLogMs === null && offSeenAtMs === null
      ? null
      : Math.max(endedInLogMs ?? -Infinity, offSeenAtMs ?? -Infinity);
  const isAfterEnd = (atMs: number): boolean => endedAtMs === null || atMs > endedAtMs;
  const startedAtMs = newest(starts);
  if (startedAtMs !== null && isAfterEnd(startedAtMs)) return startedAtMs;
  // Never deallocated, as far as the log goes back: it is up since it was made, if the log goes back to that.
  if (endedAtMs === null && createdAtMs !== null && isMadeInLog(done, createdAtMs)) return createdAtMs;
  return provisionedAtMs !== null && isAfterEnd(provisionedAtMs) ? provisionedAtMs : null;
}

/** Returns who deallocated a VM after its newest start; null: the log does not say, or not yet. */
export function endedBy(events: readonly ActivityEvent[]): 'eviction' | 'request' | null {
  const since = (operations: readonly string[]): number =>
    Math.max(
      Number.NEGATIVE_INFINITY,
      ...events
        .filter(({ operation }) => operations.includes(operation.toLowerCase()))
        .filter(({ status }) => status.toLowerCase() !== 'failed')
        .map(({ atMs }) => atMs),
    );
  const startedAtMs = since(starts);
  // Azure may log the deallocation that follows from an eviction, too.
  if (since(evictions) > startedAtMs) return 'eviction';
  return since([deallocation]) > startedAtMs ? 'request' : null;
}

/** Every later change of a VM is a "write" too. */
function isMadeInLog(done: readonly ActivityEvent[], createdAtMs: number): boolean {
  return done.some(
    ({ operation, atMs }) =>
      operation.toLowerCase() === creation && Math.abs(atMs - createdAtMs) < makingTakesMs,
  );
}
