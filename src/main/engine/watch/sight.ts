/** Everything that is known of one VM at one moment: the picture from which status, conditions and tasks are made. Plain data. */
import type { StoreObstacle } from '../archive/index.ts';
import type { AzureFacts, AzureProblem } from '../azure/index.ts';
import type { LogContent } from '../run/index.ts';
import {
  noBoot,
  type BootState,
  type HostFacts,
  type InsideFacts,
  type MachineFacts,
  type Mount,
  type ProbeAnswer,
  type SshProblem,
} from '../vm/index.ts';
import { isOwnLog } from './log/log-place.ts';

/** Which questions have been answered at least once on the connection that is up: before that, nothing follows from what was not found. */
export interface Answered {
  /** The engine has answered, or was asked in vain. */
  readonly docker: boolean;
  /** Which container there is, and whether it runs. */
  readonly container: boolean;
  /** Whether the benchmark server answers. One that answered before may miss an answer or two. */
  readonly probe: boolean;
  /** Processes and logs on the VM itself. */
  readonly host: boolean;
  /** The logs, as far as they tell whether a run is on. */
  readonly runs: boolean;
}

export interface Sight {
  readonly answered: Answered;
  /** How long no container has been found, and in how many looks; null: there is one, or somebody makes the first one, or that is not known. */
  readonly missing: { readonly looks: number; readonly forMs: number } | null;
  readonly ssh:
    | { readonly kind: 'up' }
    /** Lost a moment ago, and likely to be back before anybody needs to know. */
    | { readonly kind: 'blinking' }
    | { readonly kind: 'down'; readonly everUp: boolean; readonly problem: SshProblem | null };
  /** Questions that the VM has left unanswered again and again, while it answered others. */
  readonly unanswered: readonly Question[];
  /** The server allows one session only, so that no log can be followed. */
  readonly isSingleSession: boolean;
  readonly docker:
    | { readonly kind: 'unknown' }
    | { readonly kind: 'ok' }
    | { readonly kind: 'denied' | 'missing' | 'failed'; readonly detail: string };
  readonly container: ContainerSight;
  /** The start of the container that `boot` and `probe` belong to, as docker reports it (ISO 8601). Outlasts a lost connection. Null: none yet. */
  readonly startedAt: string | null;
  readonly boot: BootState;
  /** Why the container's log cannot be read while Windows is on its way; null: it can be, or nobody needs it. */
  readonly bootLogTrouble: string | null;
  readonly starts: StartsSight;
  /** The container was started a moment ago: it may end as it did before. */
  readonly isNewStart: boolean;
  readonly probe: ProbeSight;
  readonly machine: MachineFacts | null;
  /** What is found on the VM itself; null before the first answer. */
  readonly host: HostFacts | null;
  /** What is found in the container; null without one that runs. */
  readonly inside: InsideFacts | null;
  /** What the engine said when the shell in the container ended last; empty: nothing, or the shell has answered since. */
  readonly insideFailure: string;
  /** The folder that the benchmark writes its results to, as it was last known: it outlasts the benchmark's process. */
  readonly results: ResultsSight | null;
  readonly log: LogSight;
  readonly run: RunSight | null;
  /** When an agent outside of this VM was last seen at work here, by the monotonic clock; null: not lately. */
  readonly outsideAgentAtMs: number | null;
  /** What Azure says of the VM; null: it is not asked. */
  readonly cloud: CloudSight | null;
  /** How long the VM has cost money without a run; null: it is in use, or costs nothing, or nothing can be said. */
  readonly idle: IdleSight | null;
  readonly keeping: KeepSight;
}

/** Why files of ended tasks are not copied to this computer. The kinds are the obstacles that people fix in different ways. */
export interface KeepObstacle {
  readonly kind: StoreObstacle['kind'] | 'container' | 'connection' | 'sessions' | 'copy';
  /** A sentence. */
  readonly detail: string;
}

/** `unknown`: nothing was copied yet. `free`: a copy has succeeded since the newest obstacle, or none is wanted. */
export type KeepSight = { readonly kind: 'unknown' } | { readonly kind: 'free' } | KeepObstacle;

