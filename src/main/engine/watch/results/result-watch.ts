/**
 * Watches the result folder as the second source: what it says is given to the reading of the log, which may not have said it, or
 * otherwise. If there is no log of the run (an agent outside of the VM), the results alone make a run.
 */
import { stallAfterMs, type ResultFile, type RunState } from '../../run/index.ts';
import { readLogs, type ResultLine } from '../../vm/index.ts';
import type { LogAccess } from '../log/following-options.ts';
import type { LogReading } from '../log/log-reading.ts';
import { JobWatch } from './job-watch.ts';
import { FolderReading, type ReadFolder } from './folder-reading.ts';
import { resultsLogName, type ResultPlace } from './result-place.ts';
import { startResultReading, type ResultReading } from './result-reading.ts';
import { isLogActive, type RunSight, type Sight } from '../sight.ts';
import type { WatchTools } from '../source.ts';
import type { VmStore } from '../store.ts';
import { clockSkewMs, ourTimeMs } from '../vm-clock.ts';

export interface ResultWatchOptions extends Pick<
  WatchTools,
  'config' | 'feed' | 'clock' | 'tempo' | 'report'
> {
  readonly store: VmStore;
  readonly warn: (detail: object, message: string) => void;
}

const askLimitSeconds = 15;
/** Results this long after the end of a logged run are not its own. */
const afterEndMs = 60_000;
/** In the container, written to by every evaluation that an agent from elsewhere asks for. */
const evaluateLog = '/tmp/evaluate_server.log';
/** For an agent from elsewhere to count as being at work. */
const evaluatedWithinMs = 300_000;

export class ResultWatch {
  readonly #options: ResultWatchOptions;
  readonly #folder: FolderReading;
  /** The run that only the results show; null: there is none. */
  #own: ResultReading | null = null;
  readonly #jobs: JobWatch;
  #lastLookMs = Number.NEGATIVE_INFINITY;
  #wasOn = false;
  /** Number of tasks in the log at the look before. */
  #loggedTasks = 0;
  #noLogSinceMs: number | null = null;
  #evaluateLogSize: number | null = null;
  #isLooking = false;

  constructor(options: ResultWatchOptions) {
    this.#options = options;
    const { name: vm, successThreshold } = options.config;
    this.#jobs = new JobWatch({ ...options, vm, successThreshold });
    this.#folder = new FolderReading(options.store);
  }

