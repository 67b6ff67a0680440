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

interface Meter {
  /** It costs money, as far as is known. */
  readonly isOn: boolean;
  readonly perHourUsd: number | null;
  /** From when its cost is counted; epoch milliseconds, null: not known. */
  readonly sinceMs: number | null;
  /** Since when it is up, where that is known: a VM that this process sees for the first time may be up for long. */
  readonly upSinceMs: number | null;
}

export function createSpending(options: SpendingOptions): Spending {
  const { config, now } = options;
  let lastBusyMs: number | null = null;
  /** Of a machine that no cloud tells of: when this process first saw it since it was booted, and whether it had seen it before that. */
  let boot: { readonly id: string; readonly seenAtMs: number; readonly isNew: boolean } | null = null;

  function meter(): Meter {
    const sight = options.sight();
    const { cloud, ssh } = sight;
    const isUp = ssh.kind === 'up';
    // A machine that answers runs on, also while Azure cannot be asked.
    const facts = currentFacts(sight) ?? (isUp ? (cloud?.facts ?? null) : null);
    if (facts !== null) {
      const isOn = isBilled(facts.powerState) ?? isUp;
      const upSinceMs = isOn ? facts.runningSinceMs : null;
      return { perHourUsd: cloud?.perHourUsd ?? null, sinceMs: upSinceMs, upSinceMs, isOn };
    }
    // Azure is about to say since when it is up: until then, whatever is said would be taken back.
    const isAwaited = cloud !== null && cloud.facts === null && cloud.problem === null;
    const isOn = isUp && config.pricePerHour !== null && !isAwaited;
    if (!isOn) return { perHourUsd: config.pricePerHour, sinceMs: null, upSinceMs: null, isOn };
    const id = sight.machine?.bootId ?? null;
    if (id !== null && boot?.id !== id) boot = { id, seenAtMs: now(), isNew: boot !== null };
    const sinceMs = boot?.seenAtMs ?? null;
    return {
      perHourUsd: config.pricePerHour,
      sinceMs,
      upSinceMs: boot?.isNew === true ? sinceMs : null,
      isOn,
    };
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
      const { perHourUsd, upSinceMs, isOn } = meter();
      if (!isOn || isInUse(sight) || options.isBehind()) return null;
      const { firstSeenMs } = options;
      return idleOf(sight, { run: options.run(), lastBusyMs, upSinceMs, firstSeenMs, perHourUsd, nowMs });
    },
  };
}
