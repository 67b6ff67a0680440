/** Entries in words and marks: local time, with the date where a run goes over midnight. Pure. */
import { dash, formatDuration } from '../../../shared/wording.ts';
import { ageText } from '../../format/format.ts';
import type { Span } from '../../../shared/chart-scale.ts';
import type { Mark } from '../../ui/mark.ts';
import type { Entry, Tone } from './timeline-entries.ts';

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const dayAndClock = new Intl.DateTimeFormat('en-GB', {
  ...{ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' },
});
const dayAndMinute = new Intl.DateTimeFormat('en-GB', {
  ...{ weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
});
const zone = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' });

const isSameDay = (a: number, b: number): boolean =>
  new Date(a).toDateString() === new Date(b).toDateString();

/** "03:12:08" if the whole axis is on one day, else "29 Jan, 03:12:08". */
export function timeOf(atMs: number, axis: Span): string {
  return (isSameDay(...axis) ? clock : dayAndClock).format(atMs);
}

/** "Wed 28 Jan, 22:55 to Thu 29 Jan, 06:20 (CET)" */
export function axisText([from, to]: Span): string {
  const zoneName = zone.formatToParts(from).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return `${minuteText(from)} to ${minuteText(to)} (${zoneName})`;
}

/** "Wed 28 Jan, 22:55" */
export const minuteText = (atMs: number): string => dayAndMinute.format(atMs);

/** How long it lasted: "3 min", "not over, 2 h", "" for a moment. */
export function lengthText({ kind, fromMs, toMs, lasts }: Entry, nowMs: number): string {
  if (fromMs === null) return dash;
  if (lasts) return kind === 'error' ? `not over, ${ageText(nowMs - fromMs)}` : dash;
  if (toMs === null || toMs === fromMs) return kind === 'task' ? dash : '';
  return formatDuration((toMs - fromMs) / 1000);
}

/** "03:12:08 to 03:15:02", "since 03:12:08" */
export function rangeText({ fromMs, toMs, lasts }: Entry, axis: Span): string {
  if (fromMs === null) return 'at an unknown time';
  const from = timeOf(fromMs, axis);
  if (lasts) return `since ${from}`;
  return toMs === null || toMs === fromMs ? `at ${from}` : `${from} to ${timeOf(toMs, axis)}`;
}

/** A title must not fill the screen. */
export const shortText = (text: string): string => (text.length > 160 ? `${text.slice(0, 159)}…` : text);

/** The mark beside the word of an entry. */
export const marks: Readonly<Record<Tone, Mark>> = {
  passed: 'ok',
  failed: 'bad',
  error: 'warn',
  lost: 'unknown',
  interrupted: 'pause',
  running: 'run',
  planned: 'off',
  unseen: 'off',
  critical: 'bad',
  warning: 'warn',
  silence: 'unknown',
  mark: 'busy',
};
