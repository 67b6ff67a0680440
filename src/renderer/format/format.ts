/** Numbers and times as people read them. A dash stands for what is not known. */
import { dash } from '../../shared/wording.ts';

/** 12_345 → "12 s", 90_000 → "1 min", 7_200_000 → "2 h", 200_000_000 → "2 d" */
export function ageText(ageMs: number): string {
  const seconds = Math.max(0, Math.floor(ageMs / 1000));
  if (seconds < 60) return `${String(seconds)} s`;
  if (seconds < 3600) return `${String(Math.floor(seconds / 60))} min`;
  if (seconds < 2 * 86_400) return `${String(Math.floor(seconds / 3600))} h`;
  return `${String(Math.floor(seconds / 86_400))} d`;
}

/** 1_234 → "1.2 kB", 20_500_000 → "21 MB": decimal units, as in the configuration. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${String(bytes)} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let unit = 0;
  for (; value >= 999.5 && unit < units.length - 1; unit += 1) value /= 1000;
  return `${value < 9.95 ? value.toFixed(1).replace('.0', '') : value.toFixed(0)} ${units[unit] ?? ''}`;
}

/** 812 → "812 bytes", 65_536 → "66 kB", 1_843_188 → "1.8 MB" */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 999_500) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1e6).toFixed(bytes < 99_950_000 ? 1 : 0)} MB`;
}

const timeOfDay = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const dayAndTime = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

/** "14:03:22" today, "28 Jan, 14:03" on any other day; local time. Both in epoch milliseconds. */
export function timeText(atMs: number | null, nowMs: number): string {
  if (atMs === null) return dash;
  const isToday = new Date(atMs).toDateString() === new Date(nowMs).toDateString();
  return (isToday ? timeOfDay : dayAndTime).format(atMs);
}

const hourAndMinute = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** "14:03" today, "28 Jan, 14:03" on any other day; local time. Both in epoch milliseconds. */
export function momentText(atMs: number, nowMs: number): string {
  const isToday = new Date(atMs).toDateString() === new Date(nowMs).toDateString();
  return (isToday ? hourAndMinute : dayAndTime).format(atMs);
}

const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long' });

/** "Wednesday, 28 January 2026 at 14:03:22 CET": what a person sees on hover. Epoch milliseconds. */
export function exactText(atMs: number | null): string | undefined {
  return atMs === null ? undefined : exact.format(atMs);
}

/** The midnight before, local time. Both in epoch milliseconds. */
export function dayStart(atMs: number): number {
  return new Date(atMs).setHours(0, 0, 0, 0);
}

/** Epoch milliseconds of an ISO 8601 time; null where there is none, or it is none. */
export function parseTime(text: string | null): number | null {
  const ms = text === null ? NaN : Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}
