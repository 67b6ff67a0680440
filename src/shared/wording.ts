/** Numbers in words, as banners and messages say them. */

/** Stands for what is not known. */
export const dash = '–';

/** Returns a count with its noun: "1 task", "4 tasks". */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Returns a duration in words: 35 → "35 s", 250 → "4 min", 3900 → "1 h 5 min". */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${rest} min`}`;
}

/** Returns a duration as a clock: 125 → "2:05", 3725 → "1:02:05". With `alwaysHours`, 125 → "0:02:05". */
export function formatClock(seconds: number, alwaysHours = false): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  if (hours === 0 && !alwaysHours) return `${minutes}:${two(whole % 60)}`;
  return `${hours}:${two(minutes)}:${two(whole % 60)}`;
}

/** Returns a duration as a clock: 125 → "2:05", 3725 → "1:02:05". A dash if it is not known; servers of older versions send none. */
export function durationText(seconds: number | null | undefined): string {
  return seconds == null ? dash : formatClock(seconds);
}

/** Ends with a full stop, once. */
export function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
