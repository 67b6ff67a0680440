/** What hangs on one SSH connection: the shell on the VM, the looks, and the container's log while Windows is on its way. */
import type { Client } from 'ssh2';
import type { Logger } from '../app-log.ts';
import type { VmConfig } from '../config/index.ts';
import { hostShell, openShell, readBootLine, type ShellChannel } from '../vm/index.ts';
import { followBootLog, type BootLog } from './boot-log.ts';
import type { LogAccess } from './log-following.ts';
import type { LookContext } from './looks/context.ts';
import { createLooks, type Looks } from './looks/looks.ts';
import type { Picture } from './picture.ts';
import { isReady } from './sight.ts';
import type { Tempo } from './tempo.ts';
import type { VmClock } from './vm-clock.ts';

export interface Session {
  readonly client: Client;
  readonly host: ShellChannel;
  readonly looks: Looks;
  /** The first look is not through, or old lines of the container's log are still being read: what is known is half a picture. */
  readonly isSettling: boolean;
  /** What can be asked and followed on the VM now; null: nothing. */
  access(): LogAccess | null;
  /** To be called after each look. */
  afterLook(): void;
  close(): void;
}

export interface SessionOptions {
  readonly config: VmConfig;
  readonly client: Client;
  readonly picture: Picture;
  readonly log: Logger;
  readonly clock: VmClock;
  readonly tempo: Tempo;
  readonly hurry: () => void;
  /** This user may not use docker. */
  readonly onDenied: () => void;
}

/** After this time the picture is told as far as it is known: `status` follows within two seconds of contact. */
const settleWithinMs = 1_200;

export function openSession(options: SessionOptions): Session {
  const { config, client, picture, clock } = options;
  let isFirstLook = true;
  let bootLog: BootLog | null = null;
  let isClosed = false;

  const settleTimer = setTimeout(settle, settleWithinMs);

  const host = openShell(client, hostShell, (stderr) => {
    if (isClosed) return;
    options.log.warn({ vm: config.name, stderr }, 'the shell on the VM has ended');
    client.destroy();
  });

  const context: LookContext = {
    config,
    client,
    host,
    sight: () => picture.sight,
    learn(news) {
      picture.learn(news);
      if (!isFirstLook) followContainer();
    },
    onBoot: closeBootLog,
    onOutOfMemory: (container) => {
      const memory = picture.sight.boot.troubles.find(({ kind }) => kind === 'memory');
      picture.tellMoment({
        code: 'container_oom',
        severity: 'critical',
        message: `The container ${container} was killed for lack of memory.`,
        detail: memory?.text ?? 'docker inspect says OOMKilled',
        hint: 'Give the VM more memory, or the container less RAM_SIZE.',
      });
    },
    hurry: options.hurry,
    onDenied: options.onDenied,
    monotonicMs: clock.monotonicMs,
    tempo: options.tempo,
  };
  const looks = createLooks(context, clock.runMs);

  function settle(): void {
    clearTimeout(settleTimer);
    isFirstLook = false;
    followContainer();
    picture.tell();
  }

  function closeBootLog(): void {
    bootLog?.close();
    bootLog = null;
  }

  function followContainer(): void {
    const { container, startedAt } = picture.sight;
    if (isReady(picture.sight)) return closeBootLog();
    if (isClosed || container.kind !== 'running' || startedAt === null || bootLog !== null) return;
    bootLog = followBootLog({
      client,
      docker: looks.docker,
      container: container.name,
      startedAt,
      onLine: (line) => picture.learn({ boot: readBootLine(picture.sight.boot, line) }),
      onReplayed: picture.tell,
      onClosed: () => {
        bootLog = null;
        picture.tell();
      },
    });
  }

  return {
    client,
    host,
    looks,
    get isSettling() {
      return isFirstLook || (bootLog?.isReplaying === true && !isReady(picture.sight));
    },
    access() {
      if (host.closed) return null;
      const { container } = picture.sight;
      const { inside, docker } = looks;
      return container.kind === 'running'
        ? { client, host, inside, docker, container: container.name, mounts: container.mounts }
        : { client, host, inside, docker, container: null, mounts: [] };
    },
    afterLook: settle,
    close() {
      isClosed = true;
      clearTimeout(settleTimer);
      closeBootLog();
      looks.close();
      host.close();
    },
  };
}
