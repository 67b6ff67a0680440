/** The benchmark's log of one VM: found, followed, and watched for the process behind it. */
import type { Client } from 'ssh2';
import type { Logger } from '../app-log.ts';
import type { VmConfig } from '../config/index.ts';
import type { Feed } from '../feed/index.ts';
import type { RunState } from '../run/index.ts';
import type { ShellChannel } from '../vm/index.ts';
import { createLogFollowing } from './log-following.ts';
import {
  chooseLog,
  isSamePlace,
  journalName,
  parsePlace,
  placeInJournal,
  placeText,
  type FoundLog,
} from './log-place.ts';
import { startReading } from './log-reading.ts';
import type { Looks } from './looks.ts';
import type { Picture } from './picture.ts';
import { createRunnerWatch } from './runner-watch.ts';
import type { RunSight } from './sight.ts';

export interface BenchmarkLog {
  readonly run: RunState | null;
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

/** Clocks that differ by less than this count as the same: measuring takes time too. */
const sameClockMs = 2_000;

export function createBenchmarkLog(options: BenchmarkLogOptions): BenchmarkLog {
  const { config, feed, now, picture } = options;
  const vm = config.name;
  const firstSeenMs = feed.firstSeen(vm, now());
  const runnerWatch = createRunnerWatch(now);

  const following = createLogFollowing({
    read(place, container, identity, continues) {
      const { machine, inside } = picture.sight;
      const skewMs = Math.abs(machine?.clockSkewMs ?? 0) < sameClockMs ? 0 : (machine?.clockSkewMs ?? 0);
      const zoneMinutes = (place.where === 'container' ? inside : machine)?.zoneOffsetMinutes ?? 0;
      return startReading({
        vm,
        log: journalName(place, container),
        identity,
        modifiedAtMs: identity.modifiedAt * 1000 - skewMs,
        clockOffsetMs: -zoneMinutes * 60_000 - skewMs,
        firstSeenMs,
        successThreshold: config.successThreshold,
        feed,
        now,
        continues,
        onRun: options.onRun,
      });
    },
    onTrouble: (trouble) => picture.learn({ log: { ...picture.sight.log, trouble } }),
    warn: (detail, message) => options.log.warn({ vm, ...detail }, message),
    onFailure: picture.tellFailure,
  });

  async function follow(client: Client, host: ShellChannel, looks: Looks): Promise<void> {
    const { machine, inside, container, log } = picture.sight;
    // Times in a log mean nothing before the VM's clock is known.
    if (machine === null) return;
    const access = {
      client,
      host,
      inside: looks.inside,
      docker: looks.docker,
      container: container.kind === 'running' ? container.name : null,
    };
    if (config.benchmark.log !== null) {
      const place = parsePlace(config.benchmark.log);
      picture.learn({ log: { ...log, path: placeText(place) } });
      const file = await looks.statLog(place.where, place.path);
      return following.follow(place, file, access);
    }
    // Without the container's own answer, an old log on the host would pass for the newest.
    if (container.kind === 'running' && inside === null) return;
    const found: FoundLog[] = [
      ...(inside?.logs ?? []).map((file): FoundLog => ({ where: 'container', path: file.path, file })),
      ...looks.hostLogs.map((file): FoundLog => ({ where: 'host', path: file.path, file })),
    ];
    const known = following.place ?? placeInJournal(feed.latestFollow(vm)?.log ?? '', access.container);
    if (known !== null && !found.some((one) => isSamePlace(one, known))) {
      // A folder of results that only the benchmark's process told of: with its end, nothing leads there any more.
      const file = await looks.statLog(known.where, known.path);
      if (file !== null) found.push({ ...known, file });
    }
    const chosen = chooseLog(found, following.place);
    if (chosen === null) return;
    picture.learn({ log: { ...log, path: placeText(chosen) } });
    await following.follow(chosen, chosen.file, access);
  }

  function watchRunner(): void {
    const { container, inside } = picture.sight;
    const { reading } = following;
    if (reading === null || container.kind === 'unknown') return;
    const runners = container.kind === 'running' ? inside?.runners.length : 0;
    if (runners === undefined) return;
    if (runners > 0) reading.noteRunner();
    if (reading.run?.state !== 'running' || !reading.runnerSeen) return runnerWatch.forget();
    const verdict = runnerWatch.look(runners, reading.lastGrowthMs);
    if (verdict === 'missed') options.hurry();
    if (verdict === 'gone') {
      const reason =
        container.kind === 'running' ? 'The benchmark process is gone.' : 'The container is gone.';
      reading.endRun('crashed', reason);
    }
  }

  return {
    get run() {
      return following.reading?.run ?? null;
    },
    runSight() {
      const { reading } = following;
      if (reading?.run == null) return picture.sight.run;
      const { state } = reading.run;
      return {
        isRunning: state === 'running',
        endedWell: state === 'finished',
        silentForMs: now() - reading.lastGrowthMs,
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
