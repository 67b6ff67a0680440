/** Copies the files of each task from the VM into the archive after the task has ended: one task at a time, and slowly. */
import { messageOf } from '../../../../shared/message-of.ts';
import type { ScreenTask } from '../../../../shared/screens.ts';
import { attemptTask, type Archive, type WhyMissing } from '../../archive/index.ts';
import { evenTime } from '../../common/clock.ts';
import { inBackground } from '../../common/in-background.ts';
import type { AttemptKey, StoredRun, TaskRecord } from '../../feed/index.ts';
import type { LogAccess } from '../log/following-options.ts';
import type { Source, WatchTools } from '../source.ts';
import { accessOf } from '../state.ts';
import type { VmStore } from '../store.ts';
import { createTaskPlaces, type TaskPlaces } from '../task-places.ts';
import { untilCaughtUp } from './caught-up.ts';
import { createPace, rest, type Pace } from './pace.ts';
import { Retries } from './retries.ts';
import { copyTask } from './task-copy.ts';

/** `history` of the configuration, as far as it is about copying. */
export interface CopySettings {
  readonly screenshots: 'all' | 'failures' | 'none';
  readonly copyKilobytesPerSecond: number;
}

export interface KeepOptions {
  readonly archive: Archive;
  readonly copySettings: () => CopySettings;
}

/** An attempt that is to be copied. */
interface Wanted {
  readonly key: AttemptKey;
  readonly run: StoredRun;
  readonly record: TaskRecord;
  readonly task: ScreenTask;
  /** It waits for so long that its VM may be another one by now. */
  readonly isOld: boolean;
}

/** A VM that is off for longer is likely to be another one when it comes back. Then some tries are enough. */
const wantedForMs = 7 * 86_400_000;
/** Most waiting attempts that one look considers. */
const mostWanted = 1000;

export class KeepSource implements Source {
  readonly #tools: WatchTools & KeepOptions;
  /** Someone may set the wall clock to next month: nothing grows old by that. */
  readonly #evenMs: () => number;
  readonly #retries: Retries;
  #isCopying = false;
  #restsUntilMs = 0;
  /** Why nothing can be stored; null: something can. */
  #trouble: string | null = null;

  constructor(tools: WatchTools & KeepOptions) {
    this.#tools = tools;
    this.#evenMs = evenTime(tools.clock);
    this.#retries = new Retries(tools.clock.monotonicMs, tools.tempo.copyAgainMs);
  }

