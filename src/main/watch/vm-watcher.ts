/** Watches one VM for as long as it is configured: keeps the connection, looks again and again, and hands what it learns to the feed. */
import type { BackgroundTask } from '../../shared/background-task.ts';
import type { Logger } from '../app-log.ts';
import type { VmConfig } from '../config/index.ts';
import type { Feed } from '../feed/index.ts';
import { progressOf } from '../run/index.ts';
import {
  addressOf,
  connect,
  keepLink,
  sshTarget,
  type ConnectTools,
  type Link,
  type SshPlaces,
  type SshProblem,
  type SshTarget,
} from '../vm/index.ts';
import { backgroundTasks } from './background-tasks.ts';
import { createBenchmarkLog } from './benchmark-log.ts';
import { lookEverySeconds } from './pace.ts';
import { createPicture } from './picture.ts';
import { createRunDisplay } from './run-display.ts';
import { openSession, type Session } from './session.ts';
import { isReady } from './sight.ts';

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
  close(): void;
}

/** A connection that is lost may be back before anybody needs to know: told after this time, in any case within 2 s. */
const blinkMs = 1_500;
/** After something was missed, the next look comes this soon. */
const hurryMs = 1_500;
const progressEveryMs = 1_000;
/** Docker, processes and folders are asked no more often than this, however short the interval: it is the machine under benchmark. */
const wholeLookEveryMs = 3_500;
/** A user who was let into the docker group has it after a new login. */
const reloginEveryMs = 60_000;

