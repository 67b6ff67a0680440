/** How a log is recognised, and what it leaves to the log that takes its place. */
import { createHash } from 'node:crypto';
import type { Feed, FollowState } from '../../feed/index.ts';
import {
  inNextFile,
  newSessionState,
  parseSessionState,
  type RunSessionState,
  type RunState,
} from '../../run/index.ts';
import type { LogIdentity } from '../../vm/index.ts';
import { isOtherWorkers, workerOfLog } from './log-place.ts';

/** What one log leaves to the next, where a run goes on from one to the other. */
export interface Continuation {
  readonly session: RunSessionState;
  readonly runnerSeen: boolean;
  /** What has arrived of a line whose end has not. */
  readonly pending: Uint8Array;
}

/** How many bytes a log is recognised by. They hold a time stamp or a banner: two logs do not begin alike. */
export const fingerprintLength = 1024;

/** How many of these first bytes are known for good: at the present end of a log a letter may be half written. */
export function fingerprintBytesOf(head: string): number {
  return Math.min(fingerprintLength, Buffer.byteLength(head.replace(/\uFFFD+$/, '')));
}

/** SHA-256 of the first bytes. */
export function fingerprintOf(head: string, bytes: number): string {
  return createHash('sha256').update(Buffer.from(head, 'utf8').subarray(0, bytes)).digest('hex');
}

/** Whether a log begins as the one that this was written of: for what was written without a mark, or before anything was read. */
export function beginsAlike(
  saved: Pick<FollowState, 'offset' | 'fingerprint' | 'fingerprintBytes'>,
  identity: LogIdentity,
): boolean {
  return (
    saved.offset <= identity.size &&
    saved.fingerprint === fingerprintOf(identity.head, saved.fingerprintBytes)
  );
}

/** Returns what the journal says of a log that is gone, for the one that has taken its place; null: it cannot be read any more. */
export function continuationOf(saved: FollowState): Continuation | null {
  const session = parseSessionState(saved);
  return session === null ? null : { session, runnerSeen: saved.runnerSeen, pending: Buffer.alloc(0) };
}

// eslint-disable-next-line no-control-regex -- a colour code begins with ESC
const colourAtEnd = /\x1b(?:\[[\d;]*m?)?$/;
// eslint-disable-next-line no-control-regex -- the logger writes its colour in front of the time, and the code begins with ESC
const recordStart = /^(?:\x1b?\[1;33m)?\[\d{4}-\d\d-\d\d /;

/**
 * The beginning of a line whose rest is in the next file: a rotation may cut anywhere. Where that file begins with a record, the line
 * had been left as it was.
 */
export function carriedOver(pending: Uint8Array, head: string): Buffer {
  if (pending.length === 0) return Buffer.alloc(0);
  const isCutColour = colourAtEnd.test(Buffer.from(pending.subarray(-8)).toString('latin1'));
  return !isCutColour && recordStart.test(head)
    ? Buffer.concat([pending, Buffer.from('\n')])
    : Buffer.from(pending);
}

/** A log, by its name in the journal. */
interface NamedLog {
  readonly vm: string;
  readonly log: string;
  readonly feed: Pick<Feed, 'latestFollow' | 'run'>;
}

/** @param name name of a log in the journal */
const pathIn = (name: string): string => name.slice(name.indexOf('/'));

/** Returns the run that a log may go on with when it is read for the first time; null: none. Another worker's log is none of it. */
function runBefore({ vm, log, feed }: NamedLog): RunState | null {
  const latest = feed.latestFollow(vm);
  return latest === null || isOtherWorkers(pathIn(latest.log), pathIn(log)) ? null : latest.run;
}

/**
 * Returns where the session of a log goes on. Until a run was found in the log, the run in its state is that of the log before, which
 * may have gone on since.
 * @param saved null: the log is read for the first time
 */
export function leftBefore(saved: RunSessionState | null, log: NamedLog): RunSessionState {
  if (saved?.reader.counts.recognised === true) return saved;
  const run = runBefore(log);
  return saved === null ? newSessionState(run) : { ...saved, run: run ?? saved.run };
}

/** Returns the state at the place where a session goes on, which may be in another file. */
export function movedTo(state: RunSessionState, offset: number): RunSessionState {
  const { startLog } = state;
  return startLog === undefined
    ? { ...state, offset }
    : { ...state, offset, startLog: inNextFile(startLog, state.offset, offset) };
}

/**
 * Returns the id of a run of this log. The usual id is the time of its start, and workers that are started together may begin in the
 * same millisecond: then the id of the second one gets its number.
 */
export function idOfRun(usualId: string, { log, feed }: Omit<NamedLog, 'vm'>): string {
  const known = feed.run(usualId);
  const isOfOther = known !== null && isOtherWorkers(pathIn(known.log), pathIn(log));
  return isOfOther ? `${usualId}-w${workerOfLog(pathIn(log)) ?? ''}` : usualId;
}
