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
 * Keeps SIGUSR1, by which other services reopen their logs, from doing what Node does with it: it opens a debugger, through
 * which every user of this machine can run code in this process. `node --inspect` still opens one.
 */
function ignoreDebugSignal(): void {
  process.on('SIGUSR1', () => undefined);
}
