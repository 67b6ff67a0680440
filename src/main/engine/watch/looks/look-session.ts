/** Holds what the looks of one SSH connection share: the shells, and the container's log until Windows is ready. */
import { inBackground } from '../../common/in-background.ts';
import {
  bootAgain,
  lastLinesCommand,
  readBootLine,
  readBootLog,
  readLastLines,
  type Contact,
} from '../../vm/index.ts';
import { isReady } from '../sight.ts';
import type { WatchTools } from '../source.ts';
import type { VmStore } from '../store.ts';
import { followBootLog, type BootLog } from './boot-log.ts';
import { createLooks, type Looks } from './looks.ts';
import { oneAtATime } from './once.ts';

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
  #bootLog: BootLog | null = null;
  #isClosed = false;

  constructor(options: LookSessionOptions) {
    this.#options = options;
    const { config, contact, store, log, clock, tempo, report, hurry, paceMs } = options;
    const { channels, host } = contact;
    channels.onShort(() => {
      log.warn({ vm: config.name }, 'the VM allows few sessions: some questions share one');
      this.#closeBootLog();
    });
    this.looks = createLooks(
      {
        ...{ config, channels, host, hurry, paceMs, tempo, sight: store.get, monotonicMs: clock.monotonicMs },
        learn: (news) => {
          store.update(news);
          if (!store.get().isFirstLook) this.#followContainer();
        },
        onBoot: () => this.#closeBootLog(),
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
      inBackground(this.#askForBootLog(), log, 'a question for the log of the container');
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#settleTimer);
    this.#closeBootLog();
    this.looks.close();
  }

  /** Lets the projector publish the results of the first look, unless old lines of the container's log come in first. */
  #settle(): void {
    clearTimeout(this.#settleTimer);
    this.#followContainer();
    if (this.#options.store.get().isFirstLook) this.#options.store.update({ isFirstLook: false });
  }

  #closeBootLog(): void {
    this.#bootLog?.close();
    this.#bootLog = null;
    const { store } = this.#options;
    if (store.get().isReplaying) store.update({ isReplaying: false });
  }

  #followContainer(): void {
    const { store, contact } = this.#options;
    const { container, startedAt, answered } = store.get();
    if (isReady(store.get())) return this.#closeBootLog();
    if (
      this.#isClosed ||
      !answered.container ||
      container.kind !== 'running' ||
      startedAt === null ||
      this.#bootLog !== null
    )
      return;
    if (contact.channels.isShort) return;
    const bootLog = followBootLog({
      channels: contact.channels,
      docker: this.looks.docker,
      container: container.name,
      startedAt,
      onLine: (line) => this.#readBootLine(line),
      onReplayed: () => {
        if (this.#bootLog === bootLog) store.update({ isReplaying: false });
      },
      onClosed: () => {
        if (this.#bootLog !== bootLog) return;
        this.#bootLog = null;
        if (!this.#isClosed) store.update({ isReplaying: false });
      },
    });
    this.#bootLog = bootLog;
    store.update({ isReplaying: true, boot: bootAgain(store.get().boot) });
  }

  #readBootLine(line: string): void {
    const { store, log, config } = this.#options;
    const { boot: before } = store.get();
    const boot = readBootLine(before, line);
    // The status has our own words for it.
    if (boot.phase !== before.phase)
      log.info({ vm: config.name, phase: boot.phase, line }, 'a phase of the boot');
    if (boot.troubles.some((trouble) => !before.troubles.includes(trouble)))
      log.info({ vm: config.name, line }, 'a trouble of the boot');
    if (boot !== before) store.update({ boot });
  }

  /** Asks for the newest lines, because the VM allows too few sessions to follow the log. */
  readonly #askForBootLog = oneAtATime(async () => {
    const { store, contact } = this.#options;
    const { container, startedAt } = store.get();
    if (container.kind !== 'running' || startedAt === null) return;
    const answer = await contact.host.ask(8, lastLinesCommand(this.looks.docker, container.name, startedAt));
    if (answer === null || this.#isClosed || store.get().startedAt !== startedAt) return;
    store.update({ boot: readBootLog(store.get().boot, readLastLines(answer)) });
  });
}
