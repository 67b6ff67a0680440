/**
 * Finds out that a run has ended, once for each run. The stream has no such event: the run's record in the journal says it,
 * also where the end came while BenchTray was not there to see it.
 */
import type { ProgressPayload } from '../../../shared/stream.ts';
import type { Feed, StoredRun } from '../feed/index.ts';

export interface RunEnds {
  /** Takes what the journal has of this VM as told. To be called before the VM is watched; a second time it does nothing. */
  know(vm: string): void;
  /** @returns the runs that have ended since the last time, oldest first */
  hear(progress: ProgressPayload): readonly StoredRun[];
}

const runsToLookAt = 50;
/** More than are looked at later, so that all of those are either known or new. */
const runsToKnow = 2 * runsToLookAt;

export function createRunEnds(feed: Pick<Feed, 'runs' | 'firstSeen'>, now: () => number): RunEnds {
  const knownVms = new Set<string>();
  /** By run id. */
  const isOver = new Map<string, boolean>();
  const shown = new Map<string, string>();

  function isNews(run: StoredRun): boolean {
    const before = isOver.get(run.runId);
    isOver.set(run.runId, hasEnded(run));
    if (!hasEnded(run) || before === true) return false;
    // Begun and ended out of our sight. What was there before the VM was first seen is history.
    return before === false || (run.startedAt ?? 0) >= feed.firstSeen(run.vm, now());
  }

  function know(vm: string): void {
    if (knownVms.has(vm)) return;
    for (const run of feed.runs({ vm, limit: runsToKnow })) isOver.set(run.runId, hasEnded(run));
    knownVms.add(vm);
  }

  return {
    know,
    hear({ vm, run_id: runId, state }) {
      const picture = `${runId} ${state === 'running' || state === 'stalled' ? 'on' : 'over'}`;
      if (shown.get(vm) === picture) return [];
      know(vm);
      const ended = feed.runs({ vm, limit: runsToLookAt }).filter(isNews).reverse();
      shown.set(vm, picture);
      return ended;
    },
  };
}

function hasEnded(run: StoredRun): boolean {
  return run.state !== 'running';
}
