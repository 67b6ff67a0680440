/** Watches one VM for as long as it is configured: keeps the connection, looks again and again, and hands what it learns to the feed. */
import type { BackgroundTask } from '../../../shared/background-task.ts';
import type { Screens } from '../../../shared/screens.ts';
import type { Logger } from '../common/app-log.ts';
import type { Azure } from '../azure/index.ts';
import type { Clock } from '../common/clock.ts';
import type { VmConfig } from '../config/index.ts';
import type { Feed } from '../feed/index.ts';
import type { LastHeard } from '../run/index.ts';
import { addressOf, type ConnectTools, type Contact, type SshPlaces } from '../vm/index.ts';
import { backgroundTasks } from './background-tasks.ts';
import { unaskedCloud, watchCloud, type CloudWatch } from './cloud/cloud-watch.ts';
import { createHearing } from './link/hearing.ts';
import { createLookTimer } from './looks/look-timer.ts';
import { lookEverySeconds } from './looks/pace.ts';
import { createPicture } from './picture.ts';
import { keepReaching, type Reaching } from './link/reaching.ts';
import { watchRuns } from './log/runs.ts';
import { createScreens } from './screens.ts';
import { openSession, type Session } from './link/session.ts';
import { isReady, nothingAnswered } from './sight.ts';
import { createSpending } from './cloud/spending.ts';
import { defaultTempo, type Tempo } from './tempo.ts';
import { vncUrl } from './link/vm-address.ts';
import { afterMove, createVmClock } from './vm-clock.ts';

/** Docker, or a script that starts containers, may be restarting. */
const missingAfterMs = 5_000;

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
  /** For tests: times that differ from the default. */
  readonly tempo?: Partial<Tempo> | undefined;
  readonly places: SshPlaces;
  readonly log: Logger;
  readonly clock: Clock;
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
  const { config, feed, log } = options;
  const vm = config.name;
  const clock = createVmClock(options.clock);
  const { monotonicMs } = clock;
  const tempo = { ...defaultTempo, ...options.tempo };
  const hearing = createHearing(feed, vm, clock);
  let session: Session | null = null;
  let demandedSeconds: number | null = null;
  let checkedAtMs = hearing.before?.at ?? null;
  let reaching: Reaching | null = null;
  let cloud: CloudWatch | null = null;

  const picture = createPicture({
    vm,
    feed,
    log,
    clock,
    conditions: {
      stalledAfterMs: config.stalledAfterMinutes * 60_000,
      idleAfterMs: config.idleAfterMinutes * 60_000,
      missingAfterMs,
    },
    frame: () => ({
      vm,
      address: reaching?.found?.ok === true ? addressOf(reaching.found.target) : null,
      vncUrl: vncUrl(config, reaching?.found ?? null),
      checkedAtMs,
      heardAtMs: hearing.last?.wallMs ?? null,
      cost: spending.cost(),
    }),
    isHeld: () => session?.isSettling === true,
    cloud: unaskedCloud(config),
  });
  const runs = watchRuns({
    ...{ config, feed, log, clock, tempo, picture },
    hurry: () => timer.hurry(),
    lastHeard,
  });
  const screens = createScreens({
    sight: () => picture.sight,
    hostLog: (name) => feed.loadFollow(vm, name)?.hostPath ?? null,
    access: () => session?.access() ?? null,
    monotonicMs,
  });

  const spending = createSpending({
    config,
    sight: () => picture.sight,
    run: () => runs.newest,
    isBehind: () => runs.isBehind,
    firstSeenMs: feed.firstSeen(vm, clock.wallMs()),
    before: hearing.before,
    clock,
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
    monotonicMs,
    tempo,
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
    const { host } = picture.sight;
    await current.looks.look(depth);
    if (session !== current) return;
    checkedAtMs = clock.wallMs();
    if (picture.sight.host !== host) hearing.heard(spending.cost());
    current.afterLook();
    screens.note();
    if (depth === 'whole') await runs.lookAtLog(current);
    if (session !== current) return;
    const answered = { ...picture.sight.answered, runs: picture.sight.answered.runs || runs.isSearched };
    picture.learn({ idle: spending.idle(), answered });
    if (depth === 'whole') await runs.lookAtResults(current);
    realign();
  }

  /** Somebody set the wall clock. New times follow it, unless a run is on: its durations would be wrong. */
  function realign(): void {
    if (runs.newest?.state === 'running') return;
    const movedMs = clock.realign();
    const { machine } = picture.sight;
    if (movedMs === 0) return;
    log.info({ vm, movedMs }, 'the clock of this computer was set');
    if (machine !== null) picture.learn({ machine: afterMove(machine, movedMs) });
  }

  /** Null while the VM is heard. */
  function lastHeard(): LastHeard | null {
    return picture.sight.ssh.kind === 'down' ? hearing.last : null;
  }

  // ---- the connection

  function connected(contact: Contact): void {
    session = openSession({
      config,
      contact,
      picture,
      log,
      clock,
      tempo,
      hurry: (inMs) => timer.hurry(inMs),
      onLoginNeeded: () => reaching?.connection?.loginAnew(),
      onShellEnd: (end) => reaching?.connection?.shellEnded(end),
    });
    // Answers from an earlier connection may be out of date.
    picture.learn({ ssh: { kind: 'up' }, answered: nothingAnswered, missing: null });
    timer.begin();
  }

  function closeSession(): void {
    const current = session;
    session = null;
    timer.end();
    runs.pause();
    current?.close();
    hearing.keep();
    cloud?.hurry();
  }

  // ---- the first picture, before anything has answered

  reaching = keepReaching({ ...options, monotonicMs, tempo, picture, onUp: connected, onLost: closeSession });
  cloud = watchCloud({
    ...{ config, picture, log, monotonicMs, azure: options.azure },
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
      const upSinceMs = reaching.connection?.upSinceMs ?? null;
      const nowMs = clock.runMs();
      const connectedAtMs = upSinceMs === null ? null : nowMs - (monotonicMs() - upSinceMs);
      const startedAtMs = Date.parse(picture.sight.startedAt ?? '');
      const containerStartedAtMs = Number.isNaN(startedAtMs) ? null : startedAtMs;
      const since = { connectedAtMs, containerStartedAtMs, lastHeard: lastHeard() };
      return backgroundTasks(vm, picture.sight, runs.newest, since, nowMs);
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
