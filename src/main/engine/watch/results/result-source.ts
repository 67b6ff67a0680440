/** Reads the results of one VM's runs from their folder, after each look at the log. */
import { inBackground } from '../../common/in-background.ts';
import type { Source, WatchTools } from '../source.ts';
import { accessOf } from '../state.ts';
import type { VmStore } from '../store.ts';
import { ResultWatch } from './result-watch.ts';

export class ResultSource implements Source {
  readonly #tools: WatchTools;

  constructor(tools: WatchTools) {
    this.#tools = tools;
  }

  start(store: VmStore, signal: AbortSignal): void {
    const { config, log } = this.#tools;
    const watch = new ResultWatch({
      ...{ ...this.#tools, store },
      warn: (detail, message) => log.warn({ vm: config.name, ...detail }, message),
    });
    store.subscribe((state, before) => {
      const access = accessOf(state);
      if (state.logLooks === before.logLooks || access === null) return;
      inBackground(watch.look(access), log, `a look at the results of ${config.name}`);
    }, signal);
  }
}
