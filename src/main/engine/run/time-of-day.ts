/** The date that belongs to a bare "06:12:34". */
import type { ReadContext } from './model.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** How far a line may seem to lie in the future before it counts as yesterday's: clocks differ. */
const slackMs = 5 * 60 * 1000;

/** Epoch milliseconds of the newest such time that is not after the reference time. */
export function newestTimeOfDay(timeOfDayMs: number, context: ReadContext): number {
  const referenceMs = context.referenceTimeMs - context.clockOffsetMs;
  const todayMs = Math.floor(referenceMs / dayMs) * dayMs;
  // Just after midnight the clock of the writer may be in tomorrow, or still in yesterday.
  const candidates = [todayMs + dayMs, todayMs, todayMs - dayMs].map((day) => day + timeOfDayMs);
  const newest = candidates.find((at) => at <= referenceMs + slackMs) ?? todayMs - dayMs + timeOfDayMs;
  return newest + context.clockOffsetMs;
}