/** About the machine, its processes and logs, the processes and logs in the container, and the result files. */
export type Question = 'machine' | 'host' | 'inside' | 'results';

export type ContainerSight =
  | { readonly kind: 'unknown' }
  | {
      readonly kind: 'running';
      readonly name: string;
      readonly mounts: readonly Mount[];
      /** Its own addresses in docker's networks. */
      readonly addresses: readonly string[];
      /** Why this one of all containers was chosen. */
      readonly why: string;
    }
  /** `state` and `status` in docker's words; `exitCode` null where it is not known. */
  | {
      readonly kind: 'stopped';
      readonly name: string;
      readonly state: string;
      readonly status: string;
      readonly exitCode: number | null;
      /** Why the engine could not start it; missing: it could, or was not asked to. */
      readonly startError?: string;
      readonly looks: number;
    }
  | { readonly kind: 'absent'; readonly wanted: string | null; readonly looks: number };

/** The container's starts that BenchTray saw. */
export interface StartsSight {
  /** How often the engine restarted it by itself; null: the engine has not said. */
  readonly restarts: number | null;
  /** When it was started, by the VM's clock, the newest last; epoch milliseconds. */
  readonly startedAtMs: readonly number[];
}

export interface ProbeSight {
  /** Newest answer; null before the first. */
  readonly answer: ProbeAnswer | null;
  /** "localhost:5000", "container:172.30.0.2:5000": where a proper answer came from. */
  readonly place: string | null;
  /** Why the guest was looked for there. */
  readonly why: string | null;
  /** A proper answer has been given since this boot began. */
  readonly wasReady: boolean;
  /** Answers missed since the last proper one. */
  readonly misses: number;
}

export interface LogSight {
  /** "/tmp/x.log", "container:/client/…"; null: none found. */
  readonly path: string | null;
  /** Why this one of all logs is followed. */
  readonly why: string | null;
  readonly trouble: { readonly message: string; readonly hint: string } | null;
  /** Null: BenchTray has not read it yet. */
  readonly content: LogContent | null;
}

export interface ResultsSight {
  /** Which shell sees it under `path`. */
  readonly where: 'host' | 'container';
  readonly path: string;
  /** Where a folder of the container lies on the VM; null: nowhere, or it is on the VM anyway. */
  readonly hostPath: string | null;
  readonly why: string;
}

export interface RunSight {
  readonly isRunning: boolean;
  readonly endedWell: boolean;
  /** Address of the guest, where the log tells it. */
  readonly guest: string | null;
  /** How long its log has not grown; null: nobody has listened long enough to know. */
  readonly silentForMs: number | null;
  /** After how long a silence this run counts as stalled, where that is longer than configured. */
  readonly stallsAfterMs?: number;
}

export interface CloudSight {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly vmName: string;
  /** The address of the VM is to come from Azure. */
  readonly isAddressWanted: boolean;
  /** Newest answer; null: none yet. */
  readonly facts: AzureFacts | null;
  /** Why the newest question was not answered; null: it was. */
  readonly problem: AzureProblem | null;
  /** Questions without an answer since the newest one. */
  readonly misses: number;
  /** When Azure last knew the VM under this name, in this process or an earlier one; epoch milliseconds. Null: never. */
  readonly seen: {
    readonly atMs: number;
    readonly isSpot: boolean;
    /** "Standard_D8ds_v5"; null: Azure did not say. */
    readonly size: string | null;
  } | null;
  /** Azure knows the VM no more: until when it was there, by Azure or by its own answers; epoch milliseconds. Null: that is not so. */
  readonly gone: { readonly untilMs: number } | null;
  /** US dollars; null: not known. */
  readonly perHourUsd: number | null;
}

export interface IdleSight {
  readonly forMs: number;
  /** From when its cost is counted. */
  readonly since: 'task' | 'use' | 'start' | 'seen';
  /** US dollars since then; null: the price is not known. */
  readonly costUsd: number | null;
  /** US dollars; null: not known. */
  readonly perHourUsd: number | null;
}

