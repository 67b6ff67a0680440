/** The benchmark's log of one VM: found, followed, and watched for the process behind it. */
import { plainText } from '../../../../shared/plain-text.ts';
import { isOfRunPy, stallAfterMs, type RunState } from '../../run/index.ts';
import type { LogFile } from '../../vm/index.ts';
import { findLog } from './log-choice.ts';
import { createLogFollowing, type LogAccess } from './log-following.ts';
import { journalName, placeText, targetInJournal, type LogPlace, type LogTarget } from './log-place.ts';
import { abandonedMs, startReading, type LogReading } from './log-reading.ts';
import { statLog } from '../looks/stat-log.ts';
import { createRunnerWatch } from './runner-watch.ts';
import type { RunSight, Sight } from '../sight.ts';
import { findStopPrint } from './stop-print.ts';
import { wantLook, type WatchTools } from '../source.ts';
import { accessOf, type VmState } from '../state.ts';
import type { VmStore } from '../store.ts';
import { clockSkewMs, ourTimeMs } from '../vm-clock.ts';

export interface BenchmarkLog {
  /** More of the log is on its way. */
  readonly isArriving: boolean;
  /** More of the log is known to be there than has been read. */
  readonly isBehind: boolean;
  /** Returns the present facts about the run of the log, as a patch for the store. */
  facts(): Partial<VmState>;
  /** To be called after each look: finds the log, follows it, and draws the conclusions. */
  look(): Promise<void>;
  /** The connection is gone. */
  pause(): void;
}

export interface BenchmarkLogOptions extends Pick<
  WatchTools,
  'config' | 'feed' | 'log' | 'clock' | 'tempo' | 'report'
> {
  readonly store: VmStore;
}

