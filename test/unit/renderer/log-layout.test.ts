import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fitted,
  fractionAt,
  idealTop,
  laidOutAt,
  seenRows,
  type LogLayout,
  type LogScale,
} from '../../../src/renderer/features/log/log-layout.ts';
import type { LogWindow } from '../../../src/renderer/features/log/log-window.ts';

const scale: LogScale = { row: 20, view: 600, rowBytes: 100 };
const megabyte = 1_000_000;

/** So many rows of these bytes in a log of this size. */
function windowAt(from: number, count: number, size: number, bytes = 100, first = 0): LogWindow {
  const rows = Array.from({ length: count }, (_, index) => {
    const begin = from + index * bytes;
    return { from: begin, to: begin + bytes, text: '', isHole: false };
  });
  return { rows, first, from, to: Math.min(size, from + count * bytes), size };
}
const topOf = (window: LogWindow, { origin }: LogLayout): number => origin + window.first * scale.row;
const bottomOf = (window: LogWindow, layout: LogLayout): number =>
  topOf(window, layout) + window.rows.length * scale.row;

describe('the layout of a log', () => {
  it('is as high as its rows if all of it is known', () => {
    const window = windowAt(0, 50, 5_000);
    const { layout } = fitted(window, scale, laidOutAt(window, scale, 0, 0), true);
    expect(layout).toEqual({ origin: 0, height: 1000 });
  });

  it('is no higher than what a browser lays out, whatever the size of the log', () => {
    for (const size of [200 * megabyte, 1e12]) {
      const window = windowAt(size / 2, 1000, size);
      const { height } = laidOutAt(window, scale, 0, idealTop(size, size / 2, scale));
      expect(height).toBeLessThan(8_100_000);
      expect(height).toBeGreaterThan(7_000_000);
    }
  });

  it('has the first row of the log at the top, and says how far it has moved it', () => {
    const window = windowAt(0, 500, megabyte, 100, -300);
    const { layout, shift } = fitted(window, scale, { origin: 5_000, height: 0 }, false);
    expect([topOf(window, layout), shift]).toEqual([0, 1_000]);
  });

  it('ends with the last row of the log', () => {
    const window = windowAt(megabyte - 50_000, 500, megabyte);
    const { layout } = fitted(window, scale, { origin: 150_000, height: 0 }, false);
    expect(layout.height).toBe(bottomOf(window, layout));
  });

  it('moves nothing in the middle while somebody scrolls, and brings it to its place at rest', () => {
    const window = windowAt(megabyte / 2, 500, megabyte);
    const away = { origin: 20_000, height: 0 };
    expect(fitted(window, scale, away, false).shift).toBe(0);
    const { layout, shift } = fitted(window, scale, away, true);
    expect([topOf(window, layout), shift]).toEqual([100_000, 80_000]);
  });

  it('leaves room above and below what is known, wherever it lies', () => {
    const bytes = fc.constantFrom(1, 20, 100, 4_000, 65_536);
    const place = fc.double({ min: 0, max: 1, noNaN: true });
    const rest = fc.boolean();
    fc.assert(
      fc.property(
        bytes,
        place,
        fc.nat(400_000_000),
        fc.integer(),
        rest,
        (length, at, more, origin, isAtRest) => {
          const size = 500 * length + more;
          const from = Math.floor((at * more) / length) * length;
          const window = windowAt(from, 500, size, length, -250);
          const { layout, shift } = fitted(window, scale, { origin, height: 0 }, isAtRest);
          expect(layout.origin - origin).toBe(shift);
          expect(topOf(window, layout)).toBeGreaterThanOrEqual(0);
          const below = layout.height - bottomOf(window, layout);
          if (window.to >= size) expect(below).toBe(0);
          else expect(below).toBeGreaterThanOrEqual(scale.row);
          if (from === 0) expect(topOf(window, layout)).toBe(0);
        },
      ),
    );
  });
});

it('says which rows are seen, and which place of the log the scroll bar stands for', () => {
  const layout = { origin: 1_000, height: 10_600 };
  expect(seenRows(scale, layout, 990)).toEqual([-0.5, 29.5]);
  expect([-50, 0, 2_500, 10_000, 99_999].map((top) => fractionAt(layout, scale, top))).toEqual([
    0, 0, 0.25, 1, 1,
  ]);
  expect(fractionAt({ origin: 0, height: 300 }, scale, 0)).toBe(0);
});
