/** One hook: its queue, its attempts, and how it fares. Events go out one after another, in the order in which they happened. */
import { setTimeout as pause } from 'node:timers/promises';
import type { LimitFunction } from 'p-limit';
import type { HookStatus } from '../../../shared/hook-status.ts';
import type { Deliver, HookLog, HookMessage, DeliveryResult } from './model.ts';

export interface HookOptions {
  readonly kind: HookStatus['kind'];
  /** As it may be shown. */
  readonly target: string;
  readonly deliver: Deliver;
  /** Limits how many attempts of all hooks run at the same time. */
  readonly limit: LimitFunction;
  readonly log: HookLog;
  /** Before each further attempt, milliseconds. */
  readonly retryPausesMs: readonly number[];
  /** What is known to be wrong before the first attempt. */
  readonly firstError: string | null;
}

export interface Hook {
  /** Returns at once, whatever the hook does. */
  take(message: HookMessage): void;
  status(): Omit<HookStatus, 'index' | 'id'>;
  /** Delivers a message at once, past those that wait, and in one attempt. Null: a test is under way. */
  test(message: HookMessage): Promise<DeliveryResult> | null;
  /** Nothing new is begun; what is under way gets a second, then it is ended. */
  close(): Promise<void>;
}

export const defaultRetryPausesMs: readonly number[] = [1_000, 10_000, 60_000];
const mostWaiting = 100;
const lastMomentsMs = 1_000;

export function startHook({
  kind,
  target,
  deliver,
  limit,
  log,
  retryPausesMs,
  firstError,
}: HookOptions): Hook {
  const queue: HookMessage[] = [];
  const closing = new AbortController();
  const ending = new AbortController();
  let isAtWork = false;
  let isOverfull = false;
  let status: Omit<HookStatus, 'index' | 'id' | 'pending'> = {
    kind,
    target,
    ok: firstError === null ? null : false,
    last_error: firstError,
    last_at: null,
    last_success_at: null,
    last_failure_at: null,
    delivered: 0,
    failures: 0,
    dropped: 0,
  };
  let working = Promise.resolve();
  let testing: Promise<DeliveryResult> | null = null;

  async function work(): Promise<void> {
    isAtWork = true;
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await tell(next);
    isAtWork = false;
    if (isOverfull) log.warn({ target, dropped: status.dropped }, 'the hook has caught up');
    isOverfull = false;
  }

  /** Ends when the event has arrived, or has been given up. */
  async function tell(message: HookMessage): Promise<void> {
    const about = { target, event: message.event, id: message.id };
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await limit(() => attemptOnce(message));
      if (outcome === null) return;
      if (outcome.kind === 'done') {
        status = { ...status, delivered: status.delivered + 1 };
        return;
      }
      const { reason, said, mayRetry, retryAfterMs = null } = outcome;
      const details = { ...about, attempt, reason, ...(said === undefined ? {} : { said }) };
      const plannedMs = retryPausesMs[attempt - 1];
      if (!mayRetry || plannedMs === undefined || closing.signal.aborted) {
        status = { ...status, failures: status.failures + 1 };
        log.warn(details, 'a hook has failed: this event is given up');
        return;
      }
      const pauseMs = Math.round(Math.max(withJitter(plannedMs), retryAfterMs ?? 0));
      log.warn({ ...details, pauseMs }, 'a hook has failed: it will be tried again');
      await pause(pauseMs, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);
    }
  }

  /** @returns null when there is no more time to begin anything */
  async function attemptOnce(message: HookMessage): Promise<DeliveryResult | null> {
    if (closing.signal.aborted) return null;
    const outcome = await deliver(message, ending.signal).catch((error: unknown): DeliveryResult => ({
      kind: 'failed',
      reason: 'Something went wrong within BenchTray.',
      said: String(error),
      mayRetry: false,
    }));
    const isDone = outcome.kind === 'done';
    const now = new Date().toISOString();
    status = {
      ...status,
      ok: isDone,
      last_at: now,
      ...(isDone ? { last_success_at: now } : { last_failure_at: now, last_error: outcome.reason }),
    };
    return outcome;
  }

  async function testOnce(message: HookMessage): Promise<DeliveryResult> {
    try {
      // A person waits for it: hooks that hang must not hold it up.
      const outcome = await attemptOnce(message);
      return (
        outcome ?? { kind: 'failed', reason: 'BenchTray ends, or no longer has this hook.', mayRetry: false }
      );
    } finally {
      testing = null;
    }
  }

  return {
    test(message) {
      if (testing !== null) return null;
      testing = testOnce(message);
      return testing;
    },
    take(message) {
      if (closing.signal.aborted) return;
      queue.push(message);
      if (queue.length > mostWaiting) {
        queue.shift();
        if (!isOverfull)
          log.warn({ target, mostWaiting }, 'a hook cannot keep up: its oldest events are dropped');
        isOverfull = true;
        status = { ...status, dropped: status.dropped + 1 };
      }
      if (!isAtWork) working = work();
    },
    status: () => ({ ...status, pending: queue.length + (isAtWork ? 1 : 0) }),
    async close() {
      const left = queue.splice(0).length;
      if (left > 0) log.warn({ target, left }, 'hook events that were waiting are not delivered any more');
      closing.abort();
      const endTimer = setTimeout(() => {
        ending.abort();
      }, lastMomentsMs);
      await Promise.all([working, testing]);
      clearTimeout(endTimer);
    },
  };
}

/** Many that failed together do not come back together. */
function withJitter(pauseMs: number): number {
  return pauseMs * (0.8 + 0.4 * Math.random());
}
