/** The benchmark's log of one VM: found, followed, and watched for the process behind it. */
import { plainText } from '../../../../shared/plain-text.ts';
import type { Logger } from '../../common/app-log.ts';
import type { VmConfig } from '../../config/index.ts';
import type { Feed } from '../../feed/index.ts';
import { isOfRunPy, stallAfterMs, type RunState } from '../../run/index.ts';
import type { Channels, ShellChannel } from '../../vm/index.ts';
import { findLog } from './log-choice.ts';
import { createLogFollowing } from './log-following.ts';
import { journalName, placeText, targetInJournal, type LogPlace, type LogTarget } from './log-place.ts';
import { abandonedMs, startReading, type LogReading } from './log-reading.ts';
import type { Looks } from '../looks/looks.ts';
import type { Picture } from '../picture.ts';
import { createRunnerWatch } from './runner-watch.ts';
import type { RunSight, Sight } from '../sight.ts';
import { findStopPrint } from './stop-print.ts';
import { defaultTempo, type Tempo } from '../tempo.ts';
import { clockSkewMs, ourTimeMs, type VmClock } from '../vm-clock.ts';

export interface BenchmarkLog {
  readonly run: RunState | null;
  /** Of the log that is followed; null: none is. */
  readonly reading: LogReading | null;
  /** More of the log is on its way. */
  readonly isArriving: boolean;
  /** More of the log is known to be there than has been read. */
  readonly isBehind: boolean;
  /** What the picture says of the run. */
  runSight(): RunSight | null;
  /** To be called after each look: finds the log, follows it, and draws the conclusions. */
  look(channels: Channels, host: ShellChannel, looks: Looks): Promise<void>;
  /** The connection is gone. */
  pause(): void;
}

export interface BenchmarkLogOptions {
  readonly config: VmConfig;
  readonly feed: Feed;
  readonly log: Logger;
  readonly clock: VmClock;
  readonly picture: Picture;
  readonly onRun: (run: RunState) => void;
  /** The process was missed: look again soon, to know whether it is gone. */
  readonly hurry: () => void;
  readonly tempo?: Tempo;
}

export function createBenchmarkLog(options: BenchmarkLogOptions): BenchmarkLog {
  const { config, feed, clock, picture } = options;
  const vm = config.name;
  const firstSeenMs = feed.firstSeen(vm, clock.wallMs());
  const runnerWatch = createRunnerWatch(clock.monotonicMs, options.tempo);
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
      const { machine, inside } = picture.sight;
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
        runnerIsAbsent: !isPast && countRunners(picture.sight, target) === 0,
        successThreshold: config.successThreshold,
        feed,
        clock,
        continues,
        onRun: options.onRun,
      });
    },
    saved: (target) => feed.loadFollow(vm, journalName(target, target.container)),
    lastTarget: targetOfJournal,
    onTrouble: (trouble) => picture.learn({ log: { ...picture.sight.log, trouble } }),
    warn: (detail, message) => options.log.warn({ vm, ...detail }, message),
    monotonicMs: clock.monotonicMs,
    arrivesWithinMs: (options.tempo ?? defaultTempo).arrivesWithinMs,
    onFailure: picture.tellFailure,
    onEnded: options.hurry,
  });

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

  async function follow(channels: Channels, host: ShellChannel, looks: Looks): Promise<void> {
    const { sight } = picture;
    const { container } = sight;
    countUnnamed(sight);
    // Times in a log mean nothing before the VM's clock is known.
    if (sight.machine === null) return;
    const configured = config.benchmark.log;
    const last = targetOfJournal();
    const choice = await findLog({ sight, configured, looks, following, last, isRead, isPast });
    if (choice === null || host.closed) return;
    const { target, file, why } = choice;
    tried.add(journalName(target, target.container));
    isPast = choice.isPast;
    if (isPast) options.hurry();
    picture.learn({ log: { ...picture.sight.log, path: plainText(placeText(target)), why } });
    await following.follow(target, file, {
      channels,
      host,
      inside: looks.inside,
      docker: looks.docker,
      container: container.kind === 'running' ? container.name : null,
      mounts: container.kind === 'running' ? container.mounts : [],
    });
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

  async function watchRunner(host: ShellChannel, { inside, docker }: Looks): Promise<void> {
    const { sight } = picture;
    const { container } = sight;
    const { reading, target } = following;
    const runners = countRunners(picture.sight, target);
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
    if (verdict === 'missed') options.hurry();
    // What it wrote last may not have been read yet.
    if (verdict !== 'gone' || following.isBehind) return;
    const stop = await findStopPrint({ host, inside, docker }, sight, reading.lastGrowth.runMs);
    if (host.closed || following.reading !== reading) return;
    const reason =
      container.kind === 'absent' || container.kind === 'stopped'
        ? 'The container is gone.'
        : 'The benchmark process is gone.';
    if (stop === null) reading.endRun('crashed', reason);
    else reading.endRun('interrupted', stop);
  }

  return {
    get run() {
      return following.reading?.publishedRun ?? null;
    },
    get reading() {
      return following.reading;
    },
    get isArriving() {
      return following.isLive && following.isBehind;
    },
    get isBehind() {
      return following.isBehind;
    },
    runSight() {
      const { reading } = following;
      if (reading?.run == null) return picture.sight.run;
      const { state } = reading.run;
      return {
        isRunning: state === 'running',
        endedWell: state === 'finished',
        guest: reading.run.arguments.emulatorIp,
        silentForMs: silentForMs(reading),
        stallsAfterMs: stallAfterMs(reading.run, config.stalledAfterMinutes * 60_000),
      };
    },
    async look(channels, host, looks) {
      const before = answers;
      answers = picture.sight;
      await follow(channels, host, looks);
      if (host.closed) return;
      // Without an answer the picture is that of an earlier look, and proves nothing: of a VM that hangs, or after a sleep of ours.
      if (answers.host === before.host || isPast) return;
      if (following.isLive && !following.isBehind) heardAtMs = clock.monotonicMs();
      if (answers.inside !== before.inside || answers.inside === null) await watchRunner(host, looks);
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
