/** The watcher's rules are asked about what is seen in one look: nothing has lasted for long by then. */
export const noTimes = {
  stalledAfterMs: Number.POSITIVE_INFINITY,
  idleAfterMs: Number.POSITIVE_INFINITY,
  missingAfterMs: 0,
};
