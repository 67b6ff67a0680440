/** The benchmark's log of one VM: found, followed, and watched for the process behind it. */
import { plainText } from '../../../../shared/plain-text.ts';
import { newestResultMs, runsBesideItsLog, stallAfterMs, type RunState } from '../../run/index.ts';
import type { LogFile } from '../../vm/index.ts';
import { findLog } from './log-choice.ts';
import type { ReadingStart } from './follow-catch-up.ts';
import { LogFollowing, type LogAccess } from './log-following.ts';
import { isOtherWorkers, journalName, placeText, targetInJournal, type LogTarget } from './log-place.ts';
import { LogAttempts } from './log-attempts.ts';
import { LogsWithoutRun } from './logs-without-run.ts';
import { abandonedMs, startReading, type LogReading } from './log-reading.ts';
import { statLog } from '../looks/stat-log.ts';
import {
  countRunners,
  countWriters,
  createRunnerWatch,
  writersSinceMs,
  type RunnerWatch,
} from './runner-watch.ts';
import type { RunSight, Sight } from '../sight.ts';
import { findStopPrint } from './stop-print.ts';
import { wantLook, type WatchTools } from '../source.ts';
import { accessOf, type VmState } from '../state.ts';
import type { VmStore } from '../store.ts';
import { clockSkewMs, ourTimeMs } from '../vm-clock.ts';

export interface BenchmarkLogOptions extends Pick<
  WatchTools,
  'config' | 'feed' | 'log' | 'clock' | 'tempo' | 'report'
> {
  readonly store: VmStore;
}

export class BenchmarkLog {
  readonly #options: BenchmarkLogOptions;
  readonly #firstSeenMs: number;
  readonly #following: LogFollowing;
  readonly #runnerWatch: RunnerWatch;
  readonly #attempts = new LogAttempts();
  readonly #withoutRun: LogsWithoutRun;
  /** The log that a process was seen to write to, by its name in the journal. */
  #writtenLog: string | null = null;
  /** The log that is followed is not the newest: it is read, and then left for the next. */
  #isPast = false;
  /** In a look before its log was being read. */
  #wasRunnerSeen = false;
  /** When the VM last answered while nothing of the log was left to be read: up to then its silence is known. By the monotonic clock. */
  #heardAtMs = Number.NEGATIVE_INFINITY;
  /** How many logs had names that cannot be asked for, when that was said last. */
  #unnamedLogs = 0;
  /** The answers of the look before. */
  #answers: Pick<Sight, 'host' | 'inside'> = { host: null, inside: null };

