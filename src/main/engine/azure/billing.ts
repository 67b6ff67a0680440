/** What is paid for, and how much that is by now. Pure. Source: https://learn.microsoft.com/azure/virtual-machines/states-billing */

/**
 * Power states in which the VM is paid for. "stopped" is one: a shutdown from within Windows or Linux keeps the machine reserved; only
 * "deallocated" gives it back (its disks, and a static address, are paid for even then, and are not counted here).
 */
const billedStates: readonly string[] = ['starting', 'running', 'stopping', 'stopped'];

/** Null: Azure does not say. */
export function isBilled(powerState: string | null): boolean | null {
  return powerState === null || powerState === 'unknown' ? null : billedStates.includes(powerState);
}

export function costUsd(perHourUsd: number, sinceMs: number, untilMs: number): number {
  return (perHourUsd * Math.max(0, untilMs - sinceMs)) / 3_600_000;
}

/** As `status.cost` tells it. */
export interface CostSoFar {
  readonly per_hour_usd: number;
  readonly so_far_usd: number;
  /** ISO 8601. */
  readonly since: string;
  readonly unknown: boolean;
  readonly as_of: string | null;
}

/** To the hundredth of a cent: more would look as if it were known. */
export function costSoFar(perHourUsd: number, sinceMs: number, nowMs: number): CostSoFar {
  const usd = costUsd(perHourUsd, sinceMs, nowMs);
  return {
    per_hour_usd: perHourUsd,
    so_far_usd: Math.round(usd * 10_000) / 10_000,
    since: new Date(sinceMs).toISOString(),
    unknown: false,
    as_of: null,
  };
}
