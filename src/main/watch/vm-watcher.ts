/** Watches one VM for as long as it is configured: keeps the connection, looks again and again, and hands what it learns to the feed. */
import type { Client } from 'ssh2';
import type { BackgroundTask } from '../../shared/background-task.ts';
import type { Screens } from '../../shared/screens.ts';
import type { Logger } from '../app-log.ts';
import type { Azure } from '../azure/index.ts';
import type { VmConfig } from '../config/index.ts';
import type { Feed } from '../feed/index.ts';
import { addressOf, type ConnectTools, type SshPlaces } from '../vm/index.ts';
import { backgroundTasks } from './background-tasks.ts';
import { unaskedCloud, watchCloud, type CloudWatch } from './cloud-watch.ts';
import { createLookTimer } from './look-timer.ts';
import { lookEverySeconds } from './pace.ts';
import { createPicture } from './picture.ts';
import { keepReaching, type Reaching } from './reaching.ts';
import { watchRuns } from './runs.ts';
import { createScreens } from './screens.ts';
import { openSession, type Session } from './session.ts';
import { isReady } from './sight.ts';
import { createSpending } from './spending.ts';
import { vncUrl } from './vm-address.ts';

export interface VmWatcherOptions {
  readonly config: VmConfig;
  /** "interval" of the configuration, seconds. */
  readonly intervalSeconds: number;
  readonly feed: Feed;
  readonly tools: ConnectTools;
  /** Asked about VMs that have an "azure" in their configuration, and only about those. */
  readonly azure: Azure;
  /** For tests: see `watchAzureVm`. */
  readonly azureFastestMs?: number | undefined;
  readonly places: SshPlaces;
  readonly log: Logger;
  readonly now: () => number;
}

export interface VmWatcher {
  /** Smallest interval that a client asks for; null: nobody listens. */
  setDemand(intervalSeconds: number | null): void;
  tasks(): readonly BackgroundTask[];
  /** The pictures of its tasks. */
  readonly screens: Screens;
  close(): void;
}

export function watchVm(options: VmWatcherOptions): VmWatcher {
  const { config, feed, now, log } = options;
  const vm = config.name;
  let session: Session | null = null;
  let demandedSeconds: number | null = null;
  let checkedAtMs: number | null = null;
  let reaching: Reaching | null = null;
  let cloud: CloudWatch | null = null;

  const picture = createPicture({
    vm,
    feed,
    log,
    now,
    conditions: {
      stalledAfterMs: config.stalledAfterMinutes * 60_000,
      idleAfterMs: config.idleAfterMinutes * 60_000,
    },
    frame: () => ({
      vm,
      address: reaching?.found?.ok === true ? addressOf(reaching.found.target) : null,
      vncUrl: vncUrl(config, reaching?.found ?? null),
      checkedAtMs,
      cost: spending.cost(),
    }),
    isHeld: () => session?.isSettling === true,
    cloud: unaskedCloud(config),
  });
  const runs = watchRuns({ config, feed, log, now, picture, hurry: () => timer.hurry() });
  const screens = createScreens({
    sight: () => picture.sight,
    hostLog: (name) => feed.loadFollow(vm, name)?.hostPath ?? null,
    access: () => session?.access() ?? null,
    now,
  });

  const spending = createSpending({
    config,
    sight: () => picture.sight,
    run: () => runs.newest,
    isBehind: () => runs.isBehind,
    firstSeenMs: feed.firstSeen(vm, now()),
    now,
  });

  // ---- looking

  const timer = createLookTimer({
    look(depth) {
      if (session === null) return;
      lookOnce(session, depth).catch((error: unknown) => {
        log.error({ vm, err: error }, 'a look has failed');
      });
    },
    paceMs,
    now,
  });

  function paceMs(): number {
    const { sight, troubles } = picture;
    const isUnderWay = sight.container.kind === 'running' && !isReady(sight);
    const isEventful = sight.run?.isRunning === true || isUnderWay || troubles.size > 0;
    return (
      lookEverySeconds({ configured: options.intervalSeconds, demanded: demandedSeconds, isEventful }) * 1000
    );
  }

  async function lookOnce(current: Session, depth: 'whole' | 'brief'): Promise<void> {
    await current.looks.look(depth);
    if (session !== current) return;
    checkedAtMs = now();
    current.afterLook();
    screens.note();
    if (depth === 'whole') await runs.lookAtLog(current);
    if (session !== current) return;
    picture.learn({ idle: spending.idle() });
    if (depth === 'whole') await runs.lookAtResults(current);
  }

  // ---- the connection

  function connected(client: Client): void {
    session = openSession({
      config,
      client,
      picture,
      log,
      now,
      hurry: () => timer.hurry(),
      onDenied: () => reaching?.connection?.loginAnew(),
    });
    picture.learn({ ssh: { kind: 'up' } });
    timer.begin();
  }

  function closeSession(): void {
    const current = session;
    session = null;
    timer.end();
    runs.pause();
    current?.close();
    cloud?.hurry();
  }

  // ---- the first picture, before anything has answered

  reaching = keepReaching({ ...options, picture, onUp: connected, onLost: closeSession });
  cloud = watchCloud({
    ...{ config, picture, now, azure: options.azure },
    ...(options.azureFastestMs === undefined ? {} : { fastestMs: options.azureFastestMs }),
    onFacts: (facts) => reaching.follow(facts),
  });
  picture.tell();

  return {
    screens,
    setDemand(intervalSeconds) {
      const hadListeners = demandedSeconds !== null;
      demandedSeconds = intervalSeconds;
      if (intervalSeconds !== null) timer.plan(hadListeners ? paceMs() : 0);
    },
    tasks() {
      const connectedAtMs = reaching.connection?.upSinceMs ?? null;
      const startedAtMs = Date.parse(picture.sight.startedAt ?? '');
      const containerStartedAtMs = Number.isNaN(startedAtMs) ? null : startedAtMs;
      const since = { connectedAtMs, containerStartedAtMs };
      return backgroundTasks(vm, picture.sight, runs.newest, since, now());
    },
    close() {
      cloud?.close();
      closeSession();
      picture.close();
      runs.close();
      reaching.close();
      feed.forgetVm(vm);
    },
  };
}
