/** Which attempt of a VM is copied next, and which are given up. */
import type { ScreenTask } from '../../../../shared/screens.ts';
import { attemptTask, type Archive, type WhyMissing } from '../../archive/index.ts';
import { evenTime } from '../../common/clock.ts';
import type { AttemptKey, StoredRun, TaskRecord } from '../../feed/index.ts';
import type { WatchTools } from '../source.ts';
import type { Retries } from './retries.ts';

/** An attempt that is to be copied. */
export interface Wanted {
  readonly key: AttemptKey;
  readonly run: StoredRun;
  readonly record: TaskRecord;
  readonly task: ScreenTask;
  /** It waits for so long that its VM may be another one by now. */
  readonly isOld: boolean;
}

export interface WantedOptions extends Pick<WatchTools, 'config' | 'feed' | 'tempo' | 'clock'> {
  readonly archive: Pick<Archive, 'isTooOld' | 'giveUp'>;
  readonly retries: Retries;
}

/** A VM that is off for longer is likely to be another one when it comes back. Then some tries are enough. */
const wantedForMs = 7 * 86_400_000;
/** Most waiting attempts that one look considers. */
const mostWanted = 1000;

export class WantedTasks {
  readonly #options: WantedOptions;
  /** If somebody sets the wall clock to next month while BenchTray runs, nothing grows old by that. */
  readonly #evenMs: () => number;

  constructor(options: WantedOptions) {
    this.#options = options;
    this.#evenMs = evenTime(options.clock);
  }

  /** Returns the newest attempt whose copy is due, and gives up those that cannot be copied. `none`: no attempt waits, due or not. */
  next(): Wanted | 'none' | null {
    const { feed, config, tempo, archive, retries } = this.#options;
    const nowMs = this.#evenMs();
    // To count what is kept takes tens of milliseconds, and a run may have hundreds of tasks.
    const tooOld = new Map<string, boolean>();
    const isTooOld = (runId: string): boolean => {
      const answer = tooOld.get(runId) ?? archive.isTooOld(runId);
      tooOld.set(runId, answer);
      return answer;
    };
    const waiting = feed.wantedTasks(config.name, mostWanted);
    retries.retain(waiting);
    let left = waiting.length;
    for (const { since, ...key } of waiting) {
      if (nowMs - since < tempo.copyAfterMs && since <= nowMs) continue;
      if (!retries.isDue(key)) continue;
      const found = this.#find(key);
      if (typeof found === 'string') this.giveUp(key, found);
      else if (isTooOld(key.runId)) this.giveUp(key, 'no-room');
      else return { ...found, isOld: nowMs - since > wantedForMs };
      left -= 1;
    }
    return left === 0 ? 'none' : null;
  }

  /** Returns whether no other attempt at the task began in the meantime. */
  isStillAlone({ key, task }: Wanted): boolean {
    const now = this.#find(key);
    return typeof now !== 'string' && now.task.notFrom === task.notFrom;
  }

  giveUp(key: AttemptKey, why: WhyMissing): void {
    this.#options.retries.forget(key);
    this.#options.archive.giveUp(key, why);
  }

  #find(key: AttemptKey): Omit<Wanted, 'isOld'> | WhyMissing {
    const { feed, config } = this.#options;
    const run = feed.run(key.runId);
    const record = feed
      .attemptsAt(config.name, key.domain, key.taskId)
      .find((one) => one.runId === key.runId && one.attempt === key.attempt && one.domain === key.domain);
    if (run === null || record === undefined) return 'absent';
    const task = attemptTask(feed, run, record, false);
    return task === null ? 'rewritten' : { key, run, record, task };
  }
}
