/** The connection to one VM, kept for as long as it is watched, and what the picture says of it. */
import type { Logger } from '../../common/app-log.ts';
import {
  addressOf,
  keepLink,
  lateShellProblem,
  makeContact,
  shellProblem,
  type ConnectTools,
  type Contact,
  type ShellEnd,
  type SshTarget,
} from '../../vm/index.ts';
import type { Picture } from '../picture.ts';
import type { Tempo } from '../tempo.ts';

export interface Connection {
  /** Since when it is up, by the monotonic clock; null: it is not. */
  readonly upSinceMs: number | null;
  /** Logs in again, at most once a minute: only a new login has a new group, or a new setting of sshd. */
  loginAnew(): void;
  /** The shell on the VM has ended: connects again. */
  shellEnded(end: ShellEnd): void;
  close(): void;
}

export interface ConnectionOptions {
  readonly vm: string;
  readonly target: SshTarget;
  readonly tools: ConnectTools;
  readonly picture: Picture;
  readonly log: Logger;
  readonly monotonicMs: () => number;
  readonly tempo: Tempo;
  readonly onUp: (contact: Contact) => void;
  readonly onLost: () => void;
}

const loginEveryMs = 60_000;

export function keepConnected(options: ConnectionOptions): Connection {
  const { vm, target, picture, log, monotonicMs } = options;
  let blinkTimer: NodeJS.Timeout | null = null;
  let lastLoginMs: number | null = null;

  const link = keepLink({
    attempt: (limits, lastsMs) => makeContact(target, options.tools, limits, lastsMs),
    events: {
      up(contact) {
        if (blinkTimer !== null) clearTimeout(blinkTimer);
        for (const host of contact.firstUse)
          log.warn({ vm, host }, 'host key seen for the first time, trusted from now on');
        log.info({ vm, address: addressOf(target) }, 'connected');
        options.onUp(contact);
      },
      lost() {
        log.warn({ vm }, 'connection lost');
        options.onLost();
        picture.learn({ ssh: { kind: 'blinking' } });
        blinkTimer = setTimeout(() => {
          const problem = link.state.kind === 'connecting' ? link.state.lastProblem : null;
          picture.learn({ ssh: { kind: 'down', everUp: true, problem } });
        }, options.tempo.lossToldAfterMs);
      },
      failed(problem) {
        log.debug({ vm, problem }, 'connection failed');
        const { ssh } = picture.sight;
        if (ssh.kind === 'down') picture.learn({ ssh: { ...ssh, problem } });
      },
    },
    log,
    monotonicMs,
  });

  return {
    get upSinceMs() {
      return link.state.kind === 'up' ? link.state.sinceMs : null;
    },
    loginAnew() {
      // Report the first refusal as it is. A person may have fixed a later one.
      const isDue = lastLoginMs !== null && monotonicMs() - lastLoginMs >= loginEveryMs;
      if (isDue) link.relogin(null);
      if (isDue || lastLoginMs === null) lastLoginMs = monotonicMs();
    },
    shellEnded: (end) => link.relogin(lateShellProblem(target, end), shellProblem(target, end).problem),
    close() {
      if (blinkTimer !== null) clearTimeout(blinkTimer);
      link.close();
    },
  };
}
