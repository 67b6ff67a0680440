/** Puts a play on: performs each step at its time. */
import type { Act, PlayStep } from './acts.ts';

/** Steps that are due within this time are performed together, so that a fast play is no busy loop. */
const shortestPauseMs = 10;
/** When the process was held up for longer than this (the computer slept), the play goes on from there instead of catching up. */
const longestLagMs = 1000;

/**
 * @param perform is told the act and the moment at which it was due, epoch milliseconds, never going backwards
 * @returns a function that stops the play; nothing is performed afterwards
 */
export function startPlayer(
  steps: Iterator<PlayStep, unknown>,
  speed: number,
  perform: (act: Act, at: number) => void,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let next = steps.next();
  let dueMs = performance.now() + (next.done === true ? 0 : next.value.afterMs / speed);
  let lastAt = 0;

  const performDue = (): void => {
    const nowMs = performance.now();
    const now = Date.now();
    if (nowMs - dueMs > longestLagMs) dueMs = nowMs;
    while (next.done !== true && dueMs <= nowMs) {
      lastAt = Math.max(lastAt, Math.floor(now - (nowMs - dueMs)));
      perform(next.value.act, lastAt);
      next = steps.next();
      if (next.done !== true) dueMs += next.value.afterMs / speed;
    }
    if (next.done !== true)
      timer = setTimeout(performDue, Math.max(shortestPauseMs, dueMs - performance.now()));
  };
  performDue();
  return () => clearTimeout(timer);
}
