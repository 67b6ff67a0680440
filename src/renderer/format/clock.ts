/** Times of day that a person types. Pure. */

/** A time of day; seconds are 0 if the text has none. */
export interface Clock {
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
}

/** Returns the time of day in a text such as "03:12", "03:12:40", "3.12" or "0312"; null: it is none. */
export function readClock(text: string): Clock | null {
  const found = /^(\d{1,2})[:.]?(\d\d)(?:[:.]?(\d\d))?$/.exec(text.trim());
  if (found === null) return null;
  const [hours = 0, minutes = 0, seconds = 0] = found
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0));
  return hours > 23 || minutes > 59 || seconds > 59 ? null : { hours, minutes, seconds };
}

/** Returns the time as the configuration has it, "03:12"; a text that is no time comes back as it is. */
export function tidyClock(text: string): string {
  const clock = readClock(text);
  if (clock === null) return text;
  return [clock.hours, clock.minutes].map((part) => String(part).padStart(2, '0')).join(':');
}
