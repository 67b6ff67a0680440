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
        cloud = {
          ...{ ...cloud, facts, problem: null, misses: 0, gone: null },
          perHourUsd: config.pricePerHour ?? listed,
          seen: { atMs: facts.checkedAtMs, isSpot: facts.isSpot === true, size: facts.size },
        };
        store.update({ cloud });
      },
      onProblem(problem) {
        const { seen } = cloud;
        const isGone = problem.isVmMissing === true && seen !== null;
        const untilMs = Math.max(seen?.atMs ?? 0, store.get().heard?.wallMs ?? 0);
        cloud = {
          ...{ ...cloud, problem, misses: cloud.misses + 1 },
          ...(isGone && cloud.gone === null ? { gone: { untilMs } } : {}),
        };
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
