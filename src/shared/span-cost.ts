/** Cost of a VM over a span of time. Pure: the history and the page both count runs by it. */
import type { Cost } from './stream.ts';

/**
 * Returns the cost from one time to another in US dollars, to the hundredth of a cent. Null: the VM was not on from the beginning, or the
 * price is not known. Other runs on the VM at that time cost the same money. Times are epoch milliseconds.
 */
export function spanCostUsd(
  { since, per_hour_usd: perHourUsd }: Pick<Cost, 'since' | 'per_hour_usd'>,
  fromMs: number,
  untilMs: number,
): number | null {
  // Also null if the journal is damaged and it is no time.
  const wasOn = Date.parse(since) <= fromMs;
  if (!wasOn || !Number.isFinite(perHourUsd)) return null;
  return Math.round((perHourUsd * Math.max(0, untilMs - fromMs) * 10_000) / 3_600_000) / 10_000;
}
