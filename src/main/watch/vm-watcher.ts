/** Watches one VM for as long as it is configured: keeps the connection, looks, follows the log, and hands all of it to the feed. */
import type { Client } from 'ssh2';
import type { ErrorPayload, StateCode } from '../../shared/stream.ts';
import type { Logger } from '../app-log.ts';
import type { VmConfig } from '../config/index.ts';
import type { Feed, OpenCondition } from '../feed/index.ts';
import { progressOf, type RunState } from '../run/index.ts';
import {
  addressOf,
  connect,
  hostShell,
  keepLink,
  openShell,
  readBootLine,
  sshTarget,
  type ConnectTools,
  type ShellChannel,
  type SshPlaces,
  type SshProblem,
  type SshTarget,
} from '../vm/index.ts';
import { followBootLog, type BootLog } from './boot-log.ts';
import { assess, recoveredSentence, type Trouble } from './conditions.ts';
import { createLogFollowing } from './log-following.ts';
import { chooseLog, parsePlace, placeText, type FoundLog } from './log-place.ts';
import { startReading } from './log-reading.ts';
import { createLooks, type Looks } from './looks.ts';
import { lookEverySeconds } from './pace.ts';
import { createRunnerWatch } from './runner-watch.ts';
import { firstSight, isReady, type RunSight, type Sight } from './sight.ts';
import { statusOf } from './status.ts';
import type { BackgroundTask } from '../../shared/background-task.ts';
import { backgroundTasks } from './background-tasks.ts';

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
/** After a login nothing is told before the first look is through, or this time is over: half a picture would be a wrong one. */
const firstLookMs = 1_200;
/** After something was missed, the next look comes this soon. */
const hurryMs = 1_500;
const progressEveryMs = 1_000;
const reloginEveryMs = 60_000;
const failureEveryMs = 60_000;

/** What one connection carries: it is made anew with each. */
interface Session {
  readonly client: Client;
  readonly host: ShellChannel;
  readonly looks: Looks;
  bootLog: BootLog | null;
  /** Nothing is told yet: the first look is under way. */
  isFirstLook: boolean;
}