export function createBenchmarkLog(options: BenchmarkLogOptions): BenchmarkLog {
  const { config, feed, clock, store, tempo } = options;
  const vm = config.name;
  const firstSeenMs = feed.firstSeen(vm, clock.wallMs());
  const runnerWatch = createRunnerWatch(clock.monotonicMs, tempo);
  /** Logs that have been chosen, by their names in the journal: one that cannot be read must not be tried for ever. */
  const tried = new Set<string>();
  /** The log that is followed is not the newest: it is read, and then left for the next. */
  let isPast = false;
  /** In a look before its log was being read. */
  let wasRunnerSeen = false;
  /** When the VM last answered while nothing of the log was left to be read: up to then its silence is known. By the monotonic clock. */
  let heardAtMs = Number.NEGATIVE_INFINITY;
  /** How many logs had names that cannot be asked for, when that was said last. */
  let unnamedLogs = 0;
  /** The answers of the look before. */
  let answers: Pick<Sight, 'host' | 'inside'> = { host: null, inside: null };

  const following = createLogFollowing({
    read({ target, identity, resumes, continues }) {
      const { machine, inside } = store.get();
      const skewMs = clockSkewMs(machine);
      const zoneMinutes = (target.where === 'container' ? inside : machine)?.zoneOffsetMinutes ?? 0;
      return startReading({
        vm,
        log: journalName(target, target.container),
        hostPath: target.hostPath,
        identity,
        resumes,
        modifiedAtMs: ourTimeMs(identity.modifiedAt, skewMs),
        clockOffsetMs: -zoneMinutes * 60_000 - skewMs,
        firstSeenMs,
        // What was at work on a log before the newest is gone in any case, and may be at work on that.
        runnerIsAbsent: !isPast && countRunners(store.get(), target) === 0,
        successThreshold: config.successThreshold,
        feed,
        clock,
        continues,
        onRun: () => store.update(facts()),
      });
    },
    saved: (target) => feed.loadFollow(vm, journalName(target, target.container)),
    lastTarget: targetOfJournal,
    onTrouble: (trouble) => store.update({ log: { ...store.get().log, trouble } }),
    warn: (detail, message) => options.log.warn({ vm, ...detail }, message),
    monotonicMs: clock.monotonicMs,
    arrivesWithinMs: tempo.arrivesWithinMs,
    onReading: (reading) => store.update({ reading }),
    onFailure: options.report.failure,
    onEnded: hurry,
  });

  function hurry(): void {
    wantLook(store, clock.monotonicMs());
  }

  function targetOfJournal(): LogTarget | null {
    const latest = feed.latestFollow(vm);
    return latest === null ? null : targetInJournal(latest);
  }

  function isRead(target: LogTarget): boolean {
    const name = journalName(target, target.container);
    return tried.has(name) || feed.loadFollow(vm, name) !== null;
  }

  /** A log that cannot be asked for is at least counted. */
  function countUnnamed({ host, inside }: Sight): void {
    const count = (host?.unnamedLogs ?? 0) + (inside?.unnamedLogs ?? 0);
    if (count === unnamedLogs) return;
    unnamedLogs = count;
    if (count > 0)
      options.log.warn({ vm, count }, 'logs are left out: their names hold a line break or are not UTF-8');
  }

  async function follow({ host }: LogAccess): Promise<void> {
    const sight = store.get();
    countUnnamed(sight);
    // Times in a log mean nothing before the VM's clock is known.
    if (sight.machine === null) return;
    const configured = config.benchmark.log;
    const last = targetOfJournal();
    const choice = await findLog({
      sight,
      configured,
      looks: { statLog: statNow },
      following,
      last,
      isRead,
      isPast,
    });
    const access = accessOf(store.get());
    if (choice === null || host.closed || access === null) return;
    const { target, file, why } = choice;
    tried.add(journalName(target, target.container));
    isPast = choice.isPast;
    if (isPast) hurry();
    store.update({ log: { ...store.get().log, path: plainText(placeText(target)), why } });
    await following.follow(target, file, access);
  }

  function statNow(where: 'host' | 'container', path: string): Promise<LogFile | null> {
    const { contact, shells } = store.get();
    return statLog((where === 'host' ? contact?.host : shells?.inside) ?? null, path);
  }

  /** Null: nothing has been heard on this connection yet. */
  function silentForMs(reading: LogReading): number | null {
    if (heardAtMs === Number.NEGATIVE_INFINITY) return null;
    return Math.max(0, heardAtMs - reading.lastGrowth.monotonicMs);
  }

  /** Whether it means something that no benchmark process is seen: one was, or nobody else can be writing and nothing is written. */
  function needsRunner(reading: LogReading, run: RunState): boolean {
    return reading.runnerSeen || (isOfRunPy(run) && (silentForMs(reading) ?? 0) >= abandonedMs);
  }

  async function watchRunner(access: LogAccess): Promise<void> {
    const sight = store.get();
    const { container } = sight;
    const { reading, target } = following;
    const runners = countRunners(sight, target);
    if (runners === null) return;
    wasRunnerSeen ||= runners > 0;
    if (reading === null) return;
    if (wasRunnerSeen) reading.noteRunner();
    wasRunnerSeen = false;
    if (reading.run?.state !== 'running' || !needsRunner(reading, reading.run)) {
      runnerWatch.forget();
      return;
    }
    const verdict = runnerWatch.look(runners, reading.lastGrowth.monotonicMs);
    if (verdict === 'missed') hurry();
    // What it wrote last may not have been read yet.
    if (verdict !== 'gone' || following.isBehind) return;
    const stop = await findStopPrint(access, sight, reading.lastGrowth.runMs);
    if (access.host.closed || following.reading !== reading) return;
    const reason =
      container.kind === 'absent' || container.kind === 'stopped'
        ? 'The container is gone.'
        : 'The benchmark process is gone.';
    if (stop === null) reading.endRun('crashed', reason);
    else reading.endRun('interrupted', stop);
  }

  /** Returns the facts about the run of the log. Without a run in it, the last known facts stay. */
  function runSight(): RunSight | null {
    const { reading } = following;
    if (reading?.run == null) return store.get().run;
    const { state } = reading.run;
    return {
      isRunning: state === 'running',
      endedWell: state === 'finished',
      guest: reading.run.arguments.emulatorIp,
      silentForMs: silentForMs(reading),
      stallsAfterMs: stallAfterMs(reading.run, config.stalledAfterMinutes * 60_000),
    };
  }

  function facts(): Partial<VmState> {
    const { loggedRun, resultRun } = store.get();
    return {
      loggedRun: following.reading?.publishedRun ?? loggedRun,
      // A run known only from its results goes first.
      ...(resultRun === null ? { run: runSight() } : {}),
    };
  }

  return {
    get isArriving() {
      return following.isLive && following.isBehind;
    },
    get isBehind() {
      return following.isBehind;
    },
    facts,
    async look() {
      const before = answers;
      answers = store.get();
      const access = accessOf(store.get());
      if (access === null) return;
      await follow(access);
      if (access.host.closed) return;
      // Without an answer the picture is that of an earlier look, and proves nothing: of a VM that hangs, or after a sleep of ours.
      if (answers.host === before.host || isPast) return;
      if (following.isLive && !following.isBehind) heardAtMs = clock.monotonicMs();
      if (answers.inside === before.inside && answers.inside !== null) return;
      const now = accessOf(store.get());
      if (now !== null) await watchRunner(now);
    },
    pause() {
      heardAtMs = Number.NEGATIVE_INFINITY;
      following.pause();
      runnerWatch.forget();
    },
  };
}

/** How many benchmark processes may be writing to this log, in the container and on the VM itself. Null: that could not be seen. */
function countRunners(
  { container, docker, inside, host, answered }: Sight,
  log: LogPlace | null,
): number | null {
  if (host === null || !answered.host) return null;
  // Any program on the VM may be called run.py; into a log in the container it does not write.
  const outside = log?.where === 'container' ? 0 : host.runners.length;
  if (container.kind === 'running') return inside === null ? null : inside.runners.length + outside;
  // Without docker there is no container; where it may not be used, or does not answer, there may be one.
  return container.kind === 'unknown' && docker.kind !== 'missing' ? null : outside;
}
