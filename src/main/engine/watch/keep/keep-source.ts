/** Copies the files of each task from the VM into the archive after the task has ended: one task at a time, and slowly. */
import { isDeepStrictEqual } from 'node:util';
import { writeObstacle, type Archive, type StoreObstacle, type WhyMissing } from '../../archive/index.ts';
import { inBackground } from '../../common/in-background.ts';
import type { AttemptKey } from '../../feed/index.ts';
import type { LogAccess } from '../log/following-options.ts';
import type { ContainerSight } from '../sight.ts';
import type { Source, WatchTools } from '../source.ts';
import { accessOf } from '../state.ts';
import type { VmStore } from '../store.ts';
import { createTaskPlaces, type TaskPlaces } from '../task-places.ts';
import { untilCaughtUp } from './caught-up.ts';
import { createThrottle, rest, type Throttle } from './throttle.ts';
import { Retries, type TaskObstacle } from './retries.ts';
import { copyTask } from './task-copy.ts';
import { WantedTasks, type Wanted } from './wanted.ts';

/** `history` of the configuration, as far as it is about copying. */
export interface CopySettings {
  readonly screenshots: 'all' | 'failures' | 'none';
  readonly copyKilobytesPerSecond: number;
}

export interface KeepOptions {
  readonly archive: Archive;
  readonly copySettings: () => CopySettings;
}

export class KeepSource implements Source {
  readonly #tools: WatchTools & KeepOptions;
  readonly #retries: Retries;
  readonly #wanted: WantedTasks;
  #isCopying = false;
  #restsUntilMs = 0;
  /** Why the archive takes nothing now; null: it takes files, as far as its disk and the journal show. */
  #closed: StoreObstacle | null = null;
  /** A copy has succeeded since the newest obstacle, or none is wanted. Until then, an obstacle that is gone counts as one. */
  #isFree = false;

