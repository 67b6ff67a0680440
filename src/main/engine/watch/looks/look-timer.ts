/** When a VM is looked at, and how thoroughly: at the pace that is wanted, sooner after something was missed. */

import { defaultTempo, type Tempo } from '../tempo.ts';

export interface LookTimerOptions {
  readonly look: (depth: 'whole' | 'brief') => void;
  /** Time from one look to the next, as things are now. */
  readonly paceMs: () => number;
  readonly monotonicMs: () => number;
  readonly tempo?: Tempo;
}

export interface LookTimer {
  /** Looks at once, and from then on. */
  begin(): void;
  /** Brings the next look forward to this time from now, if it is later. */
  plan(inMs: number): void;
  /** Something was missed: the next look is a whole one, and soon. */
  hurry(inMs?: number): void;
  end(): void;
}

const hurryMs = 1_500;

export function createLookTimer({
  look,
  paceMs,
  monotonicMs,
  tempo = defaultTempo,
}: LookTimerOptions): LookTimer {
  let isOn = false;
  let timer: NodeJS.Timeout | null = null;
  let nextAtMs = Number.POSITIVE_INFINITY;
  let lastWholeMs = Number.NEGATIVE_INFINITY;

  function plan(inMs: number): void {
    if (!isOn || monotonicMs() + inMs >= nextAtMs) return;
    if (timer !== null) clearTimeout(timer);
    nextAtMs = monotonicMs() + inMs;
    timer = setTimeout(lookNow, inMs);
  }

  function lookNow(): void {
    nextAtMs = Number.POSITIVE_INFINITY;
    plan(paceMs());
    const depth = monotonicMs() - lastWholeMs >= tempo.wholeLookEveryMs ? 'whole' : 'brief';
    if (depth === 'whole') lastWholeMs = monotonicMs();
    look(depth);
  }

  return {
    begin() {
      isOn = true;
      lastWholeMs = Number.NEGATIVE_INFINITY;
      lookNow();
    },
    plan,
    hurry(inMs = hurryMs) {
      lastWholeMs = Number.NEGATIVE_INFINITY;
      plan(inMs);
    },
    end() {
      isOn = false;
      if (timer !== null) clearTimeout(timer);
      nextAtMs = Number.POSITIVE_INFINITY;
    },
  };
}
