/** Keeps the log of the container followed until Windows is ready, and says why if it cannot be read. */
import {
  bootAgain,
  lastLinesCommand,
  readBootLine,
  readBootLog,
  readLog,
  type BootState,
  type Contact,
  type DockerCommand,
} from '../../vm/index.ts';
import { isReady } from '../sight.ts';
import type { WatchTools } from '../source.ts';
import type { VmStore } from '../store.ts';
import { defaultTempo } from '../tempo.ts';
import { followBootLog, lateReason, type BootLog } from './boot-log.ts';
import { oneAtATime } from './once.ts';

export interface BootFollowingOptions extends Pick<WatchTools, 'config' | 'log' | 'clock'> {
  readonly contact: Contact;
  readonly store: VmStore;
  readonly tempo?: WatchTools['tempo'];
  readonly docker: () => DockerCommand;
}

/** A log that ends at once is opened less and less often. */
const reopenAfterMs = [1_500, 3_000, 6_000, 12_000, 30_000];
/** A log that was followed for this long is opened again soon. */
const worksAfterMs = 10_000;
/** The container may just be stopping. */
const failuresUntilTold = 3;
const askLimitSeconds = 8;

export class BootFollowing {
  /** Asks for the newest lines. For a VM that allows too few sessions to follow the log. */
  readonly ask = oneAtATime(() => this.#ask());
  readonly #options: BootFollowingOptions;
  #current: BootLog | null = null;
  #isClosed = false;
  /** When the log may be opened again, by the monotonic clock. */
  #nextAtMs = Number.NEGATIVE_INFINITY;
  /** Followings in a row that ended soon after they began. */
  #early = 0;
  /** Failures in a row. */
  #failures = 0;

  constructor(options: BootFollowingOptions) {
    this.#options = options;
  }

  /** Opens the log if it is needed and not open yet. Call it after each answer of the VM. */
  follow(): void {
    const { store, contact, clock } = this.#options;
    const { container, startedAt, answered } = store.get();
    const isNeeded = !isReady(store.get());
    if (!isNeeded || container.kind === 'absent') this.#answered();
    if (!isNeeded) return this.stop();
    if (this.#isClosed || this.#current !== null || contact.channels.isShort) return;
    if (!answered.container || container.kind !== 'running' || startedAt === null) return;
    if (clock.monotonicMs() >= this.#nextAtMs) this.#open(container.name, startedAt);
  }

  /** Forgets the log of this start of the container. */
  stop(): void {
    this.#current?.close();
    this.#current = null;
    this.#nextAtMs = Number.NEGATIVE_INFINITY;
    this.#early = 0;
    const { store } = this.#options;
    if (store.get().isReplaying) store.update({ isReplaying: false });
  }

  close(): void {
    this.#isClosed = true;
    this.stop();
  }

  #open(container: string, startedAt: string): void {
    const { store, contact, clock, docker, tempo = defaultTempo } = this.#options;
    const openedAtMs = clock.monotonicMs();
    const bootLog = followBootLog({
      ...{ channels: contact.channels, docker: docker(), container, startedAt },
      answersWithinMs: tempo.arrivesWithinMs,
      onLine: (line) => this.#take(readBootLine(store.get().boot, line), line),
      onAnswered: () => this.#answered(),
      onReplayed: () => {
        if (this.#current === bootLog) store.update({ isReplaying: false });
      },
      onClosed: (failure) => {
        if (this.#current !== bootLog) return;
        this.#current = null;
        const nowMs = clock.monotonicMs();
        const hasWorked = failure === null && nowMs - openedAtMs >= worksAfterMs;
        this.#nextAtMs = nowMs + (reopenAfterMs[hasWorked ? 0 : this.#early] ?? 0);
        this.#early = hasWorked ? 0 : Math.min(this.#early + 1, reopenAfterMs.length - 1);
        store.update({ isReplaying: false });
        if (failure !== null && !contact.host.closed) this.#failed(failure);
      },
    });
    this.#current = bootLog;
    store.update({ isReplaying: true, boot: bootAgain(store.get().boot) });
  }

  async #ask(): Promise<void> {
    const { store, contact, docker } = this.#options;
    const { container, startedAt } = store.get();
    if (container.kind !== 'running' || startedAt === null) return;
    const answer = await contact.host.ask(
      askLimitSeconds,
      lastLinesCommand(docker(), container.name, startedAt),
    );
    if (this.#isClosed || contact.host.closed || store.get().startedAt !== startedAt) return;
    const read = answer === null ? ({ kind: 'failed', detail: lateReason } as const) : readLog(answer);
    if (read.kind !== 'ok') {
      this.#failed(read.detail);
      return;
    }
    this.#answered();
    store.update({ boot: readBootLog(store.get().boot, read.value) });
  }

  #take(boot: BootState, line: string): void {
    const { store, log, config } = this.#options;
    const { boot: before } = store.get();
    // The status has our own words for it.
    if (boot.phase !== before.phase)
      log.info({ vm: config.name, phase: boot.phase, line }, 'a phase of the boot');
    if (boot.troubles.some((trouble) => !before.troubles.includes(trouble)))
      log.info({ vm: config.name, line }, 'a trouble of the boot');
    if (boot !== before) store.update({ boot });
  }

  #answered(): void {
    const { store } = this.#options;
    this.#failures = 0;
    if (store.get().bootLogTrouble !== null) store.update({ bootLogTrouble: null });
  }

  #failed(reason: string): void {
    const { store, log, config } = this.#options;
    this.#failures += reason === lateReason ? failuresUntilTold : 1;
    if (this.#failures < failuresUntilTold || store.get().bootLogTrouble === reason) return;
    log.warn({ vm: config.name, reason }, 'the log of the container cannot be read');
    store.update({ bootLogTrouble: reason });
  }
}
