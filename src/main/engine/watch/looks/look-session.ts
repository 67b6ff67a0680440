/** Holds what the looks of one SSH connection share: the shells, and the container's log until Windows is ready. */
import { inBackground } from '../../common/in-background.ts';
import type { Contact, DockerCommand } from '../../vm/index.ts';
import { isReady } from '../sight.ts';
import type { WatchTools } from '../source.ts';
import type { VmStore } from '../store.ts';
import { BootFollowing } from './boot-following.ts';
import { createLooks, type Looks } from './looks.ts';

export interface LookSessionOptions extends Pick<
  WatchTools,
  'config' | 'log' | 'clock' | 'tempo' | 'report'
> {
  readonly contact: Contact;
  readonly store: VmStore;
  readonly hurry: (inMs?: number) => void;
  readonly paceMs: () => number;
}

/** After this time BenchTray publishes what it knows so far: `status` follows within two seconds of contact. */
const settleWithinMs = 1_200;

export class LookSession {
  readonly looks: Looks;
  readonly #options: LookSessionOptions;
  readonly #settleTimer: NodeJS.Timeout;
  readonly #boot: BootFollowing;

  constructor(options: LookSessionOptions) {
    this.#options = options;
    const { config, contact, store, log, clock, tempo, report, hurry, paceMs } = options;
    const { channels, host } = contact;
    channels.onShort(() => {
      log.warn({ vm: config.name }, 'the VM allows few sessions: some questions share one');
      this.#boot.stop();
    });
    const docker = (): DockerCommand => this.looks.docker;
    this.#boot = new BootFollowing({ config, log, clock, contact, store, tempo, docker });
    this.looks = createLooks(
      {
        ...{ config, channels, host, hurry, paceMs, tempo, sight: store.get, monotonicMs: clock.monotonicMs },
        learn: (news) => {
          store.update(news);
          if (!store.get().isFirstLook) this.#boot.follow();
        },
        onBoot: () => this.#boot.stop(),
        onOutOfMemory(container, killed) {
          const memory = store.get().boot.troubles.find(({ kind }) => kind === 'memory');
          report.moment({
            code: 'container_oom',
            severity: 'critical',
            message:
              killed === 'process'
                ? `A process in the container ${container} was killed for lack of memory.`
                : `The container ${container} was killed for lack of memory.`,
            detail:
              memory?.text ??
              (killed === 'process' ? 'docker events says oom' : 'docker inspect says OOMKilled'),
            hint: 'Give the VM more memory, or the container less RAM_SIZE.',
          });
        },
      },
      clock.runMs,
    );
    store.update({ shells: this.looks });
    this.#settleTimer = setTimeout(() => this.#settle(), settleWithinMs);
  }

  /** Ends the first look if it is still on. Call it after each look. */
  afterLook(): void {
    const { contact, log, store } = this.#options;
    this.#settle();
    if (contact.channels.isShort && !isReady(store.get()))
      inBackground(this.#boot.ask(), log, 'a question for the log of the container');
  }

  close(): void {
    clearTimeout(this.#settleTimer);
    this.#boot.close();
    this.looks.close();
  }

  /** Lets the projector publish the results of the first look, unless old lines of the container's log come in first. */
  #settle(): void {
    clearTimeout(this.#settleTimer);
    this.#boot.follow();
    if (this.#options.store.get().isFirstLook) this.#options.store.update({ isFirstLook: false });
  }
}
