/** Statistics for comparing two runs: intervals and an exact test. Pure and deterministic. */
import { wilsonInterval, type Interval } from '../../../shared/wilson.ts';

export { wilsonInterval, type Interval };

/**
 * Returns the exact two-sided p of McNemar's test, above 0 and at most 1: how often a fair coin for each pair that differs would be at
 * least as one-sided.
 * @param onlyFirst pairs in which only the first passed
 * @param onlySecond pairs in which only the second passed
 */
export function mcnemarExactP(onlyFirst: number, onlySecond: number): number {
  const tosses = onlyFirst + onlySecond;
  const fewer = Math.min(onlyFirst, onlySecond);
  // In logarithms: 0.5 to the power of 1,075 and above is 0 as a number.
  let logLast = -tosses * Math.LN2;
  for (let heads = 1; heads <= fewer; heads += 1) logLast += Math.log((tosses - heads + 1) / heads);
  let term = 1;
  let tail = 1;
  for (let heads = fewer; heads > 0; heads -= 1) {
    term *= heads / (tosses - heads + 1);
    tail += term;
  }
  // The sum of logarithms is right to about twelve digits.
  const p = Number((2 * Math.exp(logLast) * tail).toPrecision(12));
  return Math.min(1, Math.max(Number.MIN_VALUE, p));
}

/** The same differences give the same interval, on every machine. */
const seed = 20_260_128;
const mostResamples = 5_000;
const fewestResamples = 1_000;
/** A comparison must not hold up the event loop: two million draws take about 15 ms. */
const mostDraws = 2_000_000;

/**
 * Returns the 95 % interval of the mean difference between paired values: the percentiles of a seeded bootstrap over the pairs. Null if
 * fewer than two pairs are given, or if all differ by the same amount: nothing then shows how much the mean may vary.
 * The interval of the negated differences is exactly the negated interval.
 */
export function pairedDifferenceInterval(differences: readonly number[]): Interval | null {
  const [first] = differences;
  const pairs = differences.length;
  if (first === undefined || differences.every((difference) => difference === first)) return null;
  const resamples = Math.min(mostResamples, Math.max(fewestResamples, Math.floor(mostDraws / pairs)));
  const random = createRandom(seed);
  const values = Float64Array.from(differences);
  const means = new Float64Array(resamples);
  for (let sample = 0; sample < resamples; sample += 1) {
    let sum = 0;
    for (let draw = 0; draw < pairs; draw += 1) sum += values[Math.trunc(random() * pairs)] ?? 0;
    means[sample] = sum / pairs;
  }
  means.sort();
  const cutOff = Math.floor(resamples * 0.025);
  return { low: means[cutOff] ?? first, high: means[resamples - 1 - cutOff] ?? first };
}

/** Returns a generator of numbers from 0 to below 1 (mulberry32): small, quick, and good enough to draw pairs. */
function createRandom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