export const nothingAnswered: Answered = {
  ...{ docker: false, container: false, probe: false },
  ...{ host: false, runs: false },
};

export const firstSight: Sight = {
  answered: nothingAnswered,
  missing: null,
  ssh: { kind: 'down', everUp: false, problem: null },
  unanswered: [],
  isSingleSession: false,
  docker: { kind: 'unknown' },
  container: { kind: 'unknown' },
  startedAt: null,
  boot: noBoot,
  bootLogTrouble: null,
  starts: { restarts: null, startedAtMs: [] },
  isNewStart: false,
  probe: { answer: null, place: null, why: null, wasReady: false, misses: 0 },
  machine: null,
  host: null,
  inside: null,
  insideFailure: '',
  results: null,
  log: { path: null, why: null, trouble: null, content: null },
  run: null,
  outsideAgentAtMs: null,
  cloud: null,
  idle: null,
  keeping: { kind: 'unknown' },
};

/** Misses after which a server that answered before counts as gone: it may be busy for seconds, and one miss means nothing. */
const missesUntilDown = { refused: 3, wrong: 3, silent: 2 };

/** One restart may help. */
const loopRestarts = 2;

/** Whether a container that does not run is about to start for the first time. */
export function isCreated(container: ContainerSight): boolean {
  return container.kind === 'stopped' && container.state === 'created' && container.startError === undefined;
}

/** Whether `/probe` answers properly, as far as can be told now. */
export function isReady(sight: Sight): boolean {
  if (sight.ssh.kind === 'down') return false;
  // An answer of before it stopped says nothing any more.
  if (sight.container.kind === 'stopped' || sight.container.kind === 'absent') return false;
  return sight.probe.answer?.kind === 'ready' || mayBeBusy(sight.probe);
}

/** Whether a server that answered before has missed so few answers since that it may only be busy. */
export function mayBeBusy({ answer, wasReady, misses }: ProbeSight): boolean {
  return answer !== null && answer.kind !== 'ready' && wasReady && misses < missesUntilDown[answer.kind];
}

/** The container restarts in a loop, or its newest start is so young that it may end as those before, which gave no reason. */
export function mayRestartAgain(sight: Sight): boolean {
  const { boot, starts, isNewStart } = sight;
  const isAtBeginning = boot.phase === null || boot.phase === 'starting';
  return isRestartLoop(sight) || ((starts.restarts ?? 0) >= loopRestarts && isNewStart && isAtBeginning);
}

/** The engine has restarted the container again and again, and the newest start has not come further than the one before. */
export function isRestartLoop({ boot, container, starts }: Sight): boolean {
  const isBetweenStarts = container.kind === 'stopped' && container.state === 'restarting';
  return (starts.restarts ?? 0) >= loopRestarts && (isBetweenStarts || boot.carried.length > 0);
}

/** A log that is written to shows that its benchmark works, and so that Windows answers it. */
const activeWithinMs = 30_000;

/** Returns whether a run is on and writes its log. */
export function isLogActive({ run }: Pick<Sight, 'run'>): boolean {
  return run?.isRunning === true && run.silentForMs !== null && run.silentForMs < activeWithinMs;
}

/** Something of a benchmark goes on, by its log or by its process. */
export function isInUse({ run, host, inside, outsideAgentAtMs }: Sight): boolean {
  const runners = (host?.runners.length ?? 0) + (inside?.runners.length ?? 0);
  return run?.isRunning === true || runners > 0 || outsideAgentAtMs !== null;
}

/** The benchmark runs on the VM itself, as OSWorld does: then no container is missing. */
export function runsOnHost({ host, startedAt, log, run, results }: Sight): boolean {
  if (host !== null && host.runners.length > 0) return true;
  if (startedAt !== null) return false;
  if (log.path === null) return run?.isRunning === true && results?.where === 'host';
  if (log.path.startsWith('container:')) return false;
  // Left over from a container that is gone, a log proves nothing once its run is over; run.py's own file on the VM does.
  return run !== null && (run.isRunning || isOwnLog({ path: log.path }));
}
