/** Settings of the watcher's rules for what is seen in one look: nothing has lasted long by then, and no run is known. */
export const noTimes = {
  stalledAfterMs: Number.POSITIVE_INFINITY,
  idleAfterMs: Number.POSITIVE_INFINITY,
  missingAfterMs: 0,
  cutRun: null,
};
