/** Keeps the time of a VM's last answer in the journal, so that a later process knows how old its state is. */
import type { Heard } from '../../feed/index.ts';
import type { Source, WatchTools } from '../source.ts';
import { azureId } from '../cloud/cloud-sight.ts';
import type { VmState } from '../state.ts';
import type { VmStore } from '../store.ts';

/** Greatest age of the record if BenchTray is killed. */
const keepEveryMs = 30_000;

type HearingTools = Pick<WatchTools, 'config' | 'feed' | 'clock' | 'log'>;

export class Hearing implements Source {
  readonly #tools: HearingTools;
  #unkept: Heard | null = null;
  #keptAtMs = Number.NEGATIVE_INFINITY;

  constructor(tools: HearingTools) {
    this.#tools = tools;
  }

  start(store: VmStore, signal: AbortSignal): void {
    store.subscribe((state, before) => {
      if (state.heard !== null && state.heard !== before.heard) {
        this.#unkept = { at: state.heard.wallMs, cost: store.get().cost, ...knownInAzure(store.get()) };
        if (this.#tools.clock.monotonicMs() - this.#keptAtMs >= keepEveryMs) this.#keep();
      }
      if (state.contact === null && before.contact !== null) this.#keep();
    }, signal);
    signal.addEventListener('abort', () => this.#keep(), { once: true });
  }

  /** Never throws: as the listener of a signal it would end the process. */
  #keep(): void {
    if (this.#unkept === null) return;
    const { config, feed, clock, log } = this.#tools;
    this.#keptAtMs = clock.monotonicMs();
    try {
      feed.noteHeard(config.name, this.#unkept);
      this.#unkept = null;
    } catch (error) {
      // Another program may lock the journal. The next attempt stores a newer time.
      log.warn({ vm: config.name, err: error }, 'the time of the last answer could not be stored');
    }
  }
}

function knownInAzure({ cloud }: VmState): Pick<Heard, 'azure'> {
  if (cloud?.seen == null) return {};
  const { isSpot, size } = cloud.seen;
  return { azure: { id: azureId(cloud), isSpot, ...(size === null ? {} : { size }) } };
}
