/** The interface of all sources of facts about a VM, and the tools that they use. */
import type { Logger } from '../common/app-log.ts';
import type { VmConfig } from '../config/index.ts';
import type { Feed } from '../feed/index.ts';
import type { LogWriters } from './log/log-keeping.ts';
import type { Report } from './report.ts';
import type { VmStore } from './store.ts';
import type { Tempo } from './tempo.ts';
import type { VmClock } from './vm-clock.ts';

/** Knows its own I/O and the store, and no other source. */
export interface Source {
  /** Starts the work, which lasts until the signal aborts. */
  start(store: VmStore, signal: AbortSignal): void;
}

/** The tools of a source besides the store. */
export interface WatchTools {
  readonly config: VmConfig;
  readonly feed: Feed;
  /** Where what is read of logs is kept; missing: nowhere. */
  readonly logs?: LogWriters | undefined;
  readonly log: Logger;
  readonly clock: VmClock;
  readonly tempo: Tempo;
  readonly report: Report;
}

/** If an answer was missed, the next look comes within this time and shows whether something is gone. */
const lookAgainMs = 1_500;

/** Asks for a whole look soon. An earlier wish stays. */
export function wantLook(store: VmStore, nowMs: number, inMs = lookAgainMs): void {
  const { lookWantedAtMs } = store.get();
  store.update({ lookWantedAtMs: Math.min(lookWantedAtMs ?? Number.POSITIVE_INFINITY, nowMs + inMs) });
}
