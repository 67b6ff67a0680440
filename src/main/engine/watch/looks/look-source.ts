/** Looks at one VM while a connection is up: at the wanted pace, and sooner if an answer was missed. */
import { inBackground } from '../../common/in-background.ts';
import { isReady } from '../sight.ts';
import { wantLook, type Source, type WatchTools } from '../source.ts';
import { newestRun, type VmState } from '../state.ts';
import type { VmStore } from '../store.ts';
import { afterMove } from '../vm-clock.ts';
import { LookSession } from './look-session.ts';
import { createLookTimer, type LookTimer } from './look-timer.ts';
import { lookEverySeconds } from './pace.ts';

export interface LookOptions extends Pick<WatchTools, 'config' | 'log' | 'clock' | 'tempo' | 'report'> {
  /** "interval" of the configuration. */
  readonly intervalSeconds: number;
}

export class LookSource implements Source {
  readonly #options: LookOptions;
  #session: LookSession | null = null;

  constructor(options: LookOptions) {
    this.#options = options;
  }

  start(store: VmStore, signal: AbortSignal): void {
    const { config, log, clock, tempo } = this.#options;
    const paceMs = (): number => this.#paceMs(store.get());
    const timer = createLookTimer({
      look: (depth) => {
        if (store.get().lookWantedAtMs !== null) store.update({ lookWantedAtMs: null });
        if (this.#session !== null)
          inBackground(this.#look(store, this.#session, depth), log, `a look at ${config.name}`);
      },
      ...{ paceMs, monotonicMs: clock.monotonicMs, tempo },
    });
    store.subscribe((state, before) => {
      if (state.contact !== before.contact) {
        this.#end(timer);
        if (state.contact !== null) this.#begin(store, timer, state.contact);
      }
      if (state.lookWantedAtMs !== null && state.lookWantedAtMs !== before.lookWantedAtMs)
        timer.hurry(Math.max(0, state.lookWantedAtMs - clock.monotonicMs()));
      if (state.demandedSeconds !== null && state.demandedSeconds !== before.demandedSeconds)
        timer.plan(before.demandedSeconds === null ? 0 : paceMs());
    }, signal);
    signal.addEventListener('abort', () => this.#end(timer), { once: true });
  }

  #begin(store: VmStore, timer: LookTimer, contact: NonNullable<VmState['contact']>): void {
    const { monotonicMs } = this.#options.clock;
    const hurry = (inMs?: number): void => wantLook(store, monotonicMs(), inMs);
    const paceMs = (): number => this.#paceMs(store.get());
    this.#session = new LookSession({ ...this.#options, contact, store, hurry, paceMs });
    timer.begin();
  }

  #end(timer: LookTimer): void {
    timer.end();
    this.#session?.close();
    this.#session = null;
  }

  #paceMs(state: VmState): number {
    const isUnderWay = state.container.kind === 'running' && !isReady(state);
    const isEventful = state.run?.isRunning === true || isUnderWay || state.troubles.size > 0;
    const { intervalSeconds: configured } = this.#options;
    return lookEverySeconds({ configured, demanded: state.demandedSeconds, isEventful }) * 1000;
  }

  async #look(store: VmStore, session: LookSession, depth: 'whole' | 'brief'): Promise<void> {
    const { clock } = this.#options;
    const { host } = store.get();
    await session.looks.look(depth);
    if (this.#session !== session) return;
    const state = store.get();
    const { isSingle } = state.contact?.channels ?? {};
    // One moment: a busy computer may stop this process between two readings of a clock.
    const wallMs = clock.wallMs();
    store.update({
      looked: { count: state.looked.count + 1, depth },
      checkedAtMs: wallMs,
      ...(state.host === host ? {} : { heard: { runMs: clock.runMs(), wallMs } }),
      ...(isSingle == null ? {} : { isSingleSession: isSingle }),
    });
    session.afterLook();
    this.#realign(store);
  }

  /** Follows the wall clock if somebody set it, unless a run is on: its durations would be wrong. */
  #realign(store: VmStore): void {
    if (newestRun(store.get())?.state === 'running') return;
    const { config, clock, log } = this.#options;
    const movedMs = clock.realign();
    const { machine } = store.get();
    if (movedMs === 0) return;
    log.info({ vm: config.name, movedMs }, 'the clock of this computer was set');
    if (machine !== null) store.update({ machine: afterMove(machine, movedMs) });
  }
}
