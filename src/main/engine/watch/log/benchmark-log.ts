/** The benchmark's log of one VM: found, followed, and watched for the process behind it. */
import { plainText } from '../../../../shared/plain-text.ts';
import type { Sight } from '../sight.ts';
import { wantLook, type WatchTools } from '../source.ts';
import { accessOf, type VmState } from '../state.ts';
import type { VmStore } from '../store.ts';
import { clockSkewMs, ourTimeMs } from '../vm-clock.ts';
import type { ReadingStart } from './follow-catch-up.ts';
import { LogFinder } from './log-finder.ts';
import type { LogAccess } from './following-options.ts';
import { LogFollowing } from './log-following.ts';
import { journalName, placeText } from './log-place.ts';
import { startReading, type LogReading } from './log-reading.ts';
import { RunLife } from './run-life.ts';
import { countRunners } from './runner-watch.ts';

export interface BenchmarkLogOptions extends Pick<
  WatchTools,
  'config' | 'feed' | 'logs' | 'log' | 'clock' | 'tempo' | 'report'
> {
  readonly store: VmStore;
}

export class BenchmarkLog {
  readonly #options: BenchmarkLogOptions;
  readonly #firstSeenMs: number;
  readonly #following: LogFollowing;
  readonly #finder: LogFinder;
  readonly #runLife: RunLife;
  /** The answers of the look before. */
  #answers: Pick<Sight, 'host' | 'inside'> = { host: null, inside: null };

  constructor(options: BenchmarkLogOptions) {
    const { config, feed, clock, store, tempo, log, report } = options;
    const vm = config.name;
    this.#options = options;
    this.#firstSeenMs = feed.firstSeen(vm, clock.wallMs());
    const following = new LogFollowing({
      read: (start) => this.#read(start),
      saved: (target) => feed.loadFollow(vm, journalName(target)),
      lastTarget: () => this.#finder.lastTarget(),
      onTrouble: (trouble) => store.update({ log: { ...store.get().log, trouble } }),
      warn: (detail, message) => log.warn({ vm, ...detail }, message),
      monotonicMs: clock.monotonicMs,
      arrivesWithinMs: tempo.arrivesWithinMs,
      onReading: (reading) => store.update({ reading }),
      onFailure: report.failure,
      onEnded: () => this.#hurry(),
    });
    this.#following = following;
    this.#finder = new LogFinder({ ...options, following });
    this.#runLife = new RunLife({ ...options, following });
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
    const { loggedRun, resultRun, log } = this.#options.store.get();
    const { reading } = this.#following;
    return {
      loggedRun: reading?.publishedRun ?? loggedRun,
      log: { ...log, content: reading?.content ?? null },
      // A run known only from its results goes first.
      ...(resultRun === null ? { run: this.#runLife.sight() } : {}),
    };
  }

  /** Finds the log, follows it, and draws the conclusions. Call it after each look. */
  async look(): Promise<void> {
    const { store } = this.#options;
    const before = this.#answers;
    const answers = store.get();
    this.#answers = answers;
    const access = accessOf(answers);
    if (access === null) return;
    await this.#follow(access);
    if (access.host.closed || this.#finder.isPast) return;
    this.#runLife.noteRunner(store.get());
    // Facts without a new answer are those of an earlier look, and prove nothing: the VM may hang, or this computer have slept.
    if (answers.host === before.host) return;
    this.#runLife.noteAnswer();
    if (answers.inside === before.inside && answers.inside !== null) return;
    const now = accessOf(store.get());
    if (now !== null) await this.#runLife.watchRunner(now);
  }

  /** The connection is gone. */
  pause(): void {
    this.#following.pause();
    this.#finder.pause();
    this.#runLife.pause();
  }

  #read({ target, identity, resumes, continues }: ReadingStart): LogReading {
    const { config, feed, logs, clock, store } = this.#options;
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
      runnerIsAbsent: !this.#finder.isPast && countRunners(store.get(), target) === 0,
      successThreshold: config.successThreshold,
      feed,
      logs,
      clock,
      continues,
      onRun: () => store.update(this.facts()),
    });
  }

  #hurry(): void {
    const { store, clock } = this.#options;
    wantLook(store, clock.monotonicMs());
  }

  async #follow({ host }: LogAccess): Promise<void> {
    const { store } = this.#options;
    const sight = store.get();
    // The process may show whose the log is, before another one is tried.
    if (!this.#finder.isPast) this.#runLife.noteRunner(sight);
    this.#finder.note(sight);
    // Times in a log mean nothing before the VM's clock is known.
    if (sight.machine === null) return;
    // Without a process, an old log without an end is history; with one, its run is stalled.
    if (this.#following.reading === null && isSearchPending(sight)) {
      this.#hurry();
      return;
    }
    const choice = await this.#finder.find(sight);
    const access = accessOf(store.get());
    if (choice === null || host.closed || access === null) return;
    const { target, file, why } = choice;
    // Looks may overlap: a log that was chosen while another is being opened is not followed, and must not count as tried.
    if (this.#following.isStarting) return this.#following.follow(target, file, access);
    this.#finder.take(choice);
    if (choice.isPast) this.#hurry();
    store.update({ log: { ...store.get().log, path: plainText(placeText(target)), why } });
    await this.#following.follow(target, file, access);
  }
}

/** Whether the first search for processes is still to be answered, on the VM or in its container. */
function isSearchPending({ answered, container, inside, shells, unanswered }: VmState): boolean {
  if (!answered.host) return !unanswered.includes('host');
  const isAskedInside = container.kind === 'running' && (shells?.inside ?? null) !== null;
  return isAskedInside && inside === null && !unanswered.includes('inside');
}
