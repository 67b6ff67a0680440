/** Shows the newest run of a VM as `progress`: after each change, and each second while it is on. */
import type { Feed } from '../feed/index.ts';
import { progressOf, type LastHeard, type RunState } from '../run/index.ts';

export interface RunDisplay {
  /** The run has changed. Goes out at once where a client would want to know at once. */
  show(run: RunState): void;
  /** Time has passed: elapsed time, ETA and the stall move on. */
  tick(run: RunState, isStalled: boolean): void;
}

export interface RunDisplayOptions {
  readonly vm: string;
  readonly feed: Feed;
  /** On the timeline of the run; epoch milliseconds. */
  readonly runMs: () => number;
  /** Given while nothing is heard of the VM. */
  readonly lastHeard: () => LastHeard | null;
}

export function createRunDisplay({ vm, feed, runMs, lastHeard }: RunDisplayOptions): RunDisplay {
  return {
    show(run) {
      const shown = feed.snapshot(vm).progress;
      const next = progressOf(run, vm, runMs(), false, lastHeard());
      const isUrgent =
        shown?.run_id !== next.run_id ||
        shown.state !== next.state ||
        shown.current_task !== next.current_task ||
        shown.tasks_completed !== next.tasks_completed;
      feed.setProgress(vm, next, isUrgent);
    },
    tick(run, isStalled) {
      const shown = feed.snapshot(vm).progress;
      const next = progressOf(run, vm, runMs(), isStalled, lastHeard());
      const isUrgent = shown?.state !== next.state || shown.as_of !== next.as_of;
      if (run.state === 'running' || isUrgent) feed.setProgress(vm, next, isUrgent);
    },
  };
}
