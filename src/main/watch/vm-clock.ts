/** Times on a VM → times here. */
import type { MachineFacts } from '../vm/index.ts';

/** Clocks that differ by less than this count as the same: measuring takes time too. */
const sameClockMs = 2_000;

/** VM clock minus ours, whole milliseconds; 0 where it is not known. */
export function clockSkewMs(machine: MachineFacts | null): number {
  const skewMs = Math.round(machine?.clockSkewMs ?? 0);
  return Math.abs(skewMs) < sameClockMs ? 0 : skewMs;
}

/** @param vmSeconds epoch seconds of the VM's clock, with fractions. @returns epoch milliseconds of ours, whole ones as all times are kept */
export function ourTimeMs(vmSeconds: number, skewMs: number): number {
  return Math.round(vmSeconds * 1000) - skewMs;
}
