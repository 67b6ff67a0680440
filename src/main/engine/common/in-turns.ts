/** Does long work in turns, so that it never blocks the event loop. */
import { setImmediate } from 'node:timers/promises';

/** How long one turn is. */
const turnMs = 8;

/**
 * Runs the work to its end, and lets the rest of the program have its turn between pieces.
 * @param work yields after each short piece
 * @param signal ends the work between two pieces, and rejects
 */
export async function inTurns<Result>(
  work: Generator<undefined, Result>,
  signal?: AbortSignal,
): Promise<Result> {
  for (;;) {
    const turnEndsMs = performance.now() + turnMs;
    while (performance.now() < turnEndsMs) {
      const next = work.next();
      if (next.done === true) return next.value;
    }
    await setImmediate();
    signal?.throwIfAborted();
  }
}