  constructor(options: BenchmarkLogOptions) {
    const { config, feed, clock, store, tempo, log, report } = options;
    const vm = config.name;
    this.#options = options;
    this.#firstSeenMs = feed.firstSeen(vm, clock.wallMs());
    this.#runnerWatch = createRunnerWatch(clock.monotonicMs, tempo);
    this.#withoutRun = new LogsWithoutRun(clock.monotonicMs, tempo.lastLinesMs);
    this.#following = new LogFollowing({
      read: (start) => this.#read(start),
      saved: (target) => feed.loadFollow(vm, journalName(target)),
      lastTarget: () => this.#lastTarget(),
      onTrouble: (trouble) => store.update({ log: { ...store.get().log, trouble } }),
      warn: (detail, message) => log.warn({ vm, ...detail }, message),
      monotonicMs: clock.monotonicMs,
      arrivesWithinMs: tempo.arrivesWithinMs,
      onReading: (reading) => store.update({ reading }),
      onFailure: report.failure,
      onEnded: () => this.#hurry(),
    });
  }

  /** More of the log is on its way. */
  get isArriving(): boolean {
    return this.#following.isLive && this.#following.isBehind;
  }

  /** More of the log is known to be there than has been read. */
  get isBehind(): boolean {
    return this.#following.isBehind;
  }

  /** Returns the present facts about the run of the log, as a patch for the store. */
  facts(): Partial<VmState> {
    const { loggedRun, resultRun } = this.#options.store.get();
    return {
      loggedRun: this.#following.reading?.publishedRun ?? loggedRun,
      // A run known only from its results goes first.
      ...(resultRun === null ? { run: this.#runSight() } : {}),
    };
  }

  /** Finds the log, follows it, and draws the conclusions. Call it after each look. */
  async look(): Promise<void> {
    const { store, clock } = this.#options;
    const before = this.#answers;
    const answers = store.get();
    this.#answers = answers;
    const access = accessOf(answers);
    if (access === null) return;
    await this.#follow(access);
    if (access.host.closed) return;
    if (!this.#isPast) this.#noteRunner(store.get());
    // Without an answer the picture is that of an earlier look, and proves nothing: of a VM that hangs, or after a sleep of ours.
    if (answers.host === before.host || this.#isPast) return;
    if (this.#following.isLive && !this.#following.isBehind) this.#heardAtMs = clock.monotonicMs();
    if (answers.inside === before.inside && answers.inside !== null) return;
    const now = accessOf(store.get());
    if (now !== null) await this.#watchRunner(now);
  }

  /** The connection is gone. */
  pause(): void {
    this.#heardAtMs = Number.NEGATIVE_INFINITY;
    this.#following.pause();
    this.#attempts.forget();
    this.#runnerWatch.forget();
  }

  #read({ target, identity, resumes, continues }: ReadingStart): LogReading {
    const { config, feed, clock, store } = this.#options;
    const { machine, inside } = store.get();
    const skewMs = clockSkewMs(machine);
    const zoneMinutes = (target.where === 'container' ? inside : machine)?.zoneOffsetMinutes ?? 0;
    return startReading({
      vm: config.name,
      log: journalName(target),
      hostPath: target.hostPath,
      identity,
      resumes,
      modifiedAtMs: ourTimeMs(identity.modifiedAt, skewMs),
      clockOffsetMs: -zoneMinutes * 60_000 - skewMs,
      firstSeenMs: this.#firstSeenMs,
      // What was at work on a log before the newest is gone in any case, and may be at work on that.
      runnerIsAbsent: !this.#isPast && countRunners(store.get(), target) === 0,
      successThreshold: config.successThreshold,
      feed,
      clock,
      continues,
      onRun: () => store.update(this.facts()),
    });
  }

  #hurry(): void {
    const { store, clock } = this.#options;
    wantLook(store, clock.monotonicMs());
  }

  /** Returns the newest log in the journal; null: none. */
  #lastTarget(): LogTarget | null {
    const { config, feed } = this.#options;
    const latest = feed.latestFollow(config.name);
    return latest === null ? null : targetInJournal(latest);
  }

  async #follow({ host }: LogAccess): Promise<void> {
    const { config, clock, store } = this.#options;
    const sight = store.get();
    this.#countUnnamed(sight);
    this.#withoutRun.note(this.#following);
    // Times in a log mean nothing before the VM's clock is known.
    if (sight.machine === null) return;
    // Without a process, an old log without an end is history; with one, its run is stalled.
    if (this.#following.reading === null && isSearchPending(sight)) {
      this.#hurry();
      return;
    }
    const choice = await findLog({
      sight,
      configured: config.benchmark.log,
      looks: { statLog: (where, path) => this.#statLog(where, path) },
      following: this.#following,
      last: this.#lastTarget(),
      isRead: (target, file) => this.#isRead(target, file),
      isGivenUp: (target, { size }) => this.#attempts.areSpent(journalName(target), size),
      isWithoutRun: (target, file) => this.#withoutRun.has(target, file),
      isPast: this.#isPast,
      nowSeconds: (clock.runMs() + clockSkewMs(sight.machine)) / 1000,
    });
    const access = accessOf(store.get());
    if (choice === null || host.closed || access === null) return;
    const { target, file, why } = choice;
    // Looks may overlap: a log that was chosen while another is being opened is not followed, and must not count as tried.
    if (this.#following.isStarting) return this.#following.follow(target, file, access);
    if (!this.#following.isFollowing(target))
      this.#attempts.note(journalName(target), file?.size ?? 0, this.#readTo(target) ?? 0);
    this.#isPast = choice.isPast;
    if (this.#isPast) this.#hurry();
    store.update({ log: { ...store.get().log, path: plainText(placeText(target)), why } });
    await this.#following.follow(target, file, access);
  }

  #isRead(target: LogTarget, { path, size }: LogFile): boolean {
    const readTo = this.#readTo(target);
    if (readTo === null) return false;
    // BenchTray returns only to logs of workers that run side by side.
    const now = this.#following.target;
    return now === null || !isOtherWorkers(path, now.path) || readTo >= size;
  }

  /** Returns up to which byte a log was read; null: not at all. */
  #readTo(target: LogTarget): number | null {
    const { config, feed } = this.#options;
    const saved = feed.loadFollow(config.name, journalName(target));
    return saved === null ? null : Math.max(saved.offset, saved.mark?.at ?? 0);
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

  #statLog(where: 'host' | 'container', path: string): Promise<LogFile | null> {
    const { contact, shells } = this.#options.store.get();
    return statLog((where === 'host' ? contact?.host : shells?.inside) ?? null, path);
  }

  /** Notes a process of the run as soon as one answer shows it: it may be gone when the other answers are in. */
  #noteRunner(sight: Sight): void {
    const { reading, target } = this.#following;
    this.#wasRunnerSeen ||= (this.#countRunners(sight, target) ?? 0) > 0;
    if (reading === null) return;
    if (this.#wasRunnerSeen) reading.noteRunner(target === null ? null : writersSinceMs(sight, target));
    this.#wasRunnerSeen = false;
  }

  async #watchRunner(access: LogAccess): Promise<void> {
    const sight = this.#options.store.get();
    const { reading, target } = this.#following;
    const runners = this.#countRunners(sight, target);
    if (runners === null || reading === null) return;
    if (reading.run?.state !== 'running' || !this.#needsRunner(reading, reading.run)) {
      this.#runnerWatch.forget();
      return;
    }
    const verdict = this.#runnerWatch.look(runners, reading.lastGrowth.monotonicMs);
    if (verdict === 'missed') this.#hurry();
    // What it wrote last may not have been read yet.
    if (verdict !== 'gone' || this.#following.isBehind) return;
    const stop = await findStopPrint(access, sight, reading.lastGrowth.runMs);
    if (access.host.closed || this.#following.reading !== reading) return;
    const { kind } = sight.container;
    const reason =
      kind === 'absent' || kind === 'stopped' ? 'The container is gone.' : 'The benchmark process is gone.';
    if (stop === null) reading.endRun('crashed', reason);
    else reading.endRun('interrupted', stop);
  }

  /** Once a process was seen that writes to the log, the others say nothing about its run. */
  #countRunners(sight: Sight, target: LogTarget | null): number | null {
    const all = countRunners(sight, target);
    if (all === null || target === null) return all;
    const writers = countWriters(sight, target);
    const name = journalName(target);
    if (writers > 0) this.#writtenLog = name;
    return this.#writtenLog === name ? writers : all;
  }

  /** Returns whether a missing process means anything: one was seen, or nobody else can be writing and nothing is written. */
  #needsRunner(reading: LogReading, run: RunState): boolean {
    return reading.runnerSeen || (runsBesideItsLog(run) && (this.#silentForMs(reading) ?? 0) >= abandonedMs);
  }

  /** Returns how long neither the log nor a result file has told anything; null: nothing has been heard on this connection yet. */
  #silentForMs(reading: LogReading): number | null {
    if (this.#heardAtMs === Number.NEGATIVE_INFINITY) return null;
    const { clock } = this.#options;
    const resultMs = reading.run === null ? null : newestResultMs(reading.run);
    const resultAtMs =
      resultMs === null ? Number.NEGATIVE_INFINITY : clock.monotonicMs() - (clock.runMs() - resultMs);
    return Math.max(0, this.#heardAtMs - Math.max(reading.lastGrowth.monotonicMs, resultAtMs));
  }

  /** Returns the facts about the run of the log. Without a run in it, the last known facts stay. */
  #runSight(): RunSight | null {
    const { config, store } = this.#options;
    const { reading } = this.#following;
    if (reading?.run == null) return store.get().run;
    const { state } = reading.run;
    return {
      isRunning: state === 'running',
      endedWell: state === 'finished',
      guest: reading.run.arguments.emulatorIp,
      silentForMs: this.#silentForMs(reading),
      stallsAfterMs: stallAfterMs(reading.run, config.stalledAfterMinutes * 60_000),
    };
  }
}

/** Whether the first search for processes is still to be answered, on the VM or in its container. */
function isSearchPending({ answered, container, inside, shells, unanswered }: VmState): boolean {
  if (!answered.host) return !unanswered.includes('host');
  const isAskedInside = container.kind === 'running' && (shells?.inside ?? null) !== null;
  return isAskedInside && inside === null && !unanswered.includes('inside');
}
