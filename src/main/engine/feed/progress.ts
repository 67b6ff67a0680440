/** The progress of each VM, with the pool that its run is part of. */
import type { ProgressPayload } from '../../../shared/stream.ts';
import { isOtherPart, type Pools } from './pools.ts';
import type { Snapshot } from './snapshots.ts';

export interface ProgressOptions {
  readonly pools: Pools;
  readonly snapshot: (vm: string) => Snapshot;
  /** Publishes a progress that has its pool. */
  readonly show: (vm: string, data: ProgressPayload, urgent: boolean) => void;
}

/** Returns a function that publishes the newest progress of a VM, and of the other parts of its pool if it affects them. */
export function createProgress({ pools, snapshot, show }: ProgressOptions) {
  function withPool(data: ProgressPayload): ProgressPayload {
    const pool = pools.viewOf(data.run_id, (vm, runId) => {
      const shown = vm === data.vm ? data : snapshot(vm).progress;
      return shown?.run_id === runId ? shown.state : null;
    });
    return { ...data, pool };
  }

  function showOtherParts(of: ProgressPayload): void {
    for (const { vm, runId } of pools.poolOf(of.run_id)?.parts ?? []) {
      const shown = snapshot(vm).progress;
      if (runId === of.run_id || shown?.run_id !== runId) continue;
      // A part that has ended is not sent at intervals any more, so it goes out at once.
      const isOver = shown.state !== 'running' && shown.state !== 'stalled';
      show(vm, withPool(shown), isOver);
    }
  }

  return (vm: string, data: ProgressPayload, urgent: boolean): void => {
    const before = snapshot(vm).progress;
    show(vm, withPool(data), urgent);
    if (isOtherPart(before, data)) showOtherParts(data);
  };
}
