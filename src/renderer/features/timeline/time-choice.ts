/** The moment that a person asks for: "03:12" on one of the days of a run, as local time. Pure. */
import type { Span } from '../../../shared/chart-scale.ts';
import { readClock } from '../../format/clock.ts';
import { dayStart } from '../../format/format.ts';

/** Returns the local midnights of the days that a span touches, at most 60. */
export function daysOf([from, to]: Span): readonly number[] {
  const days: number[] = [];
  const day = new Date(dayStart(from));
  while (day.getTime() <= to && days.length < 60) {
    days.push(day.getTime());
    // A day may have 23 or 25 hours.
    day.setDate(day.getDate() + 1);
  }
  return days;
}

/**
 * Returns the moment of a time of day, epoch milliseconds: on the day that is preferred, else on the first day on which the span has it. Null:
 * it is no time.
 * @param clock "03:12", "03:12:40", "0312"
 * @param day a local midnight
 */
export function momentAt(clock: string, span: Span, day: number | null): number | null {
  const time = readClock(clock);
  if (time === null) return null;
  const { hours, minutes, seconds } = time;
  const onDay = (start: number): number => new Date(start).setHours(hours, minutes, seconds, 0);
  if (day !== null) return onDay(day);
  const candidates = daysOf(span).map(onDay);
  return candidates.find((at) => at >= span[0] - 60_000 && at <= span[1]) ?? candidates[0] ?? null;
}

const hourAndMinute = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** "03:12", as a field for times has it. */
export const clockValue = (atMs: number): string => hourAndMinute.format(atMs);

/** Returns the moment that an address names; null: none. */
export function momentIn(text: string | null): number | null {
  if (text === null || !/^\d{4}-\d\d-\d\dT/.test(text)) return null;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? null : atMs;
}

/** "2026-01-29T03:12:00Z", for an address. */
export const momentName = (atMs: number): string => new Date(atMs).toISOString().replace(/\.\d+/, '');

/** Parts of a run to look at closely, longest first. */
export const zooms = [
  { value: '6h', label: '6 hours', lengthMs: 6 * 3_600_000 },
  { value: '1h', label: '1 hour', lengthMs: 3_600_000 },
  { value: '10m', label: '10 minutes', lengthMs: 600_000 },
] as const;

/** Returns the length of a zoom of an address; null: the whole run. */
export const zoomLengthMs = (zoom: string | null): number | null =>
  zooms.find(({ value }) => value === zoom)?.lengthMs ?? null;