  /** Reads the results if that is due. Call it after each look, when the log has been found. */
  async look(access: LogAccess): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      await this.#look(access);
    } finally {
      this.#isLooking = false;
    }
  }

  async #look(access: LogAccess): Promise<void> {
    const { store, clock, warn, report } = this.#options;
    if (store.get().machine === null || !this.#isDue()) return;
    this.#lastLookMs = clock.monotonicMs();
    await this.#lookAtEvaluations(access);
    const sight = store.get();
    const found = await this.#folder.read(access);
    if (found === null) return;
    if (found.unnamed > (this.#folder.known?.unnamed ?? 0))
      warn(
        { folder: found.place.path, count: found.unnamed },
        'result files are left out: the names of their folders are no names of tasks',
      );
    const skewMs = clockSkewMs(store.get().machine);
    await this.#lookAtJobs(found, access.container, sight);
    const reading = this.#readingOf(found.place, access.container);
    if (reading === null) return;
    const { reading: logged } = store.get();
    const loggedUntil = reading === logged ? null : this.#lastLogged(logged?.run ?? null);
    const files = [...found.lines.values()]
      .map((line) => toFile(line, found.place.path, skewMs))
      .filter(({ modifiedAt }) => loggedUntil === null || modifiedAt > loggedUntil + afterEndMs);
    try {
      reading.takeResults(files);
      this.#folder.known = found;
    } catch (error) {
      // The next look reads again what could not be written.
      report.failure(error);
    }
  }

  /** @param sight from before the files were listed */
  async #lookAtJobs(
    { shell, place, files }: ReadFolder,
    container: string | null,
    sight: Sight,
  ): Promise<void> {
    const { report } = this.#options;
    const { inside, machine } = sight;
    const zoneOffsetMinutes = (place.where === 'container' ? inside : machine)?.zoneOffsetMinutes ?? 0;
    const where = { shell, place, container, zoneOffsetMinutes, skewMs: clockSkewMs(machine) };
    try {
      await this.#jobs.look(where, [...files.values()], sight);
    } catch (error) {
      report.failure(error);
    }
    this.#publish();
  }

  #isDue(): boolean {
    const { store, clock, tempo } = this.#options;
    const { reading: logged, outsideAgentAtMs, resultRun } = store.get();
    const isOn =
      [logged?.run, this.#own?.run, this.#jobs.shown?.run].some((run) => run?.state === 'running') ||
      outsideAgentAtMs !== null;
    const isSoon = (this.#wasOn && !isOn) || this.#jobs.isLookUrgent(store.get());
    const isUndecided = logged === null && this.#own === null;
    const tasks = logged?.run?.tasks.length ?? 0;
    // An active log shows when a task ends, and so when there is a new result.
    const isTold =
      logged !== null &&
      this.#own === null &&
      resultRun === null &&
      isLogActive(store.get()) &&
      tasks === this.#loggedTasks;
    const everyMs =
      isTold && !this.#folder.isRetrying
        ? tempo.resultsToldEveryMs
        : isOn || isUndecided || this.#folder.isRetrying
          ? tempo.resultsEveryMs
          : tempo.resultsIdleEveryMs;
    if (!isSoon && clock.monotonicMs() - this.#lastLookMs < everyMs) return false;
    this.#wasOn = isOn;
    this.#loggedTasks = tasks;
    return true;
  }

  async #lookAtEvaluations({ inside }: LogAccess): Promise<void> {
    const { store, clock } = this.#options;
    const answer = (await inside?.ask(askLimitSeconds, ['logs', evaluateLog])) ?? null;
    const size = answer === null ? null : (readLogs(answer)[0]?.size ?? null);
    const hasGrown = size !== null && this.#evaluateLogSize !== null && size > this.#evaluateLogSize;
    this.#evaluateLogSize = size;
    const { outsideAgentAtMs } = store.get();
    if (hasGrown) store.update({ outsideAgentAtMs: clock.monotonicMs() });
    else if (outsideAgentAtMs !== null && clock.monotonicMs() - outsideAgentAtMs > evaluatedWithinMs)
      store.update({ outsideAgentAtMs: null });
  }

  /** Returns the reading that results belong to; null: BenchTray does not know yet whether there is a log. */
  #readingOf(place: ResultPlace, container: string | null): LogReading | ResultReading | null {
    const { config, feed, clock, store, tempo } = this.#options;
    const { reading: logged, inside, host } = store.get();
    const hasRunner = (inside?.runners.length ?? 0) + (host?.runners.length ?? 0) > 0;
    if (logged?.run?.state === 'running' || (logged !== null && hasRunner)) {
      this.#own = null;
      this.#noLogSinceMs = null;
      this.#publish();
      return logged;
    }
    this.#noLogSinceMs ??= clock.monotonicMs();
    // A run that has just ended may still get its last result.
    const endedAt = logged?.run?.endedAt ?? null;
    if (endedAt !== null && clock.runMs() - endedAt < afterEndMs) return logged;
    if (this.#own === null && clock.monotonicMs() - this.#noLogSinceMs < tempo.noLogAfterMs) return logged;
    this.#own ??= startResultReading({
      vm: config.name,
      log: resultsLogName(place, container),
      firstSeenMs: feed.firstSeen(config.name, clock.wallMs()),
      successThreshold: config.successThreshold,
      silentAfterMs: config.stalledAfterMinutes * 60_000,
      feed,
      clock,
      onRun: () => this.#publish(),
    });
    return this.#own;
  }

  /** Writes the run that only the results show into the store. It is on, whatever a log says of an earlier run. */
  #publish(): void {
    const { store } = this.#options;
    const job = this.#shownJob();
    const run = job?.run ?? this.#own?.run ?? null;
    if (run === store.get().resultRun && job === null) return;
    store.update({
      resultRun: run,
      ...(run === null ? {} : { run: this.#runSight(run, job?.activeAt ?? null) }),
    });
  }

  /** Returns the job to show; null: there is none, or another run is newer. */
  #shownJob(): JobWatch['shown'] {
    const job = this.#jobs.shown;
    const other = this.#own?.run ?? this.#options.store.get().reading?.run ?? null;
    return job !== null && (other === null || isNewer(job.run, other)) ? job : null;
  }

  /** @param activeAt when a job was written to last; null: such a run ends with silence, so silence is no stall */
  #runSight(run: RunState, activeAt: number | null): RunSight {
    const { clock, config } = this.#options;
    const { state } = run;
    return {
      isRunning: state === 'running',
      endedWell: state === 'finished',
      guest: null,
      silentForMs: activeAt === null ? 0 : Math.max(0, clock.runMs() - activeAt),
      ...(activeAt === null ? {} : { stallsAfterMs: stallAfterMs(run, config.stalledAfterMinutes * 60_000) }),
    };
  }

  /** Returns the time up to which a log covers everything. */
  #lastLogged(logged: RunState | null): number | null {
    const { config, feed } = this.#options;
    const run = logged ?? feed.latestFollow(config.name)?.run ?? null;
    return run === null || run.runId === this.#own?.run?.runId ? null : (run.endedAt ?? run.lastEventAt);
  }
}

/** Whether a run is the one to show: it goes on, or it was heard of later. */
function isNewer(run: RunState, other: RunState): boolean {
  if (run.state === 'running' || other.state === 'running') return other.state !== 'running';
  return (run.lastEventAt ?? 0) > (other.lastEventAt ?? 0);
}

function toFile(line: ResultLine, folder: string, skewMs: number): ResultFile {
  const { path, modifiedAt } = line;
  return { ...line, path: `${folder}${path.slice(1)}`, modifiedAt: ourTimeMs(modifiedAt, skewMs) };
}
