/** From values to places on a chart, and where its axes have marks. Pure. */

export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** The area that a chart is drawn on. */
export interface Plot {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  /** Pixels from the top to the axis of x. */
  readonly bottom: number;
}

export type Span = readonly [from: number, to: number];

/** Returns the function that maps a value of the one span to the other. A span without length maps to the middle. */
export function linear([from, to]: Span, [start, end]: Span): (value: number) => number {
  const length = to - from;
  if (length === 0) return () => (start + end) / 2;
  return (value) => start + ((value - from) / length) * (end - start);
}

/** Returns round values from 0 to at least `max`, in about `count` steps of 1, 2 or 5 times a power of ten. */
export function roundTicks(max: number, count: number): readonly number[] {
  const rough = Math.max(max, Number.EPSILON) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10);
  const steps = Math.ceil(max / step - 0.001);
  return Array.from({ length: Math.max(1, steps) + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const timeSteps = [
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * minuteMs),
  ...[1, 2, 3, 6, 12].map((hours) => hours * hourMs),
  ...[1, 2, 7, 14, 30, 60, 90, 180, 365].map((days) => days * dayMs),
];

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** Returns at most `count` round moments of local time within a span of epoch milliseconds. */
export function timeTicks([from, to]: Span, count: number): readonly Tick[] {
  const least = (to - from) / Math.max(1, count);
  const step = timeSteps.find((length) => length >= least) ?? Math.ceil(least / dayMs / 365) * dayMs * 365;
  const ticks: Tick[] = [];
  // Local midnight is the origin, so that steps of hours and days fall on round local times.
  const origin = new Date(from).setHours(0, 0, 0, 0);
  for (let index = Math.ceil((from - origin) / step); origin + index * step <= to; index += 1) {
    const value = origin + index * step;
    // Where the clock changes, a day has 23 or 25 hours.
    const shown = step >= dayMs ? new Date(value + 2 * hourMs).setHours(0, 0, 0, 0) : value;
    const isMidnight = new Date(shown).setHours(0, 0, 0, 0) === shown;
    if (shown >= from && shown <= to)
      ticks.push({ value: shown, label: (step >= dayMs || isMidnight ? day : clock).format(shown) });
    if (ticks.length > 50) break;
  }
  return ticks;
}
