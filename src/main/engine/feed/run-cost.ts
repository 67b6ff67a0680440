/** Cost of a run: the price of its VM for the time that it was on. */
import { spanCostUsd } from '../../../shared/span-cost.ts';
import type { Heard, RunRecord } from './model.ts';

/** A run may end this long after the newest stored answer of its VM: not every answer is stored. */
const answeredWithinMs = 60_000;

/**
 * Returns the cost of the VM during a run in US dollars, to the hundredth of a cent. Null: no price is known, or not that the VM was on,
 * and paid for, from the start of the run to its end. Other runs on the VM at that time cost the same money.
 * @param heard the newest stored answer of the VM
 */
export function runCostUsd(
  { startedAt, lastEventAt, endedAt }: Pick<RunRecord, 'startedAt' | 'lastEventAt' | 'endedAt'>,
  heard: Heard | null,
): number | null {
  const untilMs = endedAt ?? lastEventAt;
  if (heard?.cost == null || startedAt === null || untilMs === null) return null;
  const { as_of: asOf } = heard.cost;
  const knownUntilMs = (asOf === null ? heard.at : Date.parse(asOf)) + answeredWithinMs;
  // Also null if the journal is damaged and it is no time.
  return untilMs <= knownUntilMs ? spanCostUsd(heard.cost, startedAt, untilMs) : null;
}
