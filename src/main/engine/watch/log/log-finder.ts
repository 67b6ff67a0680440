/** Finds the log of one VM to follow, and remembers which others were read, given up, or have no run. */
import type { Logger } from '../../common/app-log.ts';
import type { Feed } from '../../feed/index.ts';
import type { LogFile } from '../../vm/index.ts';
import { statLog } from '../looks/stat-log.ts';
import type { Sight } from '../sight.ts';
import type { WatchTools } from '../source.ts';
import type { VmStore } from '../store.ts';
import { clockSkewMs } from '../vm-clock.ts';
import { LogAttempts } from './log-attempts.ts';
import { findLog, type LogChoice } from './log-choice.ts';
import type { LogFollowing } from './log-following.ts';
import { isOtherWorkers, journalName, targetInJournal, type LogTarget } from './log-place.ts';
import { LogsWithoutRun } from './logs-without-run.ts';

export interface LogFinderOptions extends Pick<WatchTools, 'config' | 'clock' | 'tempo'> {
  readonly feed: Pick<Feed, 'loadFollow' | 'latestFollow'>;
  readonly log: Logger;
  readonly store: VmStore;
  readonly following: LogFollowing;
}

export class LogFinder {
  readonly #options: LogFinderOptions;
  readonly #attempts = new LogAttempts();
  readonly #withoutRun: LogsWithoutRun;
  #isPast = false;
  /** How many logs had names that cannot be asked for, when that was said last. */
  #unnamedLogs = 0;

  constructor(options: LogFinderOptions) {
    this.#options = options;
    this.#withoutRun = new LogsWithoutRun(options.clock.monotonicMs, options.tempo);
  }

  /** The log that is followed is not the newest: it is read, and then left for the next. */
  get isPast(): boolean {
    return this.#isPast;
  }

  /** Takes in what a look has shown of all logs. Call it with each look, before {@link find}. */
  note(sight: Sight): void {
    this.#countUnnamed(sight);
    this.#withoutRun.note(this.#options.following);
  }

  /** Returns the log to follow now. Null: the VM has no log, or has not answered enough questions to choose one. */
  find(sight: Sight): Promise<LogChoice | null> {
    const { config, clock, following } = this.#options;
    return findLog({
      sight,
      configured: config.benchmark.log,
      looks: { statLog: (where, path) => this.#statLog(where, path) },
      following,
      last: this.lastTarget(),
      isRead: (target, file) => this.#isRead(target, file),
      isGivenUp: (target, { size }) => this.#attempts.areSpent(journalName(target), size),
      isWithoutRun: (target, file) => this.#withoutRun.has(target, file),
      mayHaveNews: (target, file) => this.#withoutRun.mayHaveNews(target, file),
      isPast: this.#isPast,
      nowSeconds: (clock.runMs() + clockSkewMs(sight.machine)) / 1000,
    });
  }

  /** Notes that this choice is about to be followed. */
  take({ target, file, isPast }: LogChoice): void {
    this.#isPast = isPast;
    if (!this.#options.following.isFollowing(target))
      this.#attempts.note(journalName(target), file?.size ?? 0, this.#readTo(target) ?? 0);
  }

  /** The connection is gone, so an attempt in vain proves nothing. */
  pause(): void {
    this.#attempts.forget();
  }

  /** Returns the newest log in the journal; null: none. */
  lastTarget(): LogTarget | null {
    const { config, feed } = this.#options;
    const latest = feed.latestFollow(config.name);
    return latest === null ? null : targetInJournal(latest);
  }

  #isRead(target: LogTarget, { path, size }: LogFile): boolean {
    const readTo = this.#readTo(target);
    if (readTo === null) return false;
    // BenchTray returns only to logs of workers that run side by side.
    const now = this.#options.following.target;
    return now === null || !isOtherWorkers(path, now.path) || readTo >= size;
  }

  /** Returns up to which byte a log was read; null: not at all. */
  #readTo(target: LogTarget): number | null {
    const { config, feed } = this.#options;
    const saved = feed.loadFollow(config.name, journalName(target));
    return saved === null ? null : Math.max(saved.offset, saved.mark?.at ?? 0);
  }

  #statLog(where: 'host' | 'container', path: string): Promise<LogFile | null> {
    const { contact, shells } = this.#options.store.get();
    return statLog((where === 'host' ? contact?.host : shells?.inside) ?? null, path);
  }

  /** A log that cannot be asked for is at least counted. */
  #countUnnamed({ host, inside }: Sight): void {
    const { config, log } = this.#options;
    const count = (host?.unnamedLogs ?? 0) + (inside?.unnamedLogs ?? 0);
    if (count === this.#unnamedLogs) return;
    this.#unnamedLogs = count;
    if (count > 0)
      log.warn(
        { vm: config.name, count },
        'logs are left out: their names hold a line break or are not UTF-8',
      );
  }
}
