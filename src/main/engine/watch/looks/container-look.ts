/** Asks the container engine: which container is the benchmark's, how it is, and what it shares with the VM. */
import {
  evidenceCommand,
  lastLinesCommand,
  preparingCommand,
  readBootLog,
  readEvidence,
  readLastLines,
  reportedBoot,
  type BootState,
  type ContainerChoice,
  type ContainerEvent,
  type ContainerRow,
  type ContainerState,
  type DockerCommand,
  type ShellChannel,
} from '../../vm/index.ts';
import { oneAtATime } from './once.ts';
import { createContainerPick } from './container-pick.ts';
import type { Sight } from '../sight.ts';
import { defaultTempo } from '../tempo.ts';
import type { LookContext } from './context.ts';
import type { EngineEvents } from './engine-events.ts';
import { createInsideShell } from './inside-shell.ts';
import { KnownContainers, type Refreshed } from './known-containers.ts';
import { MemoryReports } from './memory-reports.ts';

/** A VM that is being set up has its first container within this time, or prepares one. */
const appearsWithinMs = 45_000;
/** An image of 30 GB may take an hour. */
const preparesWithinMs = 3_600_000;
/** When to look again after a container was missed for the first time. */
const lookAgainMs = 5_000;

export interface ContainerLook {
  /** Asks the engine if its answer may have changed: after an event, while something is missing, and now and then. */
  look(): Promise<void>;
  /** The engine reports nothing any more. @param hasWorked it did for a while, so something happened to it */
  unreported(hasWorked: boolean): void;
  /** Takes what the engine reported. Returns whether it may concern the benchmark. */
  take(event: ContainerEvent): boolean;
  readonly docker: DockerCommand;
  /** The shell in the container, while one is watched. */
  readonly inside: ShellChannel | null;
  close(): void;
}

const badAnswersUntilTold = 2;
/** After this many looks without a container, it counts as missing. */
const settledLooks = 2;
/** Largest share of time that the engine may spend on our questions. Podman needs a second for an answer. */
const mostShare = 0.05;
const longestPauseMs = 120_000;
/** A timer may fire a moment early. */
const timerSlackMs = 50;
/** A shell in the container that cannot be opened is tried less and less often. */
const reopenAfterMs = [1_500, 3_000, 6_000, 12_000, 30_000];
/** A shell that lasted this long worked. */
const worksAfterMs = 10_000;

