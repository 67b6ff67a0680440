/** Times on a VM → times here. */
import type { MachineFacts } from '../vm/index.ts';

/** Clocks that differ by less than this count as the same: measuring takes time too. */
const sameClockMs = 2_000;

/** VM clock minus ours, milliseconds; 0 where it is not known. */
export function clockSkewMs(machine: MachineFacts | null): number {
  const skewMs = machine?.clockSkewMs ?? 0;
  return Math.abs(skewMs) < sameClockMs ? 0 : skewMs;
}
