/**
 * Everything that is known of one VM, and since when. The sources of this room write it. The projector and the rules read its facts,
 * which are plain data. Sources also find here what they work with while it lasts: the connection, its shells and the reading.
 */
import type { Cost, StateCode } from '../../../shared/stream.ts';
import type { VmConfig } from '../config/index.ts';
import type { Feed, Heard } from '../feed/index.ts';
import type { LastHeard, RunState, Step, ToldScreen } from '../run/index.ts';
import type { Contact, DockerCommand, ShellChannel } from '../vm/index.ts';
import { unaskedCloud } from './cloud/cloud-sight.ts';
import type { FoundTarget } from './link/vm-address.ts';
import type { LogAccess } from './log/following-options.ts';
import type { LogReading } from './log/log-reading.ts';
import { firstSight, isReady, type Sight } from './sight.ts';

/** What the agent did last, and in which attempt. */
export interface NewestStep extends Pick<Step, 'step' | 'thought' | 'action'> {
  readonly runId: string;
  readonly domain: string | null;
  readonly taskId: string;
  readonly attempt: number;
  /** The newest screenshot that the trajectory names, with the first step that it was named for. Missing: it names none. */
  readonly screenshot?: ToldScreen;
}

/** Plain readonly data. */
export interface VmFacts extends Sight {
  readonly config: VmConfig;
  /** Smallest interval that a client asks for; null: nobody listens. */
  readonly demandedSeconds: number | null;
  /** Codes of the troubles that have begun and not ended. */
  readonly troubles: ReadonlySet<StateCode>;

  // ---- written by link/
  /** Where SSH connects to; null: no address is known. */
  readonly target: FoundTarget | null;
  /** Since when the connection is up, by the monotonic clock; null: none is. */
  readonly connectedAtMs: number | null;

  // ---- written by looks/
  /** The first look on this connection is still on. */
  readonly isFirstLook: boolean;
  /** Old lines of the container's log are still being read. */
  readonly isReplaying: boolean;
  /** Counts looks that are through, and how thorough the newest was. */
  readonly looked: { readonly count: number; readonly depth: 'whole' | 'brief' };
  /** When the VM was last looked at; epoch milliseconds. */
  readonly checkedAtMs: number | null;
  /** The newest answer, of this process or an earlier one; null: the VM never answered. */
  readonly heard: LastHeard | null;
  /** The newest answer in the journal of an earlier process. */
  readonly heardBefore: Heard | null;

  // ---- written by any source that missed an answer
  /** When a whole look is wanted, by the monotonic clock; null: at the usual pace. */
  readonly lookWantedAtMs: number | null;

  // ---- written by log/
  /** The run that the log shows; null before the first. */
  readonly loggedRun: RunState | null;
  /** More of the log may be there than was read, so the run may have changed. */
  readonly isBehind: boolean;
  /** Counts looks at the log that are through. */
  readonly logLooks: number;
  /** The run that an earlier process wrote last; null: none. */
  readonly journalRun: RunState | null;

  // ---- written by results/
  /** The run known only from its results; null: there is none, or a log shows the run. */
  readonly resultRun: RunState | null;

  /** The newest step in the trajectory of the task that is on; null: none is known. */
  readonly newestStep: NewestStep | null;

  // ---- written by cloud/
  /** The cost of the VM; while nobody knows whether it costs money, the last known cost, with `unknown` set. */
  readonly cost: Cost | null;
}

/**
 * Open connections and readings. They are in the store beside the facts, because a source gets them from another source: each is
 * replaced in the same update as the facts about it, so nobody sees a connection whose facts are those of the one before.
 */
export interface VmHandles {
  /** The connection that is up; null: none is. Written by link/. */
  readonly contact: Contact | null;
  /** The shells of the connection that is up; null before its first look. Written by looks/. */
  readonly shells: LiveShells | null;
  /** The log that is being read: it takes result files, too. Null: none is. Written by log/. */
  readonly reading: LogReading | null;
}

export interface VmState extends VmFacts, VmHandles {}

/** Handles of the shells on one connection. `docker` and `inside` change with the container. */
export interface LiveShells {
  readonly docker: DockerCommand;
  readonly inside: ShellChannel | null;
}

/** Returns the state before the first answer: the configuration, and what earlier processes left in the journal. */
export function firstState(
  config: VmConfig,
  feed: Pick<Feed, 'heard' | 'latestFollow' | 'openConditions'>,
): VmState {
  const heardBefore = feed.heard(config.name);
  return {
    ...firstSight,
    ...{ config, cloud: unaskedCloud(config, heardBefore), demandedSeconds: null },
    troubles: new Set(feed.openConditions(config.name).map(({ code }) => code)),
    ...{ target: null, contact: null, connectedAtMs: null },
    ...{ shells: null, isFirstLook: false, isReplaying: false },
    ...{ looked: { count: 0, depth: 'whole' }, checkedAtMs: heardBefore?.at ?? null },
    heard: heardBefore === null ? null : { runMs: heardBefore.at, wallMs: heardBefore.at },
    ...{ heardBefore, lookWantedAtMs: null },
    ...{ reading: null, loggedRun: null, isBehind: true, logLooks: 0 },
    journalRun: feed.latestFollow(config.name)?.run ?? null,
    ...{ resultRun: null, newestStep: null, cost: null },
  };
}

/** Returns whether the state is incomplete: the first look is still on, or old lines of the container's log are coming in. */
export function isSettling(state: VmFacts): boolean {
  return state.isFirstLook || (state.isReplaying && !isReady(state));
}

/** Returns the facts without those that only an earlier connection has answered: the VM may have been restarted since. */
export function knownNow(state: VmFacts): VmFacts {
  const { ssh, answered, container, host, probe } = state;
  if (ssh.kind !== 'up') return state;
  return {
    ...state,
    container: answered.container ? container : { kind: 'unknown' },
    probe: answered.probe ? probe : { ...firstSight.probe, wasReady: probe.wasReady },
    host: answered.host ? host : null,
  };
}

/** Returns the run that this process has read of; null: none yet. */
export function currentRun({ resultRun, loggedRun }: VmFacts): RunState | null {
  return resultRun ?? loggedRun;
}

/** Returns the newest run, on or over; null: none is known. */
export function newestRun(state: VmFacts): RunState | null {
  return currentRun(state) ?? state.journalRun;
}

/** Returns when the VM was last heard; null while it is heard, or if it never was. */
export function lastHeard({ ssh, heard }: VmFacts): LastHeard | null {
  return ssh.kind === 'down' ? heard : null;
}

/** Returns what can be asked and followed on the VM now; null: nothing. */
export function accessOf({ contact, shells, container }: VmState): LogAccess | null {
  if (contact === null || shells === null || contact.host.closed) return null;
  const { channels, host } = contact;
  const { docker, inside } = shells;
  return container.kind === 'running'
    ? { channels, host, docker, inside, container: container.name, mounts: container.mounts }
    : { channels, host, docker, inside, container: null, mounts: [] };
}
