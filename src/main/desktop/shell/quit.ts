import { setTimeout as delay } from 'node:timers/promises';
import { app, powerMonitor } from '#electron';
import { endBySignal, endWithinMs, onEndSignals, threadsRest } from '../../engine/common/end-process.ts';

/** A part of the two seconds that ending may take in all. */
const closeWithinMs = 1700;

export interface QuitOptions {
  /** Quitting has begun: from here on windows are closed and not hidden. */
  readonly onBegin: () => void;
  /** Ends what would hold up the process. */
  readonly close: () => Promise<void>;
}

/** Sees to it that every way of quitting closes what is open, within two seconds, and ends with exit code 0. */
export function quitCleanly({ onBegin, close }: QuitOptions): void {
  let isClosing = false;
  app.on('before-quit', onBegin);
  app.on('will-quit', (event) => {
    event.preventDefault();
    if (isClosing) return;
    isClosing = true;
    // End even if something hangs: the exit itself would wait for hung threads.
    setTimeout(() => endBySignal('SIGTERM'), endWithinMs);
    Promise.race([close(), delay(closeWithinMs)])
      .catch(() => undefined)
      .then(() => threadsRest(endWithinMs))
      .then((rest) => {
        if (rest) app.exit(0);
      })
      .catch(() => app.exit(0));
  });
  // The session ends: on Linux and macOS without asking the windows first.
  powerMonitor.on('shutdown', () => app.quit());
  onEndSignals(() => app.quit());
}
