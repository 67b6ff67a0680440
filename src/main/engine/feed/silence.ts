/** When BenchTray did not hear a VM: found at the first answer after it, because nobody can note it meanwhile. Pure but for its memory. */
import type { Clock } from '../common/clock.ts';
import type { Silence } from './spans.ts';

/** A VM answers at least once a minute, and its last answer is written down every half a minute. */
export const silentAfterMs = 180_000;

export interface SilenceWatch {
  /**
   * Returns the silences that this answer ends, oldest first.
   * @param lastAt the answer that was noted before, epoch milliseconds; null: this is the first one
   * @param at epoch milliseconds
   */
  endedBy(vm: string, lastAt: number | null, at: number): readonly Silence[];
}

/** @param clock its wall clock says now when this process started to watch */
export function createSilenceWatch(clock: Clock): SilenceWatch {
  const startedAt = clock.wallMs();
  /** The last answer of each VM, by the steady clock. */
  const answered = new Map<string, number>();

  return {
    endedBy(vm, lastAt, at) {
      // An answer may be noted long after it came, as before a sleep of this computer.
      const steadyMs = clock.steadyMs() - (clock.wallMs() - at);
      const before = answered.get(vm);
      answered.set(vm, steadyMs);
      if (lastAt === null) return [];
      // Somebody may have set the wall clock ahead.
      if (before !== undefined && steadyMs - before < silentAfterMs) return [];
      const silences: readonly Silence[] =
        before === undefined && lastAt < startedAt
          ? [
              { why: 'not_running', beganAt: lastAt, endedAt: Math.min(startedAt, at) },
              { why: 'no_answer', beganAt: startedAt, endedAt: at },
            ]
          : [{ why: 'no_answer', beganAt: lastAt, endedAt: at }];
      return silences.filter(({ beganAt, endedAt }) => endedAt - beganAt >= silentAfterMs);
    },
  };
}
