/** Which runs of different VMs are parts of one, as of now. */
import type { PoolView, ProgressPayload, RunOutcome } from '../../../shared/stream.ts';
import { poolsOf, poolView, type Pool } from '../run/pool.ts';
import type { RunRecord } from './model.ts';

/** Parts of a pool are looked for among so many of the newest runs. */
export const knownRuns = 500;

export interface Pools {
  /** A run is new, or has changed. */
  readonly take: (run: RunRecord) => void;
  /** Null: the run is no part of a pool, or the only one that is known. */
  poolOf(runId: string): Pool | null;
  /** @param stateOf how a part is shown just now; null: as its record says */
  viewOf(runId: string, stateOf: (vm: string, runId: string) => RunOutcome | null): PoolView | null;
}

export function createPools(known: readonly RunRecord[]): Pools {
  const runs = new Map<string, RunRecord>();
  let pools: readonly Pool[] | null = null;

  function take(run: RunRecord): void {
    // A journal of old has runs without this argument.
    if ((run.arguments.workers ?? 1) < 2) return;
    runs.set(run.runId, run);
    pools = null;
  }

  function poolOf(runId: string): Pool | null {
    if (!runs.has(runId)) return null;
    pools ??= poolsOf([...runs.values()]);
    return pools.find(({ parts }) => parts.some((part) => part.runId === runId)) ?? null;
  }

  known.forEach(take);
  return {
    take,
    poolOf,
    viewOf(runId, stateOf) {
      const pool = poolOf(runId);
      if (pool === null) return null;
      const parts = pool.parts.map((part) => ({
        ...part,
        state: stateOf(part.vm, part.runId) ?? part.state,
      }));
      return poolView({ ...pool, parts }, runId);
    },
  };
}

/** Whether a part says something else to its pool than before. */
export function isOtherPart(before: ProgressPayload | null, after: ProgressPayload): boolean {
  return (
    before?.run_id !== after.run_id ||
    before.state !== after.state ||
    before.total_tasks !== after.total_tasks ||
    before.tasks_completed !== after.tasks_completed ||
    before.score_sum !== after.score_sum
  );
}
