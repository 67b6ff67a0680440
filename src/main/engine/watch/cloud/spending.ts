/** What a VM costs, and whether it does so for nothing. */
import { costSoFar, isBilled } from '../../azure/index.ts';
import type { VmConfig } from '../../config/index.ts';
import type { RunState } from '../../run/index.ts';
import type { Cost } from '../../../../shared/stream.ts';
import { createAges } from './ages.ts';
import { currentFacts, isGone } from './cloud-sight.ts';
import { idleOf } from './idle.ts';
import { type IdleSight, isInUse, type Sight } from '../sight.ts';
import type { Source, WatchTools } from '../source.ts';
import { newestRun, type VmState } from '../state.ts';
import type { VmStore } from '../store.ts';
import type { VmClock } from '../vm-clock.ts';

export interface Spending {
  /** The cost of the VM. While nobody knows whether it costs money: the last known cost, with `unknown` set. */
  cost(): Cost | null;
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
  /** The last known cost from an earlier process, and its time; epoch milliseconds. */
  readonly before: { readonly at: number; readonly cost: Cost | null } | null;
  readonly clock: VmClock;
}

interface Meter {
  /** It costs money, as far as is known; null: nobody can say. */
  readonly isOn: boolean | null;
  readonly perHourUsd: number | null;
  /** From when its cost is counted; epoch milliseconds, null: not known. */
  readonly sinceMs: number | null;
  /** Since when it is up, where that is known: a VM that this process sees for the first time may be up for long. */
  readonly upSinceMs: number | null;
}

/** Writes the cost of the VM and its idle time into the store. */
export class SpendingSource implements Source {
  readonly #tools: Pick<WatchTools, 'config' | 'feed' | 'clock'>;

  constructor(tools: Pick<WatchTools, 'config' | 'feed' | 'clock'>) {
    this.#tools = tools;
  }

  start(store: VmStore, signal: AbortSignal): void {
    const { config, feed, clock } = this.#tools;
    const spending = createSpending({
      ...{ config, clock, sight: store.get },
      run: () => newestRun(store.get()),
      isBehind: () => store.get().isBehind,
      firstSeenMs: feed.firstSeen(config.name, clock.wallMs()),
      before: store.get().heardBefore,
    });
    store.subscribe((state, before) => {
      const isLooked = state.looked !== before.looked;
      if (isLooked || isMeterRead(state, before)) store.update({ cost: spending.cost() });
      // A whole look ends with the look at the log.
      if (state.logLooks !== before.logLooks || (isLooked && state.looked.depth === 'brief'))
        store.update({ idle: spending.idle() });
    }, signal);
    store.update({ cost: spending.cost() });
  }
}

function isMeterRead(state: VmState, before: VmState): boolean {
  return state.cloud !== before.cloud || state.ssh !== before.ssh || state.machine !== before.machine;
}

export function createSpending(options: SpendingOptions): Spending {
  const { config, clock } = options;
  const ages = createAges(clock);
  /** When it was last in use, by the steady clock. */
  let lastBusyMs: number | null = null;
  /** A machine outside Azure: when this process first saw it after its boot (steady clock), and whether that boot is new. */
  let boot: { readonly id: string; readonly seenMs: number; readonly isNew: boolean } | null = null;
  let known = options.before;

  /** A moment of the steady clock on the wall clock. */
  const wallTimeOf = (steadyMs: number): number => clock.wallMs() - (clock.steadyMs() - steadyMs);

  function meter(): Meter {
    const sight = options.sight();
    const { cloud, ssh } = sight;
    // A connection that was lost a moment ago is likely to be back.
    const isUp = ssh.kind !== 'down';
    // A machine that answers runs on, also while Azure cannot be asked.
    const facts = currentFacts(sight) ?? (isUp ? (cloud?.facts ?? null) : null);
    if (facts !== null) {
      const isOn = isBilled(facts.powerState) ?? (isUp ? true : null);
      const { runningSinceMs } = facts;
      const upSinceMs = isOn === true && runningSinceMs !== null ? ages.at('up', runningSinceMs) : null;
      return { perHourUsd: cloud?.perHourUsd ?? null, sinceMs: upSinceMs, upSinceMs, isOn };
    }
    const perHourUsd = config.pricePerHour;
    const nothing = { perHourUsd, sinceMs: null, upSinceMs: null };
    if (isGone(sight)) return { ...nothing, isOn: false };
    if (!isUp) return { ...nothing, isOn: null };
    // Azure is about to say since when it is up: until then, whatever is said would be taken back.
    const isAwaited = cloud !== null && cloud.facts === null && cloud.problem === null;
    if (perHourUsd === null || isAwaited) return { ...nothing, isOn: false };
    const id = sight.machine?.bootId ?? null;
    if (id !== null && boot?.id !== id) boot = { id, seenMs: clock.steadyMs(), isNew: boot !== null };
    const sinceMs = boot === null ? null : wallTimeOf(boot.seenMs);
    return { perHourUsd, sinceMs, upSinceMs: boot?.isNew === true ? sinceMs : null, isOn: true };
  }

  return {
    cost() {
      const { perHourUsd, sinceMs, isOn } = meter();
      if (isOn === null) {
        if (known?.cost == null) return null;
        const as_of = known.cost.as_of ?? new Date(known.at).toISOString();
        return { ...known.cost, unknown: true, as_of };
      }
      const nowMs = clock.wallMs();
      const cost = perHourUsd === null || sinceMs === null ? null : costSoFar(perHourUsd, sinceMs, nowMs);
      known = { at: nowMs, cost };
      return cost;
    },
    idle() {
      const sight = options.sight();
      const nowMs = clock.wallMs();
      const run = options.run();
      const endMs = run === null ? null : lastTaskEndMs(run);
      const startedMs = Date.parse(sight.startedAt ?? '');
      // Asked each time, so that a moment is known before the clock is set.
      const sources = {
        taskEndedMs: endMs === null ? null : ages.at('task', endMs, clock.runMs()),
        containerStartedMs: Number.isNaN(startedMs) ? null : ages.at('container', startedMs),
        firstSeenMs: ages.at('seen', options.firstSeenMs),
      };
      if (isInUse(sight)) lastBusyMs = clock.steadyMs();
      const { perHourUsd, upSinceMs, isOn } = meter();
      if (isOn !== true || isInUse(sight) || options.isBehind()) return null;
      const busyMs = lastBusyMs === null ? null : wallTimeOf(lastBusyMs);
      return idleOf(sight, { ...sources, lastBusyMs: busyMs, upSinceMs, perHourUsd, nowMs });
    },
  };
}

/** When the last task of a run ended, on its timeline; null: none has. */
export function lastTaskEndMs(run: RunState): number | null {
  const ends = [...run.tasks.map(({ endedAt }) => endedAt), run.state === 'running' ? null : run.endedAt];
  const known = ends.filter((end) => end !== null);
  return known.length === 0 ? null : Math.max(...known);
}
