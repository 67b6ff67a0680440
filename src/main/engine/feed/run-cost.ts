/** What a run cost, and the machine that it used. */
import { spanCostUsd } from '../../../shared/span-cost.ts';
import type { Heard, RunMachine, RunRecord } from './model.ts';

/** A run may end this long after the newest stored answer of its VM: not every answer is stored. */
const answeredWithinMs = 60_000;

/**
 * Returns the cost of the VM during a run in US dollars, to the hundredth of a cent. Null: no price is known, or not that the VM was on,
 * and paid for, from the start of the run to its end. Other runs on the VM at that time cost the same money. A price that was recorded
 * with the run counts more than the present one.
 * @param heard the newest stored answer of the VM
 */
export function runCostUsd(
  {
    startedAt,
    lastEventAt,
    endedAt,
    machine,
  }: Pick<RunRecord, 'startedAt' | 'lastEventAt' | 'endedAt' | 'machine'>,
  heard: Heard | null,
): number | null {
  const untilMs = endedAt ?? lastEventAt;
  if (heard?.cost == null || startedAt === null || untilMs === null) return null;
  const { since, as_of: asOf, per_hour_usd: present } = heard.cost;
  const knownUntilMs = (asOf === null ? heard.at : Date.parse(asOf)) + answeredWithinMs;
  const price = { since, per_hour_usd: machine?.perHourUsd ?? present };
  // Also null if the journal is damaged and it is no time.
  return untilMs <= knownUntilMs ? spanCostUsd(price, startedAt, untilMs) : null;
}

/** Returns what a VM was like at its newest stored answer; null: nothing of it is known. */
export function machineOf(heard: Heard | null): RunMachine | null {
  const { azure, cost } = heard ?? {};
  if (azure === undefined && cost == null) return null;
  return {
    size: azure?.size ?? null,
    isSpot: azure?.isSpot ?? null,
    perHourUsd: cost?.per_hour_usd ?? null,
  };
}

/**
 * Returns the record with what held during the run: its machine, its cost and the success thresholds. What is known of a run that is over
 * stays: its VM may start again with another size, and the configuration may change.
 * @param known the record before; null: none, or the run is on
 * @param heard the newest stored answer of the VM
 */
export function withConditions(run: RunRecord, known: RunRecord | null, heard: Heard | null): RunRecord {
  const isOver = known !== null && known.endedAt === run.endedAt;
  const { machine: _machine, costUsd: _cost, successThresholds: decided, ...rest } = run;
  const price = runCostUsd(run, heard);
  // Without a restart, a VM keeps its size.
  const isSeen = run.endedAt === null || price !== null;
  const machine = isOver || !isSeen ? known?.machine : (machineOf(heard) ?? undefined);
  const costUsd =
    (isOver ? known.costUsd : undefined) ??
    runCostUsd(machine === undefined ? rest : { ...rest, machine }, heard);
  const thresholds = isOver ? bothOf(known.successThresholds, decided) : decided;
  return {
    ...rest,
    ...(thresholds === undefined ? {} : { successThresholds: thresholds }),
    ...(machine === undefined ? {} : { machine }),
    ...(costUsd === null ? {} : { costUsd }),
  };
}

/** A log that is read again decides by the present threshold. The tasks that were reported keep their verdicts. */
function bothOf(
  known: readonly number[] | undefined,
  decided: readonly number[] | undefined,
): readonly number[] | undefined {
  return known === undefined ? undefined : [...new Set([...known, ...(decided ?? [])])];
}
