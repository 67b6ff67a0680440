/** One connection to a VM, kept open: made anew whenever it is lost, one attempt at a time, with pauses that fit the contract. */
import type { Client } from 'ssh2';
import type { AttemptLimits, ConnectResult, SshProblem } from './connect.ts';

export type LinkState =
  | { readonly kind: 'connecting'; readonly sinceMs: number; readonly lastProblem: SshProblem | null }
  | { readonly kind: 'up'; readonly client: Client; readonly sinceMs: number };

export interface Link {
  readonly state: LinkState;
  /** Drops the connection and logs in anew: what a new group membership needs. */
  relogin(): void;
  close(): void;
}

export interface LinkEvents {
  up(client: Client, firstUse: readonly string[]): void;
  /** The connection is gone; it is being made anew. */
  lost(): void;
  /** An attempt has failed; the next one follows. */
  failed(problem: SshProblem): void;
}

const firstPausesMs = [200, 500, 1000, 2000];
/** "Never more than 5 s apart during the first ten minutes of an outage, 30 s later on." */
const pauseMs = { soon: 4_500, later: 29_000, soonForMs: 600_000 };
/** A server that does not speak must not hold up the next attempt either; later on, there is time for a very slow one. */
const handshakeLimitMs = { soon: 4_500, later: 15_000 };

/**
 * From the beginning of one attempt to that of the next, after `failures` failed ones before it, `outageMs` into the outage. Jitter
 * only shortens.
 */
export function reconnectPauseMs(failures: number, outageMs: number, random: number): number {
  const longest = outageMs < pauseMs.soonForMs ? pauseMs.soon : pauseMs.later;
  return (firstPausesMs[failures] ?? longest) * (0.8 + 0.2 * random);
}

export function keepLink(
  attempt: (limits: AttemptLimits) => Promise<ConnectResult>,
  events: LinkEvents,
  monotonicMs: () => number = () => performance.now(),
): Link {
  const ending = new AbortController();
  let state: LinkState = { kind: 'connecting', sinceMs: monotonicMs(), lastProblem: null };
  let failures = 0;
  let timer: NodeJS.Timeout | null = null;

  async function tryOnce(): Promise<void> {
    timer = null;
    const beganMs = monotonicMs();
    const isSoon = beganMs - state.sinceMs < pauseMs.soonForMs;
    const handshakeMs = isSoon ? handshakeLimitMs.soon : handshakeLimitMs.later;
    const result = await attempt({ signal: ending.signal, handshakeMs });
    if (ending.signal.aborted) {
      if (result.ok) result.client.destroy();
      return;
    }
    if (!result.ok) {
      const sinceMs = state.sinceMs;
      state = { kind: 'connecting', sinceMs, lastProblem: result.problem };
      const nextMs = beganMs + reconnectPauseMs(failures, monotonicMs() - sinceMs, Math.random());
      timer = setTimeout(() => void tryOnce(), Math.max(100, nextMs - monotonicMs()));
      failures += 1;
      events.failed(result.problem);
      return;
    }
    failures = 0;
    const { client } = result;
    state = { kind: 'up', client, sinceMs: monotonicMs() };
    // A killed server says 'end' and 'close' and no 'error'; a frozen one says 'error' by keepalive. 'close' comes last in all cases.
    client.on('error', () => client.destroy());
    client.once('end', () => client.destroy());
    client.once('close', () => {
      if (ending.signal.aborted) return;
      state = { kind: 'connecting', sinceMs: monotonicMs(), lastProblem: null };
      events.lost();
      timer = setTimeout(() => void tryOnce(), 100);
    });
    events.up(client, result.firstUse);
  }

  void tryOnce();
  return {
    get state() {
      return state;
    },
    relogin() {
      if (state.kind === 'up') state.client.destroy();
    },
    close() {
      ending.abort();
      if (timer !== null) clearTimeout(timer);
      if (state.kind === 'up') state.client.destroy();
    },
  };
}
