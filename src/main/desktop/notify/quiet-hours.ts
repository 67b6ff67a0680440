/** The hours of every day in which nothing is notified. */
import type { NotificationSettings } from './model.ts';

/**
 * When the quiet hours that are on now will end, epoch milliseconds; null: none are on. They are local times, and may cross
 * midnight; the first minute is quiet, the last is not. Where both times are the same there are none.
 */
export function quietUntilMs(quietHours: NotificationSettings['quietHours'], nowMs: number): number | null {
  if (quietHours === null) return null;
  const from = minuteOfDay(quietHours.from);
  const to = minuteOfDay(quietHours.to);
  const now = new Date(nowMs);
  const minute = now.getHours() * 60 + now.getMinutes();
  const isQuiet = from <= to ? from <= minute && minute < to : from <= minute || minute < to;
  if (!isQuiet) return null;
  const endsTomorrow = minute >= to;
  const end = new Date(
    now.getFullYear(),
    now.getMonth(),
    now.getDate() + (endsTomorrow ? 1 : 0),
    Math.floor(to / 60),
    to % 60,
  );
  // In the hour that a change of the clocks repeats, the end may seem to have passed.
  return Math.max(end.getTime(), nowMs + 60_000);
}

/** "22:30" → 1350 */
function minuteOfDay(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
