/** One after the other: who comes while something is being done waits for its turn, but not in a long queue. */

export interface Turns {
  /** @returns null when too many wait already, or nobody wanted it any more when its turn had come */
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
