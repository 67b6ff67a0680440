/** Watches one VM for as long as it is configured: keeps the connection, looks again and again, and hands what it learns to the feed. */
import type { Client } from 'ssh2';
import type { BackgroundTask } from '../../shared/background-task.ts';
import type { Screens } from '../../shared/screens.ts';
import type { Logger } from '../app-log.ts';
import type { VmConfig } from '../config/index.ts';
import type { Feed } from '../feed/index.ts';
import { addressOf, type ConnectTools, type SshPlaces } from '../vm/index.ts';
import { backgroundTasks } from './background-tasks.ts';
import { keepConnected } from './connection.ts';
import { createLookTimer } from './look-timer.ts';
import { lookEverySeconds } from './pace.ts';
import { createPicture } from './picture.ts';
import { watchRuns } from './runs.ts';
import { createScreens } from './screens.ts';
import { openSession, type Session } from './session.ts';
import { isReady } from './sight.ts';
import { findTarget, vncUrl } from './vm-address.ts';

export interface VmWatcherOptions {
  readonly config: VmConfig;
  /** "interval" of the configuration, seconds. */
  readonly intervalSeconds: number;
  readonly feed: Feed;
  readonly tools: ConnectTools;
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
  const target = findTarget(config, options.places);
  let session: Session | null = null;
  let demandedSeconds: number | null = null;
  let checkedAtMs: number | null = null;

  const picture = createPicture({
    vm,
    feed,
    log,
    now,
    stalledAfterMs: config.stalledAfterMinutes * 60_000,
    frame: () => ({
      vm,
      address: target.ok ? addressOf(target.target) : null,
      vncUrl: vncUrl(config, target),
      checkedAtMs,
    }),
    isHeld: () => session?.isSettling === true,
  });
  const runs = watchRuns({ config, feed, log, now, picture, hurry: () => timer.hurry() });
  const screens = createScreens({
    sight: () => picture.sight,
    hostLog: (name) => feed.loadFollow(vm, name)?.hostPath ?? null,
    access: () => session?.access() ?? null,
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
    picture.tell();
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
      onDenied: () => connection?.loginAnew(),
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
  }

  // ---- the first picture, before anything has answered

  if (!target.ok) picture.learn({ ssh: { kind: 'down', everUp: false, problem: target.problem } });
  picture.tell();
  const connection = target.ok
    ? keepConnected({
        vm,
        target: target.target,
        tools: options.tools,
        picture,
        log,
        now,
        onUp: connected,
        onLost: closeSession,
      })
    : null;

  return {
    screens,
    setDemand(intervalSeconds) {
      const hadListeners = demandedSeconds !== null;
      demandedSeconds = intervalSeconds;
      if (intervalSeconds !== null) timer.plan(hadListeners ? paceMs() : 0);
    },
    tasks() {
      const connectedAtMs = connection?.upSinceMs ?? null;
      const startedAtMs = Date.parse(picture.sight.startedAt ?? '');
      const containerStartedAtMs = Number.isNaN(startedAtMs) ? null : startedAtMs;
      const since = { connectedAtMs, containerStartedAtMs };
      return backgroundTasks(vm, picture.sight, runs.newest, since, now());
    },
    close() {
      closeSession();
      picture.close();
      runs.close();
      connection?.close();
      feed.forgetVm(vm);
    },
  };
}