export function watchVm(options: VmWatcherOptions): VmWatcher {
  const { config, feed, now, log } = options;
  const vm = config.name;
  const firstSeenMs = feed.firstSeen(vm, now());
  const open = new Map<StateCode, OpenCondition>(
    feed.openConditions(vm).map((condition) => [condition.code, condition]),
  );
  const runnerWatch = createRunnerWatch(now);
  let sight: Sight = firstSight;
  let session: Session | null = null;
  let demanded: number | null = null;
  let checkedAtMs: number | null = null;
  let lookTimer: NodeJS.Timeout | null = null;
  let nextLookAtMs = Number.POSITIVE_INFINITY;
  let blinkTimer: NodeJS.Timeout | null = null;
  let firstLookTimer: NodeJS.Timeout | null = null;
  let lastReloginMs = Number.NEGATIVE_INFINITY;
  let lastFailureMs = Number.NEGATIVE_INFINITY;
  let isClosed = false;

  const following = createLogFollowing({
    read: (place, container, identity, continues) => {
      const skewMs = clockSkewMs();
      const zoneMinutes =
        (place.where === 'container' ? sight.inside : sight.machine)?.zoneOffsetMinutes ?? 0;
      return startReading({
        vm,
        log:
          place.where === 'container' ? `container:${container ?? ''}:${place.path}` : `host:${place.path}`,
        identity,
        modifiedAtMs: identity.modifiedAt * 1000 - skewMs,
        clockOffsetMs: -zoneMinutes * 60_000 - skewMs,
        firstSeenMs,
        successThreshold: config.successThreshold,
        feed,
        now,
        continues,
        onRun: showRun,
      });
    },
    onTrouble: (trouble) => learn({ log: { ...sight.log, trouble } }),
    warn: (detail, message) => log.warn({ vm, ...detail }, message),
    onFailure: tellFailure,
  });

  // ---- the picture, and what is told of it

  function learn(news: Partial<Sight>): void {
    if (isClosed) return;
    const wasReady = isReady(sight);
    sight = { ...sight, ...news };
    if (!wasReady && isReady(sight)) session?.bootLog?.close();
    if (session?.isFirstLook !== true && (session?.bootLog?.isReplaying !== true || isReady(sight))) tell();
  }

  function tell(): void {
    try {
      tellPicture();
    } catch (error) {
      log.error({ vm, err: error }, 'the picture could not be told');
    }
  }

  function tellPicture(): void {
    feed.setStatus(
      vm,
      statusOf(sight, {
        vm,
        address: target === null ? null : addressOf(target),
        vncUrl: vncUrl(),
        checkedAtMs,
      }),
    );
    const { holding, clear } = assess(sight, { stalledAfterMs: config.stalledAfterMinutes * 60_000 });
    const began = holding.filter(({ code }) => !open.has(code)).map(toCondition);
    const ended = clear
      .filter((code) => open.has(code))
      .map((code) => ({ code, message: recoveredSentence[code] }));
    if (began.length === 0 && ended.length === 0) return;
    feed.commit({ vm, at: now(), began, ended });
    for (const condition of began) open.set(condition.code, condition);
    for (const { code } of ended) open.delete(code);
    log.info({ vm, began: began.map(({ error }) => error), ended }, 'conditions have changed');
  }

  function toCondition(trouble: Trouble): OpenCondition {
    const began_at = new Date(now()).toISOString();
    return { vm, code: trouble.code, beganAt: now(), error: { ...trouble, vm, began_at } };
  }

  function showRun(run: RunState): void {
    const shown = feed.snapshot(vm).progress;
    const next = progressOf(run, vm, now(), false);
    const urgent =
      shown?.run_id !== next.run_id ||
      shown.state !== next.state ||
      shown.current_task !== next.current_task ||
      shown.tasks_completed !== next.tasks_completed;
    feed.setProgress(vm, next, urgent);
    sight = { ...sight, run: runSight() };
  }

  /** Keeps elapsed time, ETA and the stall in step with the clock. */
  const progressTimer = setInterval(() => {
    const run = following.reading?.run ?? null;
    if (run === null || (run.state !== 'running' && feed.snapshot(vm).progress?.state === run.state)) return;
    learn({ run: runSight() });
    const isStalled = open.has('run_stalled');
    const state = isStalled ? 'stalled' : run.state;
    feed.setProgress(vm, progressOf(run, vm, now(), isStalled), feed.snapshot(vm).progress?.state !== state);
  }, progressEveryMs);

  function runSight(): RunSight | null {
    const reading = following.reading;
    if (reading?.run == null) return sight.run;
    const { state } = reading.run;
    return {
      isRunning: state === 'running',
      endedWell: state === 'finished',
      silentForMs: now() - reading.lastGrowthMs,
    };
  }

  function clockSkewMs(): number {
    const skewMs = sight.machine?.clockSkewMs ?? 0;
    return Math.abs(skewMs) < 2_000 ? 0 : skewMs;
  }

  // ---- looking

  function planLook(inMs: number): void {
    if (isClosed || session === null || now() + inMs >= nextLookAtMs) return;
    if (lookTimer !== null) clearTimeout(lookTimer);
    nextLookAtMs = now() + inMs;
    lookTimer = setTimeout(look, inMs);
  }

  function look(): void {
    nextLookAtMs = Number.POSITIVE_INFINITY;
    const current = session;
    if (current === null) return;
    planLook(paceMs());
    void lookOnce(current).catch((error: unknown) => {
      log.error({ vm, err: error }, 'a look has failed');
    });
  }

  function paceMs(): number {
    const isUnderWay = sight.container.kind === 'running' && !isReady(sight);
    const isEventful = sight.run?.isRunning === true || isUnderWay || open.size > 0;
    return lookEverySeconds({ configured: options.intervalSeconds, demanded, isEventful }) * 1000;
  }

  async function lookOnce(current: Session): Promise<void> {
    await current.looks.look();
    if (session !== current) return;
    checkedAtMs = now();
    current.isFirstLook = false;
    followContainerLog(current);
    await followBenchmarkLog(current);
    if (session !== current) return;
    watchRunner();
    tell();
  }

  function followContainerLog(current: Session): void {
    const { container } = sight;
    if (container.kind !== 'running' || isReady(sight) || current.bootLog !== null) return;
    current.bootLog = followBootLog({
      client: current.client,
      docker: current.looks.docker,
      container: container.name,
      onLine: (line) => learn({ boot: readBootLine(sight.boot, line) }),
      onReplayed: tell,
      onClosed: () => {
        current.bootLog = null;
      },
    });
  }

  async function followBenchmarkLog(current: Session): Promise<void> {
    // Times in a log mean nothing before the VM's clock is known.
    if (sight.machine === null) return;
    const { looks } = current;
    const access = {
      client: current.client,
      host: current.host,
      inside: looks.inside,
      docker: looks.docker,
      container: sight.container.kind === 'running' ? sight.container.name : null,
    };
    if (config.benchmark.log !== null) {
      const place = parsePlace(config.benchmark.log);
      learn({ log: { ...sight.log, path: placeText(place) } });
      const file = await looks.statLog(place.where, place.path);
      return following.follow(place, file, access);
    }
    // Without the container's own answer, an old log on the host would pass for the newest.
    if (sight.container.kind === 'running' && sight.inside === null) return;
    const found: FoundLog[] = [
      ...(sight.inside?.logs ?? []).map((file): FoundLog => ({ where: 'container', path: file.path, file })),
      ...looks.hostLogs.map((file): FoundLog => ({ where: 'host', path: file.path, file })),
    ];
    const chosen = chooseLog(found, following.place);
    if (chosen === null) return;
    learn({ log: { ...sight.log, path: placeText(chosen) } });
    await following.follow(chosen, chosen.file, access);
  }

  function watchRunner(): void {
    const { reading } = following;
    if (reading === null || sight.container.kind === 'unknown') return;
    const runners = sight.container.kind === 'running' ? sight.inside?.runners.length : 0;
    if (runners === undefined) return;
    if (runners > 0) reading.noteRunner();
    if (reading.run?.state !== 'running' || !reading.runnerSeen) return runnerWatch.forget();
    const verdict = runnerWatch.look(runners, reading.lastGrowthMs);
    if (verdict === 'missed') planLook(hurryMs);
    if (verdict === 'gone') {
      const reason =
        sight.container.kind === 'running' ? 'The benchmark process is gone.' : 'The container is gone.';
      reading.endRun('crashed', reason);
    }
  }

  // ---- the connection

  const target = safeTarget();
  const link =
    target === null
      ? null
      : keepLink(
          (signal) => connect(target, options.tools, signal),
          {
            up(client, firstUse) {
              if (blinkTimer !== null) clearTimeout(blinkTimer);
              for (const host of firstUse)
                log.warn({ vm, host }, 'host key seen for the first time, and trusted from now on');
              log.info({ vm, address: addressOf(target) }, 'connected');
              session = openSession(client);
              learn({ ssh: { kind: 'up' } });
              firstLookTimer = setTimeout(endFirstLook, firstLookMs);
              look();
            },
            lost() {
              log.warn({ vm }, 'connection lost');
              closeSession();
              learn({ ssh: { kind: 'blinking' } });
              blinkTimer = setTimeout(() => {
                learn({ ssh: { kind: 'down', everUp: true, problem: currentProblem() } });
              }, blinkMs);
            },
            failed(problem) {
              log.debug({ vm, problem }, 'connection failed');
              if (sight.ssh.kind === 'down') learn({ ssh: { ...sight.ssh, problem } });
            },
          },
          now,
        );

  function currentProblem(): SshProblem | null {
    return link?.state.kind === 'connecting' ? link.state.lastProblem : null;
  }

  function openSession(client: Client): Session {
    const host = openShell(client, hostShell, (stderr) => {
      if (session?.client !== client) return;
      log.warn({ vm, stderr }, 'the shell on the VM has ended');
      client.destroy();
    });
    const looks = createLooks({
      config,
      client,
      host,
      sight: () => sight,
      learn,
      onBoot: () => session?.bootLog?.close(),
      onOutOfMemory: tellOutOfMemory,
      hurry: () => planLook(hurryMs),
      onDenied: () => {
        if (now() - lastReloginMs < reloginEveryMs) return;
        // The first refusal is told; later on, a new login takes up a mended group.
        const isFirst = lastReloginMs === Number.NEGATIVE_INFINITY;
        lastReloginMs = now();
        if (!isFirst) link?.relogin();
      },
      now,
    });
    return { client, host, looks, bootLog: null, isFirstLook: true };
  }

  function endFirstLook(): void {
    if (session === null) return;
    session.isFirstLook = false;
    tell();
  }

  function closeSession(): void {
    const current = session;
    session = null;
    if (lookTimer !== null) clearTimeout(lookTimer);
    if (firstLookTimer !== null) clearTimeout(firstLookTimer);
    nextLookAtMs = Number.POSITIVE_INFINITY;
    following.pause();
    runnerWatch.forget();
    current?.bootLog?.close();
    current?.looks.close();
    current?.host.close();
  }

  /** A fault of ours, or a full disk here: said once in a while, and everything else goes on. */
  function tellFailure(error: unknown): void {
    log.error({ vm, err: error }, 'what the log says could not be written');
    if (now() - lastFailureMs < failureEveryMs) return;
    lastFailureMs = now();
    const detail = error instanceof Error ? error.message : String(error);
    const hint = 'Is the disk of this computer full? The log of BenchTray says more.';
    const message = 'BenchTray could not write down what it has read.';
    tellMoment({ code: 'internal', severity: 'critical', message, detail, hint });
  }

  function tellMoment(moment: Pick<ErrorPayload, 'code' | 'severity' | 'message' | 'detail' | 'hint'>): void {
    try {
      feed.commit({ vm, at: now(), moments: [{ ...moment, vm, began_at: new Date(now()).toISOString() }] });
    } catch (error) {
      log.error({ vm, err: error, moment }, 'a moment could not be told');
    }
  }

  function tellOutOfMemory(container: string): void {
    tellMoment({
      code: 'container_oom',
      severity: 'critical',
      message: `The container ${container} was killed for lack of memory.`,
      detail: 'docker inspect says OOMKilled',
      hint: 'Give the VM more memory, or the container less RAM_SIZE.',
    });
  }

  function safeTarget(): SshTarget | null {
    const host = config.ssh.host;
    if (host === null) return null;
    try {
      return sshTarget(config.ssh, host, options.places);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      const hint = 'Correct it, or name address, port, user and key in the configuration of BenchTray.';
      sight = {
        ...sight,
        ssh: {
          kind: 'down',
          everUp: false,
          problem: { code: 'ssh_unreachable', message: 'SSH connection failed', detail, hint },
        },
      };
      return null;
    }
  }

  function vncUrl(): string | null {
    const host = target?.host ?? config.ssh.host;
    if (host === null) return null;
    return `http://${host.includes(':') ? `[${host}]` : host}:${config.vnc.port}`;
  }

  // ---- the first picture, before anything has answered

  const lastRun = feed.latestFollow(vm)?.run ?? null;
  if (lastRun !== null) feed.setProgress(vm, progressOf(lastRun, vm, now(), false), false);
  tell();

  return {
    setDemand(intervalSeconds) {
      const hadListeners = demanded !== null;
      demanded = intervalSeconds;
      if (intervalSeconds !== null) planLook(hadListeners ? paceMs() : 0);
    },
    tasks: () => backgroundTasks(vm, sight, following.reading?.run ?? lastRun, now()),
    close() {
      closeSession();
      isClosed = true;
      clearInterval(progressTimer);
      if (blinkTimer !== null) clearTimeout(blinkTimer);
      link?.close();
      feed.forgetVm(vm);
    },
  };
}
