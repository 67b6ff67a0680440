/** Time of a VM's last answer. The journal keeps it, so that a later process knows how old its state is. */
import type { Cost } from '../../../../shared/stream.ts';
import type { Feed, Heard } from '../../feed/index.ts';
import type { LastHeard } from '../../run/index.ts';
import type { VmClock } from '../vm-clock.ts';

export interface Hearing {
  /** The record of an earlier process; null: the VM never answered. */
  readonly before: Heard | null;
  /** The newest answer, of this process or an earlier one; null: the VM never answered. */
  readonly last: LastHeard | null;
  /** The VM has just answered, and costs this. */
  heard(cost: Cost | null): void;
  /** Stores the newest answer. Call it at the end of a connection. */
  keep(): void;
}

/** Greatest age of the record if BenchTray is killed. */
const keepEveryMs = 30_000;

export function createHearing(feed: Pick<Feed, 'heard' | 'noteHeard'>, vm: string, clock: VmClock): Hearing {
  const before = feed.heard(vm);
  let last: LastHeard | null = before === null ? null : { runMs: before.at, wallMs: before.at };
  let unkept: Heard | null = null;
  let keptAtMs = Number.NEGATIVE_INFINITY;

  function keep(): void {
    if (unkept === null) return;
    feed.noteHeard(vm, unkept);
    unkept = null;
    keptAtMs = clock.monotonicMs();
  }

  return {
    before,
    get last() {
      return last;
    },
    heard(cost) {
      last = { runMs: clock.runMs(), wallMs: clock.wallMs() };
      unkept = { at: last.wallMs, cost };
      if (clock.monotonicMs() - keptAtMs >= keepEveryMs) keep();
    },
    keep,
  };
}
