/**
 * The expected figures were computed by SciPy 1.17.1 (Python 3.11.7): `binomtest(k, n).proportion_ci(method='wilson')`,
 * `binomtest(min(b, c), b + c, 0.5).pvalue`, and `bootstrap((differences,), mean, method='percentile', n_resamples=200_000)`.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  mcnemarExactP,
  pairedDifferenceInterval,
  wilsonInterval,
} from '../../../src/main/engine/run/statistics.ts';

describe('wilsonInterval', () => {
  it.each([
    [0, 1, 0, 0.7934506856227626],
    [1, 1, 0.20654931437723745, 1],
    [0, 10, 0, 0.27753279986288926],
    [3, 10, 0.10779126740630102, 0.6032218525388546],
    [71, 154, 0.3842162367134603, 0.5397581101428252],
    [154, 154, 0.9756625486776704, 1],
    [1, 369, 0.0004785466164122015, 0.015188860219648333],
    [200, 369, 0.4909978644385931, 0.5921473954744371],
  ])('of %d in %d is the interval of SciPy', (successes, trials, low, high) => {
    const interval = wilsonInterval(successes, trials);
    expect(interval?.low).toBeCloseTo(low, 12);
    expect(interval?.high).toBeCloseTo(high, 12);
  });

  it('contains the rate, lies within 0 to 1, and mirrors failures and successes', () => {
    const counts = fc
      .nat(5000)
      .chain((trials) => fc.tuple(fc.integer({ min: 0, max: trials }), fc.constant(trials)));
    fc.assert(
      fc.property(counts, ([successes, trials]) => {
        const interval = wilsonInterval(successes, trials);
        if (trials === 0) return interval === null;
        if (interval === null) return false;
        const { low, high } = interval;
        const mirrored = wilsonInterval(trials - successes, trials);
        expect(mirrored?.low).toBeCloseTo(1 - high, 9);
        return 0 <= low && low <= successes / trials && successes / trials <= high && high <= 1 && low < high;
      }),
    );
  });

  it('is null for what is no rate', () => {
    expect([wilsonInterval(-0.5, 3), wilsonInterval(3.5, 3)]).toEqual([null, null]);
  });
});

describe('mcnemarExactP', () => {
  it.each([
    [0, 1, 1],
    [0, 6, 0.03125],
    [1, 9, 0.021484375],
    [8, 14, 0.28627872467041016],
    [7, 13, 0.26317596435546875],
    [3, 60, 9.048317650695026e-15],
    [200, 260, 0.0058839224731039984],
    [0, 369, 1.663265562503184e-111],
    [150, 1, 1.064986832886861e-43],
  ])('of %d and %d is the p of SciPy', (onlyFirst, onlySecond, p) => {
    expect(mcnemarExactP(onlyFirst, onlySecond) / p).toBeCloseTo(1, 9);
  });

  it('is above 0 and at most 1, the same both ways, and smaller for a more one-sided outcome', () => {
    fc.assert(
      fc.property(fc.nat(3000), fc.nat(3000), (onlyFirst, onlySecond) => {
        const p = mcnemarExactP(onlyFirst, onlySecond);
        const more = mcnemarExactP(Math.max(onlyFirst, onlySecond) + 1, Math.min(onlyFirst, onlySecond));
        return p > 0 && p <= 1 && p === mcnemarExactP(onlySecond, onlyFirst) && more <= p;
      }),
    );
  });

  it('is 1 if no pair differs, or as many both ways', () => {
    expect([mcnemarExactP(0, 0), mcnemarExactP(7, 7), mcnemarExactP(1, 0)]).toEqual([1, 1, 1]);
  });
});

/** Each value this many times. */
const repeated = (...groups: readonly (readonly [value: number, times: number])[]): number[] =>
  groups.flatMap(([value, times]) => Array.from({ length: times }, () => value));

describe('pairedDifferenceInterval', () => {
  it.each<[groups: [value: number, times: number][], low: number, high: number, step: number]>([
    [
      [
        [1, 14],
        [-1, 8],
        [0, 121],
      ],
      -0.021,
      0.1049,
      0.0071,
    ],
    [
      [
        [1, 20],
        [0, 134],
      ],
      0.0779,
      0.1883,
      0.0066,
    ],
    [
      [
        [0.25, 10],
        [-0.5, 3],
        [0, 40],
        [1, 5],
      ],
      0.0259,
      0.1897,
      0.0044,
    ],
    [
      [
        [1, 40],
        [-1, 60],
        [0, 269],
      ],
      -0.1084,
      0,
      0.0028,
    ],
  ])('of %j is close to the interval of SciPy', (groups, low, high, step) => {
    const interval = pairedDifferenceInterval(repeated(...groups));
    // Means of few pairs are discrete: a percentile may fall on either side of a step.
    expect(Math.abs((interval?.low ?? Infinity) - low)).toBeLessThanOrEqual(step);
    expect(Math.abs((interval?.high ?? Infinity) - high)).toBeLessThanOrEqual(step);
  });

  const differences = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { maxLength: 40 });

  it('is the same each time, within the differences, and negated for negated differences', () => {
    fc.assert(
      fc.property(differences, (values) => {
        const interval = pairedDifferenceInterval(values);
        expect(pairedDifferenceInterval([...values])).toEqual(interval);
        if (interval === null) return new Set(values.map((value) => value + 0)).size < 2;
        const negated = pairedDifferenceInterval(values.map((value) => 0 - value));
        expect([negated?.low, negated?.high]).toEqual([0 - interval.high, 0 - interval.low]);
        return interval.low <= interval.high && interval.low >= Math.min(...values) - 1e-12;
      }),
      { numRuns: 20 },
    );
  });

  it('is null if nothing shows how much the mean may vary', () => {
    expect([[], [0.5], [1, 1, 1], [0, 0]].map(pairedDifferenceInterval)).toEqual([null, null, null, null]);
  });
});
