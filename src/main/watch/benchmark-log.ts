/** The benchmark's log of one VM: found, followed, and watched for the process behind it. */
import type { Client } from 'ssh2';
import type { Logger } from '../app-log.ts';
import type { VmConfig } from '../config/index.ts';
import type { Feed } from '../feed/index.ts';
import { stallAfterMs, type RunState } from '../run/index.ts';
import type { ShellChannel } from '../vm/index.ts';
import { findLog } from './log-choice.ts';
import { createLogFollowing } from './log-following.ts';
import { journalName, placeText, targetInJournal, type LogTarget } from './log-place.ts';
import { startReading, type LogReading } from './log-reading.ts';
import type { Looks } from './looks/looks.ts';
import type { Picture } from './picture.ts';
import { createRunnerWatch } from './runner-watch.ts';
import type { RunSight, Sight } from './sight.ts';
import { clockSkewMs, ourTimeMs } from './vm-clock.ts';

export interface BenchmarkLog {
  readonly run: RunState | null;
  /** Of the log that is followed; null: none is. */
  readonly reading: LogReading | null;
  /** More of the log is known to be there than has been read. */
  readonly isBehind: boolean;
  /** What the picture says of the run. */
  runSight(): RunSight | null;
  /** To be called after each look: finds the log, follows it, and draws the conclusions. */
  look(client: Client, host: ShellChannel, looks: Looks): Promise<void>;
  /** The connection is gone. */
  pause(): void;
}

export interface BenchmarkLogOptions {
  readonly config: VmConfig;
  readonly feed: Feed;
  readonly log: Logger;
  readonly now: () => number;
  readonly picture: Picture;
  readonly onRun: (run: RunState) => void;
  /** The process was missed: look again soon, to know whether it is gone. */
  readonly hurry: () => void;
}

export function createBenchmarkLog(options: BenchmarkLogOptions): BenchmarkLog {
  const { config, feed, now, picture } = options;
  const vm = config.name;
  const firstSeenMs = feed.firstSeen(vm, now());
  const runnerWatch = createRunnerWatch(now);
  /** In a look before its log was being read. */
  let wasRunnerSeen = false;

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
        successThreshold: config.successThreshold,
        feed,
        now,
        continues,
        onRun: options.onRun,
      });
    },
    saved: (target) => feed.loadFollow(vm, journalName(target, target.container)),
    lastTarget: targetOfJournal,
    onTrouble: (trouble) => picture.learn({ log: { ...picture.sight.log, trouble } }),
    warn: (detail, message) => options.log.warn({ vm, ...detail }, message),
    onFailure: picture.tellFailure,
    onEnded: options.hurry,
  });

  function targetOfJournal(): LogTarget | null {
    const latest = feed.latestFollow(vm);
    return latest === null ? null : targetInJournal(latest);
  }

  async function follow(client: Client, host: ShellChannel, looks: Looks): Promise<void> {
    const { sight } = picture;
    const { container } = sight;
    // Times in a log mean nothing before the VM's clock is known.
    if (sight.machine === null) return;
    const configured = config.benchmark.log;
    const choice = await findLog({ sight, configured, looks, following, last: targetOfJournal() });
    if (choice === null || host.closed) return;
    const { target, file, why } = choice;
    picture.learn({ log: { ...picture.sight.log, path: placeText(target), why } });
    await following.follow(target, file, {
      client,
      host,
      inside: looks.inside,
      docker: looks.docker,
      container: container.kind === 'running' ? container.name : null,
      mounts: container.kind === 'running' ? container.mounts : [],
    });
  }

  function watchRunner(): void {
    const { container } = picture.sight;
    const { reading } = following;
    const runners = countRunners(picture.sight);
    if (runners === null) return;
    wasRunnerSeen ||= runners > 0;
    if (reading === null) return;
    if (wasRunnerSeen) reading.noteRunner();
    wasRunnerSeen = false;
    if (reading.run?.state !== 'running' || !reading.runnerSeen) return runnerWatch.forget();
    const verdict = runnerWatch.look(runners, reading.lastGrowthMs);
    if (verdict === 'missed') options.hurry();
    // What it wrote last may not have been read yet.
    if (verdict === 'gone' && !following.isBehind) {
      const reason =
        container.kind === 'absent' || container.kind === 'stopped'
          ? 'The container is gone.'
          : 'The benchmark process is gone.';
      reading.endRun('crashed', reason);
    }
  }

  return {
    get run() {
      return following.reading?.run ?? null;
    },
    get reading() {
      return following.reading;
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
        silentForMs: now() - reading.lastGrowthMs,
        stallsAfterMs: stallAfterMs(reading.run, config.stalledAfterMinutes * 60_000),
      };
    },
    async look(client, host, looks) {
      await follow(client, host, looks);
      if (!host.closed) watchRunner();
    },
    pause() {
      following.pause();
      runnerWatch.forget();
    },
  };
}

/** How many benchmark processes there are, in the container and on the VM itself. Null: that could not be seen. */
function countRunners({ container, docker, inside, host }: Sight): number | null {
  if (host === null) return null;
  if (container.kind === 'running')
    return inside === null ? null : inside.runners.length + host.runners.length;
  // Without docker there is no container; where it may not be used, or does not answer, there may be one.
  return container.kind === 'unknown' && docker.kind !== 'missing' ? null : host.runners.length;
}
