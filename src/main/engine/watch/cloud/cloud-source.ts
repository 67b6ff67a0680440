/** Asks Azure about the VM of one configuration. */
import { pricePerHour, watchAzureVm, type Azure } from '../../azure/index.ts';
import type { Source, WatchTools } from '../source.ts';
import type { VmStore } from '../store.ts';

export interface CloudOptions extends Pick<WatchTools, 'config' | 'log' | 'clock'> {
  readonly azure: Azure;
  /** For tests: see `watchAzureVm`. */
  readonly azureFastestMs?: number | undefined;
}

export class CloudSource implements Source {
  readonly #options: CloudOptions;

  constructor(options: CloudOptions) {
    this.#options = options;
  }

  /** Does nothing if the VM has no `azure` in its configuration. */
  start(store: VmStore, signal: AbortSignal): void {
    const { config, azure, log, clock, azureFastestMs } = this.#options;
    const unasked = store.get().cloud;
    if (config.azure === null || unasked === null) return;
    let cloud = unasked;
    const watch = watchAzureVm({
      ...{ azure, vm: config.azure, monotonicMs: clock.monotonicMs, log },
      ...(azureFastestMs === undefined ? {} : { fastestMs: azureFastestMs }),
      isWaitedFor: () => store.get().ssh.kind !== 'up',
      onFacts(facts) {
        // The table knows no spot prices, which change by the day.
        const listed = facts.isSpot === true ? null : pricePerHour(facts.size);
        cloud = { ...cloud, facts, problem: null, misses: 0, perHourUsd: config.pricePerHour ?? listed };
        store.update({ cloud });
      },
      onProblem(problem) {
        cloud = { ...cloud, problem, misses: cloud.misses + 1 };
        store.update({ cloud });
      },
    });
    store.subscribe((state, before) => {
      // The VM was lost, so the newest answer of Azure is probably out of date.
      if (state.contact === null && before.contact !== null) watch.hurry();
    }, signal);
    signal.addEventListener('abort', () => watch.close(), { once: true });
  }
}