  start(store: VmStore, signal: AbortSignal): void {
    const { feed, config, clock, log, copySettings } = this.#tools;
    const places = createTaskPlaces({
      store,
      hostLog: (name) => feed.loadFollow(config.name, name)?.hostPath ?? null,
    });
    const bytesPerSecond = (): number => copySettings().copyKilobytesPerSecond * 1000;
    const pace = createPace(bytesPerSecond, clock.monotonicMs);
    store.subscribe((state, before) => {
      if (state.logLooks === before.logLooks || this.#isCopying) return;
      inBackground(
        this.#copyAll({ store, places, pace, signal }),
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
    if (this.#tools.clock.monotonicMs() < this.#restsUntilMs) return false;
    const wanted = this.#newestWanted();
    if (wanted === null || (await this.#isHindered()) || copying.signal.aborted) return false;
    await this.#copy(wanted, access, copying);
    return true;
  }

  /** Returns the attempt that is copied next, and gives up those that cannot be. */
  #newestWanted(): Wanted | null {
    const { feed, config, tempo, archive } = this.#tools;
    const nowMs = this.#evenMs();
    // To count what is kept takes tens of milliseconds, and a run may have hundreds of tasks.
    const tooOld = new Map<string, boolean>();
    const isTooOld = (runId: string): boolean => {
      const answer = tooOld.get(runId) ?? archive.isTooOld(runId);
      tooOld.set(runId, answer);
      return answer;
    };
    for (const { since, ...key } of feed.wantedTasks(config.name, mostWanted)) {
      if (nowMs - since < tempo.copyAfterMs && since <= nowMs) continue;
      if (!this.#retries.isDue(key)) continue;
      const found = this.#find(key);
      if (typeof found === 'string') this.#giveUp(key, found);
      else if (isTooOld(key.runId)) this.#giveUp(key, 'no-room');
      else return { ...found, isOld: nowMs - since > wantedForMs };
    }
    return null;
  }

  #find(key: AttemptKey): Omit<Wanted, 'isOld'> | WhyMissing {
    const { feed, config } = this.#tools;
    const run = feed.run(key.runId);
    const record = feed
      .attemptsAt(config.name, key.domain, key.taskId)
      .find((one) => one.runId === key.runId && one.attempt === key.attempt && one.domain === key.domain);
    if (run === null || record === undefined) return 'absent';
    const task = attemptTask(feed, run, record, false);
    return task === null ? 'rewritten' : { key, run, record, task };
  }

  async #isHindered(): Promise<boolean> {
    const obstacle = await this.#tools.archive.obstacle();
    if (obstacle !== null) this.#rest(obstacle);
    return obstacle !== null;
  }

  /** Copies nothing for a while, and says why, once. */
  #rest(trouble: string): void {
    const { config, clock, log, report, tempo } = this.#tools;
    this.#restsUntilMs = clock.monotonicMs() + tempo.copyObstacleMs;
    if (this.#trouble === null) {
      log.warn({ vm: config.name, trouble }, 'BenchTray cannot keep the files of tasks');
      report.moment({
        code: 'internal',
        severity: 'warning',
        message: 'BenchTray cannot keep the files of tasks.',
        detail: trouble,
        hint: 'Make room on the disk of this computer, and let BenchTray write into its data folder. It goes on by itself.',
      });
    }
    this.#trouble = trouble;
  }

  async #copy(wanted: Wanted, access: LogAccess, { store, places, pace, signal }: Copying): Promise<void> {
    const { archive, config, log, copySettings } = this.#tools;
    const { key, task, record } = wanted;
    const { screenshots } = copySettings();
    const hasScreens = screenshots === 'all' || (screenshots === 'failures' && !record.success);
    const turn = async (bytes: number): Promise<void> => {
      await untilCaughtUp(store, access, signal);
      await pace(bytes, signal);
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
        if (!this.#isStillAlone(wanted)) this.#tryAgain(key, 'rewritten');
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
          if (this.#trouble !== null) log.info({ vm: config.name }, 'the files of tasks are kept again');
          this.#trouble = null;
          log.debug({ vm: config.name, ...key }, 'the files of a task were copied');
          await archive.makeRoom();
        }
        break;
      case 'failed':
        this.#rest(messageOf(end.error));
        break;
      case 'broken':
        log.debug({ vm: config.name, ...key, detail: end.detail }, 'the files of a task did not come');
        this.#tryAgain(key, 'failed');
        break;
      case 'no-tar':
        this.#giveUp(key, 'no-tar');
        break;
      case 'others':
        if (task.notFrom === null) this.#tryAgain(key, 'absent');
        else this.#giveUp(key, 'rewritten');
        break;
      case 'absent':
        // A container that is off may come back.
        if (store.get().container.kind === 'running') this.#tryAgain(key, 'absent');
        else this.#tryAgain(key, wanted.isOld ? 'unreached' : null);
        break;
    }
  }

  /** Returns whether no other attempt at the task began in the meantime. */
  #isStillAlone({ key, task }: Wanted): boolean {
    const now = this.#find(key);
    return typeof now !== 'string' && now.task.notFrom === task.notFrom;
  }

  #tryOnNextConnection(key: AttemptKey): void {
    const { config, log } = this.#tools;
    const hasMore = this.#retries.noteBreak(key);
    log.info({ vm: config.name, ...key, hasMore }, 'the connection broke while a task was copied');
    if (!hasMore) this.#giveUp(key, 'breaks');
  }

  /** @param why the last try gives up for this; null: there is no last one */
  #tryAgain(key: AttemptKey, why: WhyMissing | null): void {
    if (why !== null && this.#retries.isLastTry(key)) this.#giveUp(key, why);
    else this.#retries.noteFailure(key);
  }

  #giveUp(key: AttemptKey, why: WhyMissing): void {
    this.#retries.forget(key);
    this.#tools.archive.giveUp(key, why);
  }
}

interface Copying {
  readonly store: VmStore;
  readonly places: TaskPlaces;
  readonly pace: Pace;
  readonly signal: AbortSignal;
}
