/** When a VM last answered: kept in the journal, so that a BenchTray that comes later knows how old its picture is. */
import type { Cost } from '../../shared/stream.ts';
import type { Feed, Heard } from '../feed/index.ts';
import type { LastHeard } from '../run/index.ts';
import type { VmClock } from './vm-clock.ts';

export interface Hearing {
  /** What an earlier process wrote down; null: the VM never answered. */
  readonly before: Heard | null;
  /** The newest answer, of this process or an earlier one; null: the VM never answered. */
  readonly last: LastHeard | null;
  /** The VM has just answered, and costs this. */
  heard(cost: Cost | null): void;
  /** Writes down the newest answer. To be called when no other may follow. */
  keep(): void;
}

/** How old what is written down may be if BenchTray is killed. */
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
