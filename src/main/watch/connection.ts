/** The connection to one VM, kept for as long as it is watched, and what the picture says of it. */
import type { Client } from 'ssh2';
import type { Logger } from '../app-log.ts';
import { addressOf, connect, keepLink, type ConnectTools, type SshTarget } from '../vm/index.ts';
import type { Picture } from './picture.ts';

export interface Connection {
  /** Since when it is up, by the monotonic clock; null: it is not. */
  readonly upSinceMs: number | null;
  /** This user may not use docker. A user who is let into its group has it after a new login. */
  loginAnew(): void;
  close(): void;
}

export interface ConnectionOptions {
  readonly vm: string;
  readonly target: SshTarget;
  readonly tools: ConnectTools;
  readonly picture: Picture;
  readonly log: Logger;
  readonly monotonicMs: () => number;
  readonly onUp: (client: Client) => void;
  readonly onLost: () => void;
}

/** A connection that is lost may be back before anybody needs to know: told after this time, in any case within 2 s. */
const blinkMs = 1_500;
const loginEveryMs = 60_000;

export function keepConnected(options: ConnectionOptions): Connection {
  const { vm, target, picture, log, monotonicMs } = options;
  let blinkTimer: NodeJS.Timeout | null = null;
  let lastLoginMs: number | null = null;

  const link = keepLink(
    (limits) => connect(target, options.tools, limits),
    {
      up(client, firstUse) {
        if (blinkTimer !== null) clearTimeout(blinkTimer);
        for (const host of firstUse)
          log.warn({ vm, host }, 'host key seen for the first time, trusted from now on');
        log.info({ vm, address: addressOf(target) }, 'connected');
        options.onUp(client);
      },
      lost() {
        log.warn({ vm }, 'connection lost');
        options.onLost();
        picture.learn({ ssh: { kind: 'blinking' } });
        blinkTimer = setTimeout(() => {
          const problem = link.state.kind === 'connecting' ? link.state.lastProblem : null;
          picture.learn({ ssh: { kind: 'down', everUp: true, problem } });
        }, blinkMs);
      },
      failed(problem) {
        log.debug({ vm, problem }, 'connection failed');
        const { ssh } = picture.sight;
        if (ssh.kind === 'down') picture.learn({ ssh: { ...ssh, problem } });
      },
    },
    monotonicMs,
  );

  return {
    get upSinceMs() {
      return link.state.kind === 'up' ? link.state.sinceMs : null;
    },
    loginAnew() {
      // The first refusal is told as it stands; later ones may have been mended.
      const isDue = lastLoginMs !== null && monotonicMs() - lastLoginMs >= loginEveryMs;
      if (isDue) link.relogin();
      if (isDue || lastLoginMs === null) lastLoginMs = monotonicMs();
    },
    close() {
      if (blinkTimer !== null) clearTimeout(blinkTimer);
      link.close();
    },
  };
}