/** @param events null: look each time, without the engine's own reports */
export function createContainerLook(
  context: LookContext,
  events: Pick<EngineEvents, 'listen' | 'isLive'> | null = null,
): ContainerLook {
  const { config, host, sight, learn, monotonicMs, tempo = defaultTempo } = context;
  const known = new KnownContainers(host, config.container, events);
  /** When the engine is asked again, by the monotonic clock. */
  let dueAtMs = Number.NEGATIVE_INFINITY;
  /** Answers of docker in a row that were missing or cut, while the VM answered. */
  let badAnswers = 0;
  let missingSinceMs: number | null = null;
  let missingLooks = 0;
  /** Since when somebody makes the first container of the VM, as far as that shows. */
  let preparingSinceMs: number | null = null;

  let openedAtMs = Number.NEGATIVE_INFINITY;
  let failedOpenings = 0;

  const memory = new MemoryReports(monotonicMs);

  const inside = createInsideShell(context.channels, host, () => {
    if (host.closed) return;
    const hasWorked = monotonicMs() - openedAtMs >= worksAfterMs;
    failedOpenings = hasWorked ? 0 : failedOpenings + 1;
    // Was that a stop or a restart?
    again(reopenAfterMs[Math.min(failedOpenings, reopenAfterMs.length - 1)]);
  });
  const before = sight().container;
  const picker = createContainerPick({
    configured: config.container,
    before: before.kind === 'running' ? before : null,
    monotonicMs,
    tempo,
    async askEvidence(names) {
      const running = known.running.filter(({ name }) => names.includes(name));
      const answer = await host.ask(8, evidenceCommand(known.docker, config.probe.port, running));
      return answer === null ? null : readEvidence(answer, running);
    },
  });

  /** The next look asks the engine, and comes soon. */
  function again(inMs?: number): void {
    dueAtMs = Math.min(dueAtMs, monotonicMs() + (inMs ?? 0));
    context.hurry(inMs);
  }

  const look = oneAtATime(async () => {
    if (events !== null && monotonicMs() < dueAtMs - timerSlackMs)
      return isUndecided() ? decide() : undefined;
    // An event that comes while the engine answers makes it due again.
    do await ask();
    while (events !== null && dueAtMs === Number.NEGATIVE_INFINITY && !host.closed);
  });

  async function ask(): Promise<void> {
    const startedAtMs = monotonicMs();
    // An engine that hangs reports nothing. Only a list shows what was missed.
    if (dueAtMs !== Number.NEGATIVE_INFINITY) known.mustList();
    dueAtMs = Number.POSITIVE_INFINITY;
    const refreshed = await known.refresh();
    const costMs = refreshed.kind === 'ok' ? monotonicMs() - startedAtMs : 0;
    if (refreshed.kind === 'ok') {
      badAnswers = 0;
      await decide();
    } else if (refreshed.kind === 'missed') missed(refreshed);
    else refused(refreshed);
    const pauseMs = Math.max(everyMs(), Math.min(costMs / mostShare, longestPauseMs));
    dueAtMs = Math.min(dueAtMs, startedAtMs + pauseMs);
  }

  async function decide(): Promise<void> {
    const choice = await picker.pick(known.rows);
    if (choice === null) await absent();
    else if (choice.row.state === 'running') running(choice);
    else await stopped(choice.row);
  }

  /** Whether it is worth asking again which of several containers the benchmark runs in. */
  function isUndecided(): boolean {
    return known.running.length > 1 && (sight().inside?.runners.length ?? 0) === 0;
  }

  /** Time until the engine is asked again if nothing happens. */
  function everyMs(): number {
    const { container, docker, missing } = sight();
    if (docker.kind === 'missing' || docker.kind === 'denied') return tempo.silentEngineEveryMs * 3;
    const isLongMissing = missing !== null && missing.looks > settledLooks && missing.forMs > lookAgainMs;
    if (docker.kind === 'failed' && isLongMissing) return tempo.silentEngineEveryMs;
    const isSettled =
      docker.kind === 'ok' &&
      badAnswers === 0 &&
      (container.kind === 'stopped' ? container.looks > settledLooks : container.kind !== 'unknown') &&
      (missing === null || isLongMissing);
    if (!isSettled) return Math.min(tempo.wholeLookEveryMs, tempo.silentEngineEveryMs);
    if (!known.isReporting) return tempo.silentEngineEveryMs;
    const isLikely = container.kind === 'absent' && (known.hasOtherEngines || mayAppear());
    return isLikely ? tempo.likelyContainerEveryMs : tempo.engineEveryMs;
  }

  /** Whether the VM may just be making its first container. */
  function mayAppear(): boolean {
    const { missing, startedAt } = sight();
    return startedAt === null && (preparingSinceMs !== null || (missing?.forMs ?? 0) < appearsWithinMs);
  }

  function take(event: ContainerEvent): boolean {
    const isOurs = known.take(event);
    const { container, startedAt } = sight();
    if (event.action === 'oom' && container.kind === 'running' && known.nameOf(event) === container.name)
      memory.report(container.name, startedAt);
    if (isOurs) dueAtMs = Number.NEGATIVE_INFINITY;
    return isOurs;
  }

  function unreported(hasWorked: boolean): void {
    known.mustList();
    const inMs = hasWorked ? Number.NEGATIVE_INFINITY : tempo.silentEngineEveryMs;
    dueAtMs = Math.min(dueAtMs, monotonicMs() + inMs);
  }

  function refused({ kind, detail }: Exclude<Refreshed, { readonly kind: 'ok' | 'missed' }>): void {
    closeInside();
    learn({
      docker: { kind, detail },
      container: { kind: 'unknown' },
      ...(kind === 'denied' ? found() : notFound()),
    });
  }

  /** Once, it may have been a moment of high load: the next look comes soon. */
  function missed({ command, detail }: Extract<Refreshed, { readonly kind: 'missed' }>): void {
    if (host.closed) return;
    badAnswers += 1;
    if (badAnswers < badAnswersUntilTold) {
      learn({ missing: notFound().missing });
      return again();
    }
    const failure = { kind: 'failed', detail: detail ?? `${command} does not answer in time` } as const;
    learn({ docker: failure, ...notFound(false) });
  }

  async function absent(): Promise<void> {
    const before = sight().container;
    const looks = before.kind === 'absent' ? before.looks + 1 : 1;
    closeInside();
    const isPrepared = sight().startedAt === null && (await isPreparing());
    learn({
      docker: { kind: 'ok' },
      container: { kind: 'absent', wanted: config.container, looks },
      ...(isPrepared ? found() : notFound()),
    });
  }

  /** Whether somebody makes the first container of the VM. */
  async function isPreparing(): Promise<boolean> {
    const answer = await host.ask(8, preparingCommand);
    if (answer?.startsWith('yes') !== true) preparingSinceMs = null;
    else preparingSinceMs ??= monotonicMs();
    return preparingSinceMs !== null && monotonicMs() - preparingSinceMs < preparesWithinMs;
  }

  /**
   * No container was found in this look. Whether one is gone is known after two looks that are some seconds apart.
   * @param isAnswered the engine has said so
   */
  function notFound(isAnswered = true): Pick<Sight, 'missing' | 'answered'> {
    const nowMs = monotonicMs();
    if (missingSinceMs === null) again(lookAgainMs);
    missingSinceMs ??= nowMs;
    missingLooks += 1;
    const missing = { looks: missingLooks, forMs: nowMs - missingSinceMs };
    const { answered } = sight();
    return { missing, answered: { ...answered, docker: true, container: answered.container || isAnswered } };
  }

  function found(): Pick<Sight, 'missing' | 'answered'> {
    missingSinceMs = null;
    missingLooks = 0;
    return { missing: null, answered: { ...sight().answered, docker: true, container: true } };
  }

  function running({ row, why }: ContainerChoice): void {
    const state = known.state(row.name);
    if (state === null) return;
    const { addresses, mounts } = state;
    const container = { kind: 'running', name: row.name, addresses, mounts, why } as const;
    const isNewBoot = state.startedAt !== sight().startedAt;
    const verdict = memory.goesOn(row.name, state.startedAt);
    if (verdict === 'later') again(MemoryReports.settlesWithinMs);
    else if (verdict !== null) context.onOutOfMemory(row.name, verdict);
    learn({
      docker: { kind: 'ok' },
      container,
      ...found(),
      ...(isNewBoot ? nothingYet(state, sight().boot) : {}),
    });
    if (isNewBoot) context.onBoot();
    if (inside.shell === null) openedAtMs = monotonicMs();
    inside.open(known.docker, row.name);
  }

  async function stopped(row: ContainerRow): Promise<void> {
    const before = sight().container;
    closeInside();
    const isNew = before.kind !== 'stopped' || before.name !== row.name;
    const state = known.state(row.name);
    if (memory.hasEnded(row.name, isNew && before.kind === 'running' ? state : null))
      context.onOutOfMemory(row.name, 'container');
    const looks = isNew ? 1 : before.looks + 1;
    const exitCode = state?.exitCode ?? null;
    const failure = state?.startError == null ? {} : { startError: state.startError };
    learn({
      docker: { kind: 'ok' },
      container: {
        ...{ kind: 'stopped', name: row.name, state: row.state, status: row.status, exitCode, looks },
        ...failure,
      },
      ...found(),
    });
    if (looks === 1) again();
    if (isNew && state !== null && state.exitCode !== 0) await readLastWords(row.name, state);
  }

  /** Why it has stopped may stand in its log, and nobody has been reading that. */
  async function readLastWords(name: string, state: ContainerState): Promise<void> {
    const answer = await host.ask(8, lastLinesCommand(known.docker, name, state.startedAt));
    if (answer === null) return;
    if (state.startedAt !== sight().startedAt) learn(nothingYet(state, sight().boot));
    learn({ boot: readBootLog(sight().boot, readLastLines(answer)) });
  }

  function closeInside(): void {
    inside.close();
    learn({ inside: null });
  }

  return {
    look,
    take,
    unreported,
    get docker() {
      return known.docker;
    },
    get inside() {
      return inside.shell;
    },
    close: closeInside,
  };
}

/** Returns the facts at the start of a boot. @param boot the newest known boot */
function nothingYet(
  { startedAt }: ContainerState,
  boot: BootState,
): Pick<Sight, 'startedAt' | 'boot' | 'probe'> {
  const probe = { answer: null, place: null, why: null, wasReady: false, misses: 0 };
  return { startedAt, boot: reportedBoot(boot, startedAt), probe };
}
