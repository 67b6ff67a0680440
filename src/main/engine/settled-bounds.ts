/**
 * The bounds of what is kept, once nobody types any more: an editor may save "2" on the way to "2000", and what a bound removes is lost.
 */
import type { Config } from './config/index.ts';

/** The parts of the configuration with bounds. */
export interface BoundedConfig {
  readonly journal: Pick<Config['journal'], 'keepDays' | 'maxMegabytes'>;
  readonly history: Pick<Config['history'], 'maxMegabytes'>;
}

export interface Bounds {
  readonly journalDays: number;
  readonly journalMegabytes: number;
  readonly historyMegabytes: number;
}

export interface SettledBounds {
  /** Returns the bounds by which something may be removed now. */
  get(): Bounds;
  /** Takes a new configuration. Its wider bounds count at once, its tighter ones in a minute. Another call starts the minute again. */
  take(config: BoundedConfig): void;
  /** @param listener called when tighter bounds begin to count */
  onTighter(listener: () => void): void;
  stop(): void;
}

const settleMs = 60_000;

export function createSettledBounds(first: BoundedConfig): SettledBounds {
  let bounds = boundsOf(first);
  let wanted = bounds;
  let timer: NodeJS.Timeout | undefined;
  const listeners: (() => void)[] = [];

  function settle(): void {
    const isTighter = isLess(wanted, bounds);
    bounds = wanted;
    if (isTighter) for (const listener of listeners) listener();
  }

  return {
    get: () => bounds,
    take(config) {
      wanted = boundsOf(config);
      bounds = widerOf(bounds, wanted);
      clearTimeout(timer);
      if (isLess(wanted, bounds)) timer = setTimeout(settle, settleMs);
    },
    onTighter(listener) {
      listeners.push(listener);
    },
    stop() {
      clearTimeout(timer);
    },
  };
}

function boundsOf({ journal, history }: BoundedConfig): Bounds {
  return {
    journalDays: journal.keepDays,
    journalMegabytes: journal.maxMegabytes,
    historyMegabytes: history.maxMegabytes,
  };
}

function widerOf(a: Bounds, b: Bounds): Bounds {
  return {
    journalDays: Math.max(a.journalDays, b.journalDays),
    journalMegabytes: Math.max(a.journalMegabytes, b.journalMegabytes),
    historyMegabytes: Math.max(a.historyMegabytes, b.historyMegabytes),
  };
}

/** Returns whether any bound is less than before. */
function isLess(next: Bounds, before: Bounds): boolean {
  return (
    next.journalDays < before.journalDays ||
    next.journalMegabytes < before.journalMegabytes ||
    next.historyMegabytes < before.historyMegabytes
  );
}
