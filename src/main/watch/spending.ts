/** What a VM costs, and whether it does so for nothing. */
import { costSoFar, isBilled, type CostSoFar } from '../azure/index.ts';
import type { VmConfig } from '../config/index.ts';
import type { RunState } from '../run/index.ts';
import { currentFacts, type IdleSight } from './cloud-sight.ts';
import { idleOf } from './idle.ts';
import { isInUse, type Sight } from './sight.ts';

export interface Spending {
  cost(): CostSoFar | null;
  /** To be asked after each look: it also keeps in mind when the VM was last in use. */
  idle(): IdleSight | null;
}

export interface SpendingOptions {
  readonly config: VmConfig;
  readonly sight: () => Sight;
  /** The newest run, on or over; null: none is known. */
  readonly run: () => RunState | null;
  /** Not all that the log says of runs has been read. */
  readonly isBehind: () => boolean;
  readonly firstSeenMs: number;
  readonly now: () => number;
}

export function createSpending(options: SpendingOptions): Spending {
  const { config, now } = options;
  let lastBusyMs: number | null = null;
  /** Of a machine that no cloud tells of: when this process first saw it since it was booted. */
  let boot: { readonly id: string; readonly seenAtMs: number } | null = null;

  function meter(): { readonly perHourUsd: number | null; readonly sinceMs: number | null; isOn: boolean } {
    const sight = options.sight();
    const { cloud, ssh } = sight;
    const isUp = ssh.kind === 'up';
    // A machine that answers runs on, also while Azure cannot be asked.
    const facts = currentFacts(sight) ?? (isUp ? (cloud?.facts ?? null) : null);
    if (facts !== null) {
      const isOn = isBilled(facts.powerState) ?? isUp;
      return { perHourUsd: cloud?.perHourUsd ?? null, sinceMs: isOn ? facts.runningSinceMs : null, isOn };
    }
    const isPriced = config.pricePerHour !== null;
    return {
      perHourUsd: config.pricePerHour,
      sinceMs: isUp && isPriced ? seenSince(sight) : null,
      isOn: isUp && isPriced,
    };
  }

  function seenSince({ machine }: Sight): number | null {
    const id = machine?.bootId ?? null;
    if (id !== null && boot?.id !== id) boot = { id, seenAtMs: now() };
    return boot?.seenAtMs ?? null;
  }

  return {
    cost() {
      const { perHourUsd, sinceMs } = meter();
      return perHourUsd === null || sinceMs === null ? null : costSoFar(perHourUsd, sinceMs, now());
    },
    idle() {
      const sight = options.sight();
      const nowMs = now();
      if (isInUse(sight)) lastBusyMs = nowMs;
      const { perHourUsd, sinceMs, isOn } = meter();
      if (!isOn || isInUse(sight) || options.isBehind()) return null;
      // Since when a machine outside of Azure is up is not known, but only since when it is watched.
      const upSinceMs = sight.cloud === null ? null : sinceMs;
      const { firstSeenMs } = options;
      return idleOf(sight, { run: options.run(), lastBusyMs, upSinceMs, firstSeenMs, perHourUsd, nowMs });
    },
  };
}