  constructor(tools: WatchTools & KeepOptions) {
    const { clock, tempo } = tools;
    this.#tools = tools;
    this.#retries = new Retries({
      monotonicMs: clock.monotonicMs,
      againMs: tempo.copyAgainMs,
      triedForMs: tempo.copyTriedForMs,
    });
    this.#wanted = new WantedTasks({ ...tools, retries: this.#retries });
  }

  start(store: VmStore, signal: AbortSignal): void {
    const { feed, config, clock, log, copySettings } = this.#tools;
    const places = createTaskPlaces({
      store,
      hostLog: (name) => feed.loadFollow(config.name, name)?.hostPath ?? null,
    });
    const bytesPerSecond = (): number => copySettings().copyKilobytesPerSecond * 1000;
    const throttle = createThrottle(bytesPerSecond, clock.monotonicMs);
    store.subscribe((state, before) => {
      if (state.logLooks === before.logLooks || this.#isCopying) return;
      inBackground(
        this.#copyAll({ store, places, throttle, signal }),
        log,
        `the copies of tasks of ${config.name}`,
      );
    }, signal);
  }

  /** Copies what waits. It does not wait for the next look each time: while nobody listens, looks are rare. */
  async #copyAll(copying: Copying): Promise<void> {
    const { tempo } = this.#tools;
    const { store, signal } = copying;
    this.#isCopying = true;
    try {
      while (!signal.aborted) {
        const access = accessOf(store.get());
        // While the log is behind, nothing is copied.
        if (access === null || store.get().isBehind) return;
        if (!(await this.#copyNext(access, copying))) return;
        await rest(tempo.copyRestMs, signal);
      }
    } finally {
      this.#isCopying = false;
    }
  }

  /** Returns false if there is nothing to copy now. */
  async #copyNext(access: LogAccess, copying: Copying): Promise<boolean> {
    const { store, signal } = copying;
    if (this.#tools.clock.monotonicMs() < this.#restsUntilMs) return false;
    if (store.get().container.kind === 'running') this.#retries.wakeContainer();
    const wanted = this.#wanted.next();
    if (wanted === 'none') this.#noteSuccess();
    const isTried = wanted !== null && wanted !== 'none' && (await this.#isArchiveOpen()) && !signal.aborted;
    if (isTried) await this.#copy(wanted, access, copying);
    this.#publish(store);
    return isTried;
  }

  async #isArchiveOpen(): Promise<boolean> {
    this.#closed = await this.#tools.archive.obstacle();
    if (this.#closed !== null) this.#rest();
    return this.#closed === null;
  }

  #rest(): void {
    this.#restsUntilMs = this.#tools.clock.monotonicMs() + this.#tools.tempo.copyObstacleMs;
  }

  /** A file was stored, or none waits. */
  #noteSuccess(): void {
    this.#isFree = true;
    this.#closed = null;
    this.#retries.noteStored();
  }

  #publish(store: VmStore): void {
    const obstacle = this.#closed ?? this.#retries.obstacle();
    if (obstacle !== null) this.#isFree = false;
    const known = store.get().keeping;
    const keeping = obstacle ?? (this.#isFree ? ({ kind: 'free' } as const) : known);
    if (!isDeepStrictEqual(keeping, known)) store.update({ keeping });
  }

  async #copy(
    wanted: Wanted,
    access: LogAccess,
    { store, places, throttle, signal }: Copying,
  ): Promise<void> {
    const { archive, config, log, copySettings } = this.#tools;
    const { key, task, record } = wanted;
    const { screenshots } = copySettings();
    const hasScreens = screenshots === 'all' || (screenshots === 'failures' && !record.success);
    const turn = async (bytes: number): Promise<void> => {
      await untilCaughtUp(store, access, signal);
      await throttle(bytes, signal);
    };
    using keeping = archive.begin(key);
    const what = hasScreens ? 'all' : 'texts';
    const end = await copyTask({ task, what, access, places, keeping, turn });
    if (signal.aborted) return;
    if (end.kind !== 'copied' && (access.host.closed || store.get().contact?.host !== access.host)) {
      this.#tryOnNextConnection(key);
      return;
    }
    switch (end.kind) {
      case 'copied':
        if (!this.#wanted.isStillAlone(wanted)) this.#tryAgain(key, 'rewritten');
        else if (end.hasChanged && !this.#retries.isLastTry(key)) this.#tryAgain(key, 'failed');
        else if (
          keeping.finish({
            clockOffsetMs: places.clockOffsetMs(task),
            why: [
              ...(hasScreens ? [] : (['setting'] as const)),
              ...end.leftOut,
              ...(end.hasChanged ? (['changed'] as const) : []),
            ],
          })
        ) {
          this.#retries.forget(key);
          this.#noteSuccess();
          log.debug({ vm: config.name, ...key }, 'the files of a task were copied');
          await archive.makeRoom();
        }
        break;
      case 'failed':
        this.#retries.noteRefusal(key, writeObstacle(end.error));
        this.#rest();
        break;
      case 'broken':
        log.debug({ vm: config.name, ...key, detail: end.detail }, 'the files of a task did not come');
        this.#tryAgain(key, 'failed', {
          kind: access.channels.isShort ? 'sessions' : 'copy',
          detail: `The copy of the task ${key.taskId} failed: ${end.detail}.`,
        });
        break;
      case 'no-tar':
        this.#wanted.giveUp(key, 'no-tar');
        break;
      case 'others':
        if (task.notFrom === null) this.#tryAgain(key, 'absent');
        else this.#wanted.giveUp(key, 'rewritten');
        break;
      case 'absent':
        this.#noteAbsent(wanted, store.get().container);
        break;
    }
  }

  #noteAbsent({ key, isOld }: Wanted, container: ContainerSight): void {
    if (container.kind === 'running') {
      this.#tryAgain(key, 'absent');
      return;
    }
    // A container that is off may come back.
    const why = isOld && this.#retries.wasTriedLong(key) ? 'unreached' : null;
    const off =
      container.kind === 'stopped'
        ? `The container ${container.name} is not running`
        : 'No container is running on the VM';
    this.#tryAgain(key, why, {
      kind: 'container',
      detail: `${off}, and the VM itself has no files of the task ${key.taskId}.`,
    });
  }

  #tryOnNextConnection(key: AttemptKey): void {
    const { config, log } = this.#tools;
    const hasMore = this.#retries.noteBreak(key);
    log.info({ vm: config.name, ...key, hasMore }, 'the connection broke while a task was copied');
    if (!hasMore) this.#wanted.giveUp(key, 'breaks');
  }

  /** @param why the last try gives up for this; null: there is no last one */
  #tryAgain(key: AttemptKey, why: WhyMissing | null, obstacle: TaskObstacle | null = null): void {
    if (why !== null && this.#retries.isLastTry(key)) this.#wanted.giveUp(key, why);
    else this.#retries.noteFailure(key, obstacle);
  }
}

interface Copying {
  readonly store: VmStore;
  readonly places: TaskPlaces;
  readonly throttle: Throttle;
  readonly signal: AbortSignal;
}
