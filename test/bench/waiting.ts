/** Waiting that ends at once when the user interrupts. */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../support/wait.ts';
import type { LatencyMeter } from './latency.ts';

export interface BenchContext {
  readonly signal: AbortSignal;
  /** Tells what is being done. */
  readonly say: (text: string) => void;
}

/** What is not heard of for longer than any poll takes counts as missing. */
export async function heardOrGivenUp(meter: LatencyMeter, context: BenchContext): Promise<void> {
  const giveUpAtMs = performance.now() + 12_000;
  const isOver = () => meter.outstanding === 0 || performance.now() > giveUpAtMs;
  await waitFor(isOver, 'all tasks are heard of', context);
}

export async function waitFor(
  condition: () => boolean,
  what: string,
  { signal }: BenchContext,
): Promise<void> {
  await until(() => signal.aborted || condition(), what);
  signal.throwIfAborted();
}

/** Gives what the condition gives when it is there; what it throws until then counts as not there. */
export async function waitUntil<T>(
  condition: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  what: string,
  { signal }: BenchContext,
  timeoutMs?: number,
): Promise<T> {
  const interrupted = once(signal, 'abort').then(() => {
    signal.throwIfAborted();
    throw new Error('interrupted');
  });
  return Promise.race([until(condition, what, timeoutMs), interrupted]);
}

export const pause = (ms: number, { signal }: BenchContext): Promise<void> =>
  delay(ms, undefined, { signal });
