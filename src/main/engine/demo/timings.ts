/** How long the parts of the play take at speed 1, in milliseconds. */
export interface Timings {
  /** From the start of the container until the benchmark server answers. */
  readonly bootMs: number;
  /** From then until the first run begins. */
  readonly beforeFirstRunMs: number;
  readonly shortestTaskMs: number;
  readonly longestTaskMs: number;
  /** From the end of a run until the next one begins. */
  readonly idleMs: number;
}

export const defaultTimings: Timings = {
  bootMs: 20_000,
  beforeFirstRunMs: 2_000,
  shortestTaskMs: 10_000,
  longestTaskMs: 20_000,
  idleMs: 30_000,
};
