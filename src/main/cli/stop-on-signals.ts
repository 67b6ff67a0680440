import { onEndSignals, type EndSignal } from '../engine/common/end-process.ts';

export interface Stop {
  /** Aborted by the first signal that asks this process to end. */
  readonly signal: AbortSignal;
  /** The first signal; null until it comes. */
  by(): EndSignal | null;
}

/** Listens for signals that ask this process to end. It does so within two seconds, and at the second signal at once. */
export function stopOnSignals(): Stop {
  const controller = new AbortController();
  let first: EndSignal | null = null;
  ignoreDebugSignal();
  onEndSignals((signal) => {
    first = signal;
    controller.abort();
  });
  return { signal: controller.signal, by: () => first };
}

/**
 * Ignores SIGUSR1. By default Node opens a debugger on it, through which every user of this machine can run code here. Other
 * services reopen their logs on this signal.
 */
function ignoreDebugSignal(): void {
  process.on('SIGUSR1', () => undefined);
}
