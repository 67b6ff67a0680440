/** The interval of a rate. Pure: comparisons, reports and the page use it. */

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The 97.5 % point of the standard normal distribution: all intervals here are 95 % intervals. */
const z95 = 1.959963984540054;

/**
 * Returns the 95 % Wilson score interval of a rate; null without trials. Scores between 0 and 1 may stand in for successes: their
 * spread is at most that of passed and failed, so the interval is never too narrow.
 * @param successes from 0 to `trials`; outside of that, there is no interval
 */
export function wilsonInterval(successes: number, trials: number): Interval | null {
  if (trials === 0 || successes < 0 || successes > trials) return null;
  const rate = successes / trials;
  const z2 = z95 * z95;
  const middle = (rate + z2 / (2 * trials)) / (1 + z2 / trials);
  const half =
    (z95 / (1 + z2 / trials)) * Math.sqrt((rate * (1 - rate)) / trials + z2 / (4 * trials * trials));
  // Rounding errors must not put the rate outside of its interval.
  return {
    low: Math.min(rate, Math.max(0, middle - half)),
    high: Math.max(rate, Math.min(1, middle + half)),
  };
}
