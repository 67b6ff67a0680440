/** Work for one VM that runs one piece after another, with a short queue. */
export interface Turns {
  /** @returns null if the queue is full, or if the signal aborted before the turn came */
  take<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T | null>;
}

export function createTurns(mostWaiting: number): Turns {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  return {
    async take(signal, work) {
      if (waiting > mostWaiting) return null;
      waiting += 1;
      const turn = last.then(() => (signal.aborted ? null : work()));
      last = turn.catch(() => undefined);
      try {
        return await turn;
      } finally {
        waiting -= 1;
      }
    },
  };
}
