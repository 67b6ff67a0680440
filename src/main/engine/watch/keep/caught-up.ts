/** Lets a copy wait for the log of the run, which comes first. */
import type { LogAccess } from '../log/following-options.ts';
import type { VmStore } from '../store.ts';

/** Waits while more of the log is to be read. @throws if the connection or the watcher ends */
export async function untilCaughtUp(
  store: VmStore,
  { host }: Pick<LogAccess, 'host'>,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const { isBehind, contact } = store.get();
    if (contact?.host !== host) throw new Error('the connection is gone');
    if (!isBehind) return;
    await nextUpdate(store, signal);
  }
}

function nextUpdate(store: VmStore, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const waiting = new AbortController();
    const end = (): void => {
      waiting.abort();
      resolve();
    };
    store.subscribe(end, waiting.signal);
    signal.addEventListener('abort', end, { once: true, signal: waiting.signal });
  });
}
