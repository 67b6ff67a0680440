/** One connection to a VM, kept open: made again when it is lost, one attempt at a time, with pauses between them. */
import type { Logger } from '../../common/app-log.ts';
import { inBackground } from '../../common/in-background.ts';
import type { Contact, ContactResult } from '../contact.ts';
import type { AttemptLimits, SshProblem } from './connect.ts';

export type LinkState =
  | { readonly kind: 'connecting'; readonly sinceMs: number; readonly lastProblem: SshProblem | null }
  | { readonly kind: 'up'; readonly contact: Contact; readonly sinceMs: number };

export interface Link {
  readonly state: LinkState;
  /**
   * Drops the connection and logs in again: what a new group membership needs, or a shell that no longer answers.
   *
   * @param problem the reason; null: nothing is wrong
   * @param repeated the reason where a connection has not lasted for the second time in a row
   */
  relogin(problem: SshProblem | null, repeated?: SshProblem | null): void;
  close(): void;
}

export interface LinkEvents {
  up(contact: Contact): void;
  /** The connection is gone; the link makes it again. */
  lost(): void;
  /** An attempt has failed; the next one follows. */
  failed(problem: SshProblem): void;
}

const firstPausesMs = [200, 500, 1000, 2000];
/** "Never more than 5 s apart during the first ten minutes of an outage, 30 s later on." */
const pauseMs = { soon: 4_500, later: 29_000, soonForMs: 600_000 };
/** A server that does not speak must not hold up the next attempt either; later on, there is time for a very slow one. */
const handshakeLimitMs = { soon: 4_500, later: 15_000 };
const shortestPauseMs = 100;
/** A connection that is lost sooner counts as a failed attempt, so that one that closes each time is not opened ten times a second. */
const steadyAfterMs = 3_000;
/** Trouble that may pass in a moment is reported the third time. */
const fleetingUntilTold = 3;
/** After so many connections in a row that did not last, the next counts as up only when it has. */
const briefUntilProved = 2;

/**
 * From the beginning of one attempt to that of the next, after `failures` failed ones before it, `outageMs` into the outage. Jitter
 * only shortens.
 */
export function reconnectPauseMs(failures: number, outageMs: number, random: number): number {
  const longest = outageMs < pauseMs.soonForMs ? pauseMs.soon : pauseMs.later;
  return (firstPausesMs[failures] ?? longest) * (0.8 + 0.2 * random);
}

export interface LinkOptions {
  /** Logs in, waits for the first answer, and then for so long, whether the connection lasts. */
  readonly attempt: (limits: AttemptLimits, lastsMs: number) => Promise<ContactResult>;
  readonly events: LinkEvents;
  readonly log: Pick<Logger, 'error'>;
  /** A monotonic clock, for pauses and for {@link LinkState}. */
  readonly monotonicMs: () => number;
}

export function keepLink({ attempt, events, log, monotonicMs }: LinkOptions): Link {
  const ending = new AbortController();
  let state: LinkState = { kind: 'connecting', sinceMs: monotonicMs(), lastProblem: null };
  let outageBeganMs = monotonicMs();
  let failures = 0;
  let fleeting = 0;
  /** Connections in a row that did not last. */
  let brief = 0;
  let reasonToDrop: { readonly problem: SshProblem | null; readonly repeated: SshProblem | null } | null =
    null;
  let timer: NodeJS.Timeout | null = null;

  function plan(beganMs: number, waitMs: number): void {
    const dueMs = Math.max(shortestPauseMs, beganMs + waitMs - monotonicMs());
    timer = setTimeout(() => inBackground(tryOnce(), log, 'an attempt to connect'), dueMs);
  }

  function planNext(beganMs: number): void {
    plan(beganMs, reconnectPauseMs(failures, monotonicMs() - outageBeganMs, Math.random()));
    failures += 1;
  }

  const isPlanned = (): boolean => timer !== null;

  async function tryOnce(): Promise<void> {
    timer = null;
    const beganMs = monotonicMs();
    try {
      await connectOnce(beganMs);
    } catch (error) {
      // A fault of ours. It must not leave the VM unwatched.
      if (state.kind === 'up') state.contact.client.destroy();
      else if (!ending.signal.aborted && !isPlanned()) planNext(beganMs);
      throw error;
    }
  }

  async function connectOnce(beganMs: number): Promise<void> {
    const isSoon = beganMs - outageBeganMs < pauseMs.soonForMs;
    const handshakeMs = isSoon ? handshakeLimitMs.soon : handshakeLimitMs.later;
    const lastsMs = brief < briefUntilProved ? 0 : steadyAfterMs;
    const result = await attempt({ signal: ending.signal, handshakeMs }, lastsMs);
    if (ending.signal.aborted) {
      if (result.ok) result.contact.client.destroy();
      return;
    }
    if (!result.ok) {
      planNext(beganMs);
      fleeting = result.isFleeting ? fleeting + 1 : 0;
      if (fleeting > 0 && fleeting < fleetingUntilTold) return;
      if (state.kind === 'connecting') state = { ...state, lastProblem: result.problem };
      events.failed(result.problem);
      return;
    }
    fleeting = 0;
    const { contact } = result;
    const upMs = monotonicMs();
    state = { kind: 'up', contact, sinceMs: monotonicMs() };
    // A killed server says 'end' and 'close' and no 'error'; a frozen one says 'error' by keepalive. 'close' comes last in all cases.
    const { client } = contact;
    client.on('error', () => client.destroy());
    client.once('end', () => client.destroy());
    contact.channels.onLost(() => {
      if (ending.signal.aborted || state.kind !== 'up') return;
      outageBeganMs = monotonicMs();
      const isBrief = lastsMs === 0 && outageBeganMs - upMs < steadyAfterMs;
      brief = isBrief ? brief + 1 : 0;
      const reason = brief < briefUntilProved ? reasonToDrop?.problem : reasonToDrop?.repeated;
      reasonToDrop = null;
      state = { kind: 'connecting', sinceMs: outageBeganMs, lastProblem: reason ?? null };
      if (isBrief) planNext(outageBeganMs);
      else {
        failures = 0;
        plan(outageBeganMs, shortestPauseMs);
      }
      events.lost();
    });
    events.up(contact);
  }

  inBackground(tryOnce(), log, 'the first attempt to connect');
  return {
    get state() {
      return state;
    },
    relogin(problem, repeated = problem) {
      if (state.kind !== 'up') return;
      reasonToDrop = { problem, repeated };
      state.contact.client.destroy();
    },
    close() {
      ending.abort();
      if (timer !== null) clearTimeout(timer);
      if (state.kind === 'up') state.contact.client.destroy();
    },
  };
}