export function watchVm(options: VmWatcherOptions): VmWatcher {
  const { config, feed, now, log } = options;
  const vm = config.name;
  const target = findTarget(config, options.places);
  let session: Session | null = null;
  let demandedSeconds: number | null = null;
  let checkedAtMs: number | null = null;
  let lookTimer: NodeJS.Timeout | null = null;
  let nextLookAtMs = Number.POSITIVE_INFINITY;
  let lastWholeLookMs = Number.NEGATIVE_INFINITY;
  let blinkTimer: NodeJS.Timeout | null = null;
  let lastReloginMs: number | null = null;

  const picture = createPicture({
    vm,
    feed,
    log,
    now,
    stalledAfterMs: config.stalledAfterMinutes * 60_000,
    frame: () => ({
      vm,
      address: target.ok ? addressOf(target.target) : null,
      vncUrl: vncUrl(),
      checkedAtMs,
    }),
    isHeld: () => session?.isSettling === true,
  });
  const display = createRunDisplay(vm, feed, now);
  const benchmarkLog = createBenchmarkLog({
    config,
    feed,
    log,
    now,
    picture,
    onRun: (run) => {
      display.show(run);
      picture.learn({ run: benchmarkLog.runSight() });
    },
    hurry,
  });

  // ---- looking

  function planLook(inMs: number): void {
    if (session === null || now() + inMs >= nextLookAtMs) return;
    if (lookTimer !== null) clearTimeout(lookTimer);
    nextLookAtMs = now() + inMs;
    lookTimer = setTimeout(look, inMs);
  }

  function hurry(): void {
    lastWholeLookMs = Number.NEGATIVE_INFINITY;
    planLook(hurryMs);
  }

  function look(): void {
    nextLookAtMs = Number.POSITIVE_INFINITY;
    if (session === null) return;
    planLook(paceMs());
    const depth = now() - lastWholeLookMs >= wholeLookEveryMs ? 'whole' : 'brief';
    if (depth === 'whole') lastWholeLookMs = now();
    lookOnce(session, depth).catch((error: unknown) => {
      log.error({ vm, err: error }, 'a look has failed');
    });
  }

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
    if (depth === 'whole') await benchmarkLog.look(current.client, current.host, current.looks);
    if (session === current) picture.tell();
  }

  const progressTimer = setInterval(() => {
    const { run } = benchmarkLog;
    if (run === null) return;
    picture.learn({ run: benchmarkLog.runSight() });
    display.tick(run, picture.troubles.has('run_stalled'));
  }, progressEveryMs);

  // ---- the connection

  function keepConnected(to: SshTarget): Link {
    const link = keepLink(
      (limits) => connect(to, options.tools, limits),
      {
        up(client, firstUse) {
          if (blinkTimer !== null) clearTimeout(blinkTimer);
          for (const host of firstUse)
            log.warn({ vm, host }, 'host key seen for the first time, trusted from now on');
          log.info({ vm, address: addressOf(to) }, 'connected');
          session = openSession({
            config,
            client,
            picture,
            log,
            now,
            hurry,
            onDenied: () => loginAnew(link),
          });
          picture.learn({ ssh: { kind: 'up' } });
          lastWholeLookMs = Number.NEGATIVE_INFINITY;
          look();
        },
        lost() {
          log.warn({ vm }, 'connection lost');
          closeSession();
          picture.learn({ ssh: { kind: 'blinking' } });
          blinkTimer = setTimeout(() => {
            picture.learn({ ssh: { kind: 'down', everUp: true, problem: lastProblem(link) } });
          }, blinkMs);
        },
        failed(problem) {
          log.debug({ vm, problem }, 'connection failed');
          const { ssh } = picture.sight;
          if (ssh.kind === 'down') picture.learn({ ssh: { ...ssh, problem } });
        },
      },
      now,
    );
    return link;
  }

  function loginAnew(link: Link): void {
    // The first refusal is told as it stands; later ones may have been mended.
    const isDue = lastReloginMs !== null && now() - lastReloginMs >= reloginEveryMs;
    if (isDue) link.relogin();
    if (isDue || lastReloginMs === null) lastReloginMs = now();
  }

  function closeSession(): void {
    const current = session;
    session = null;
    if (lookTimer !== null) clearTimeout(lookTimer);
    nextLookAtMs = Number.POSITIVE_INFINITY;
    benchmarkLog.pause();
    current?.close();
  }

  function vncUrl(): string | null {
    const host = target.ok ? target.target.host : config.ssh.host;
    if (host === null) return null;
    return `http://${host.includes(':') ? `[${host}]` : host}:${config.vnc.port}`;
  }

  // ---- the first picture, before anything has answered

  const lastRun = feed.latestFollow(vm)?.run ?? null;
  if (lastRun !== null) feed.setProgress(vm, progressOf(lastRun, vm, now(), false), false);
  if (!target.ok) picture.learn({ ssh: { kind: 'down', everUp: false, problem: target.problem } });
  picture.tell();
  const link = target.ok ? keepConnected(target.target) : null;

  return {
    setDemand(intervalSeconds) {
      const hadListeners = demandedSeconds !== null;
      demandedSeconds = intervalSeconds;
      if (intervalSeconds !== null) planLook(hadListeners ? paceMs() : 0);
    },
    tasks() {
      const connectedAtMs = link?.state.kind === 'up' ? link.state.sinceMs : null;
      const startedAtMs = Date.parse(picture.sight.startedAt ?? '');
      const containerStartedAtMs = Number.isNaN(startedAtMs) ? null : startedAtMs;
      const since = { connectedAtMs, containerStartedAtMs };
      return backgroundTasks(vm, picture.sight, benchmarkLog.run ?? lastRun, since, now());
    },
    close() {
      closeSession();
      picture.close();
      clearInterval(progressTimer);
      if (blinkTimer !== null) clearTimeout(blinkTimer);
      link?.close();
      feed.forgetVm(vm);
    },
  };
}

function lastProblem(link: Link): SshProblem | null {
  return link.state.kind === 'connecting' ? link.state.lastProblem : null;
}

/** Where to connect to, or why that cannot be told. */
function findTarget(
  config: VmConfig,
  places: SshPlaces,
): { readonly ok: true; readonly target: SshTarget } | { readonly ok: false; readonly problem: SshProblem } {
  const failed = (detail: string, hint: string) =>
    ({
      ok: false,
      problem: { code: 'ssh_unreachable', message: 'SSH connection failed', detail, hint },
    }) as const;
  if (config.ssh.host === null) {
    return failed(
      'The address is to be taken from Azure, which this version cannot do yet.',
      `Name the address of ${config.name} in "ssh.host".`,
    );
  }
  try {
    return { ok: true, target: sshTarget(config.ssh, config.ssh.host, places) };
  } catch (error) {
    return failed(
      error instanceof Error ? error.message : String(error),
      'Correct it, or name address, port, user and key in the configuration of BenchTray.',
    );
  }
}
