/** What a VM costs, and whether it does so for nothing. */
import { costSoFar, isBilled } from '../../azure/index.ts';
import type { Clock } from '../../common/clock.ts';
import type { VmConfig } from '../../config/index.ts';
import type { RunState } from '../../run/index.ts';
import type { Cost } from '../../../../shared/stream.ts';
import { currentFacts, isGone } from './cloud-sight.ts';
import { idleOf } from './idle.ts';
import { type IdleSight, isInUse, type Sight } from '../sight.ts';
import type { Source, WatchTools } from '../source.ts';
import { newestRun, type VmFacts } from '../state.ts';
import type { VmStore } from '../store.ts';
import type { VmClock } from '../vm-clock.ts';

export interface SpendingOptions {
  readonly config: Pick<VmConfig, 'pricePerHour'>;
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
    const firstSeenMs = feed.firstSeen(config.name, clock.wallMs());
    const spending = new Spending({ config, clock, firstSeenMs, before: store.get().heardBefore });
    store.subscribe((state, before) => {
      const isLooked = state.looked !== before.looked;
      if (isLooked || isMeterRead(state, before)) store.update({ cost: spending.cost(store.get()) });
      // A whole look ends with the look at the log.
      if (state.logLooks !== before.logLooks || (isLooked && state.looked.depth === 'brief'))
        store.update({ idle: spending.idle(store.get(), newestRun(store.get())) });
    }, signal);
    store.update({ cost: spending.cost(store.get()) });
  }
}

function isMeterRead(state: VmFacts, before: VmFacts): boolean {
  return state.cloud !== before.cloud || state.ssh !== before.ssh || state.machine !== before.machine;
}

/** Keeps in mind what Azure and the VM said about its time, which the present facts alone do not say. */
export class Spending {
  readonly #options: SpendingOptions;
  readonly #ages: Ages;
  /** When it was last in use, by the steady clock. */
  #lastBusyMs: number | null = null;
  /** A machine outside Azure: when this process first saw it after its boot (steady clock), and whether that boot is new. */
  #boot: { readonly id: string; readonly seenMs: number; readonly isNew: boolean } | null = null;
  #known: SpendingOptions['before'];

  constructor(options: SpendingOptions) {
    this.#options = options;
    this.#ages = new Ages(options.clock);
    this.#known = options.before;
  }

  /** Returns the cost of the VM. While nobody knows whether it costs money: the last known cost, with `unknown` set. */
  cost(sight: Sight): Cost | null {
    const { perHourUsd, sinceMs, isOn } = this.#meter(sight);
    if (isOn === null) {
      if (this.#known?.cost == null) return null;
      const { at, cost } = this.#known;
      return { ...cost, unknown: true, as_of: cost.as_of ?? new Date(at).toISOString() };
    }
    const nowMs = this.#options.clock.wallMs();
    const cost = perHourUsd === null || sinceMs === null ? null : costSoFar(perHourUsd, sinceMs, nowMs);
    this.#known = { at: nowMs, cost };
    return cost;
  }

  /**
   * Returns since when the VM has stood idle; null: it is in use, costs nothing, or that is not known. Call it after each look: it
   * also keeps in mind when the VM was last in use.
   * @param sight `isBehind`: not all that the log says of runs has been read
   * @param run the newest run, on or over; null: none is known
   */
  idle(sight: Sight & Pick<VmFacts, 'isBehind'>, run: RunState | null): IdleSight | null {
    const { clock, firstSeenMs } = this.#options;
    const endMs = run === null ? null : lastTaskEndMs(run);
    const startedMs = Date.parse(sight.startedAt ?? '');
    // Asked each time, so that a moment is known before the clock is set.
    const sources = {
      taskEndedMs: endMs === null ? null : this.#ages.at('task', endMs, clock.runMs()),
      containerStartedMs: Number.isNaN(startedMs) ? null : this.#ages.at('container', startedMs),
      firstSeenMs: this.#ages.at('seen', firstSeenMs),
    };
    if (isInUse(sight)) this.#lastBusyMs = clock.steadyMs();
    const { perHourUsd, upSinceMs, isOn } = this.#meter(sight);
    if (isOn !== true || isInUse(sight) || sight.isBehind) return null;
    const lastBusyMs = this.#lastBusyMs === null ? null : this.#wallTimeOf(this.#lastBusyMs);
    return idleOf(sight, { ...sources, lastBusyMs, upSinceMs, perHourUsd, nowMs: clock.wallMs() });
  }

  #meter(sight: Sight): Meter {
    const { config, clock } = this.#options;
    const { cloud, ssh } = sight;
    // A connection that was lost a moment ago is likely to be back.
    const isUp = ssh.kind !== 'down';
    // A machine that answers runs on, also while Azure cannot be asked.
    const facts = currentFacts(sight) ?? (isUp ? (cloud?.facts ?? null) : null);
    if (facts !== null) {
      const isOn = isBilled(facts.powerState) ?? (isUp ? true : null);
      const { runningSinceMs } = facts;
      const upSinceMs = isOn === true && runningSinceMs !== null ? this.#ages.at('up', runningSinceMs) : null;
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
    if (id !== null && this.#boot?.id !== id)
      this.#boot = { id, seenMs: clock.steadyMs(), isNew: this.#boot !== null };
    const sinceMs = this.#boot === null ? null : this.#wallTimeOf(this.#boot.seenMs);
    return { perHourUsd, sinceMs, upSinceMs: this.#boot?.isNew === true ? sinceMs : null, isOn: true };
  }

  /** Returns where a moment of the steady clock lies on the wall clock. */
  #wallTimeOf(steadyMs: number): number {
    const { clock } = this.#options;
    return clock.wallMs() - (clock.steadyMs() - steadyMs);
  }
}

/** When the last task of a run ended, on its timeline; null: none has. */
export function lastTaskEndMs(run: RunState): number | null {
  const ends = [...run.tasks.map(({ endedAt }) => endedAt), run.state === 'running' ? null : run.endedAt];
  const known = ends.filter((end) => end !== null);
  return known.length === 0 ? null : Math.max(...known);
}

/** Ages of past moments, which stay right if somebody sets the clock later. */
class Ages {
  readonly #clock: Clock;
  readonly #known = new Map<string, { readonly atMs: number; readonly steadyMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Returns where a moment lies on the wall clock as it goes now.
   * @param name what happened then: it has one moment at a time
   * @param atMs as reported; epoch milliseconds
   * @param nowMs the present on the same clock; default: the wall clock
   */
  at(name: string, atMs: number, nowMs = this.#clock.wallMs()): number {
    let moment = this.#known.get(name);
    if (moment?.atMs !== atMs) {
      moment = { atMs, steadyMs: this.#clock.steadyMs() - (nowMs - atMs) };
      this.#known.set(name, moment);
    }
    return this.#clock.wallMs() - (this.#clock.steadyMs() - moment.steadyMs);
  }
}
