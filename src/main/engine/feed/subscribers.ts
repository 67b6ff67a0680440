/** Hands each event to everyone who listens, in one order. */
import type { FeedEvent } from './model.ts';

export interface Subscribers {
  /** @returns how to stop */
  add(listener: (event: FeedEvent) => void): () => void;
  /** What a listener throws becomes a process warning. */
  tell(event: FeedEvent): void;
}

export function createSubscribers(): Subscribers {
  const listeners = new Set<(event: FeedEvent) => void>();
  const waiting: FeedEvent[] = [];
  let isTelling = false;
  return {
    add(listener) {
      // A function of its own, so that the same listener may be added twice and removed once.
      const entry = (event: FeedEvent): void => {
        listener(event);
      };
      listeners.add(entry);
      return () => {
        listeners.delete(entry);
      };
    },
    tell(event) {
      // A listener may itself cause events. They wait their turn, so that everyone sees the same order.
      waiting.push(event);
      if (isTelling) return;
      isTelling = true;
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        for (const listener of listeners) {
          try {
            listener(next);
          } catch (error) {
            process.emitWarning(error instanceof Error ? error : String(error));
          }
        }
      }
      isTelling = false;
    },
  };
}
