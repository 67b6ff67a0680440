/** Tells the attempts at one task apart by time, since their screenshots may lie in the same folder. Pure. */

/** Times are epoch milliseconds, null where they are not known. */
export interface AttemptTimes {
  readonly runId: string;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly runStartedAt: number | null;
  readonly runEndedAt: number | null;
}

/** Between which times the screenshots of an attempt were taken; null: no other attempt limits that side. */
export interface AttemptLimits {
  readonly notBefore: number | null;
  readonly notFrom: number | null;
}

/** File times are whole seconds, and two clocks never agree exactly. */
const slackMs = 2000;

/**
 * Returns the limits of one of the attempts at a task, or null if no time separates it from its neighbour.
 * @param attempts on one VM, oldest first
 */
export function attemptLimits(attempts: readonly AttemptTimes[], index: number): AttemptLimits | null {
  const [before, wanted, after] = [attempts[index - 1], attempts[index], attempts[index + 1]];
  if (wanted === undefined) return null;
  const notBefore = before === undefined ? null : boundary(before, wanted);
  const notFrom = after === undefined ? null : boundary(wanted, after);
  const isUnclear = (before !== undefined && notBefore === null) || (after !== undefined && notFrom === null);
  return isUnclear ? null : { notBefore, notFrom };
}

/** Returns the time that separates two attempts: the start of the later one, else the end of the earlier one, else null. */
function boundary(earlier: AttemptTimes, later: AttemptTimes): number | null {
  const isOtherRun = earlier.runId !== later.runId;
  const beginsMs = later.startedAt ?? (isOtherRun ? later.runStartedAt : null);
  const endsMs = earlier.endedAt ?? (isOtherRun ? earlier.runEndedAt : null);
  if (beginsMs !== null)
    return Math.min(beginsMs, Math.max(beginsMs - slackMs, endsMs ?? Number.NEGATIVE_INFINITY));
  return endsMs === null ? null : endsMs + slackMs;
}
