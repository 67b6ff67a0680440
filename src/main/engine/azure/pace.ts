/** When Azure is asked next about one VM. Pure. */
import type { AzureFacts } from './model.ts';

/** A limit of the contract with Azure's users: no VM is asked for more often. */
export const fastestMs = 30_000;

/** Looks without anything new before they become rarer: two minutes. */
const calmLooks = 4;
/** In `fastestMs`: five minutes for a VM that runs and is reached, a minute where something is to be expected or to be waited for. */
const rarest = { steady: 10, waiting: 2, failing: 4 };

export interface PaceState {
  /** Newest answer; null: none yet. */
  readonly facts: AzureFacts | null;
  /** Answers since anything was new. */
  readonly calm: number;
  /** Questions without an answer since the last one. */
  readonly misses: number;
  /** Pause that Azure asked for with the last miss. */
  readonly retryAfterMs: number | null;
  /** Somebody waits for news, since the VM is not reached. */
  readonly isWaitedFor: boolean;
}

/** From the beginning of one look to that of the next, milliseconds. */
export function pauseMs(state: PaceState, unitMs: number = fastestMs): number {
  if (state.misses > 0) {
    const backOff = unitMs * Math.min(2 ** (state.misses - 1), rarest.failing);
    return Math.max(backOff, state.retryAfterMs ?? 0);
  }
  const { facts } = state;
  const isSettled =
    facts !== null && ['running', 'stopped', 'deallocated', 'hibernated'].includes(facts.powerState ?? '');
  if (!isSettled || state.calm < calmLooks) return unitMs;
  const isSteady = facts.powerState === 'running' && !state.isWaitedFor;
  return unitMs * Math.min(2 ** (state.calm - calmLooks + 1), isSteady ? rarest.steady : rarest.waiting);
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
