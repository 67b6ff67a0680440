/** Money in words, everywhere in the product. */
import type { StatusPayload } from './stream.ts';
import { plural } from './wording.ts';

const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });

/** 1.5 → "$1.50", 1234.5 → "$1,234.50", 0.004 → "under $0.01" */
export function dollarsText(amount: number): string {
  return amount > 0 && amount < 0.005 ? 'under $0.01' : dollars.format(amount);
}

/** 0.192 → "$0.19 per hour" */
export function hourlyPriceText(perHourUsd: number): string {
  return `${dollarsText(perHourUsd)} per hour`;
}

type Spender = Pick<StatusPayload, 'cost' | 'power_state'>;

/**
 * Returns the price of all VMs together: "$1.13 per hour", "$1.13 per hour + 1 VM unknown (was $0.23)". The text names each VM
 * that may cost money at an unknown price: the sum alone would hide it. Null if no price is known.
 */
export function perHourText(spenders: readonly Spender[]): string | null {
  const prices = spenders.flatMap(({ cost, power_state: power }) =>
    cost === null
      ? []
      : [{ isUnknown: cost.unknown, perHour: power === 'deallocated' ? 0 : cost.per_hour_usd }],
  );
  if (prices.length === 0) return null;
  const known = prices.filter(({ isUnknown }) => !isUnknown);
  const unknown = prices.filter(({ isUnknown }) => isUnknown);
  const sum = (some: typeof prices): number => some.reduce((all, { perHour }) => all + perHour, 0);
  const unpriced = spenders.filter(isUnpriced).length;
  return [
    ...(known.length === 0 ? [] : [hourlyPriceText(sum(known))]),
    ...(unknown.length === 0
      ? []
      : [`${plural(unknown.length, 'VM')} unknown (was ${dollarsText(sum(unknown))})`]),
    ...(unpriced === 0 ? [] : [`${plural(unpriced, 'VM')} (price not known)`]),
  ].join(' + ');
}

/** Returns whether the cloud bills a VM whose price nobody has named. */
export function isUnpriced({ cost, power_state: power }: Spender): boolean {
  return cost === null && (power === 'running' || power === 'stopped');
}
