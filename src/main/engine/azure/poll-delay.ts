/** How long BenchTray waits before it asks Azure about one VM again. Pure. */
import type { AzureFacts } from './model.ts';

/** BenchTray never asks about a VM more often than this. */
export const fastestMs = 30_000;

/** After this many looks without news, the delay grows. */
const calmLooks = 4;
/** Longest delays, in units of `fastestMs`. A VM that runs and answers over SSH is asked about every five minutes. */
const longest = { steady: 10, waiting: 2, failing: 4 };

export interface PollState {
  /** Newest answer; null: none yet. */
  readonly facts: AzureFacts | null;
  /** Answers in a row without news. */
  readonly calm: number;
  /** Failed looks since the last answer. */
  readonly misses: number;
  /** `Retry-After` of the last failed look. */
  readonly retryAfterMs: number | null;
  /** BenchTray cannot reach the VM, so Azure's next answer matters. */
  readonly isWaitedFor: boolean;
}

/** Returns the time from the start of one look to the start of the next, milliseconds. */
export function pollDelayMs(state: PollState, unitMs: number = fastestMs): number {
  if (state.misses > 0) {
    const backOff = unitMs * Math.min(2 ** (state.misses - 1), longest.failing);
    return Math.max(backOff, state.retryAfterMs ?? 0);
  }
  const { facts } = state;
  const isSettled =
    facts !== null && ['running', 'stopped', 'deallocated', 'hibernated'].includes(facts.powerState ?? '');
  if (!isSettled || state.calm < calmLooks) return unitMs;
  const isSteady = facts.powerState === 'running' && !state.isWaitedFor;
  return unitMs * Math.min(2 ** (state.calm - calmLooks + 1), isSteady ? longest.steady : longest.waiting);
}

export function isNews(before: AzureFacts | null, after: AzureFacts): boolean {
  return (
    before?.powerState !== after.powerState ||
    before.provisioningState !== after.provisioningState ||
    before.endedBy !== after.endedBy ||
    before.address !== after.address ||
    before.size !== after.size
  );
}
