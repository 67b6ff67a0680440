/** What hangs on one SSH connection: the shell on the VM, the looks, and the container's log while Windows is on its way. */
import type { Logger } from '../../common/app-log.ts';
import type { VmConfig } from '../../config/index.ts';
import {
  lastLinesCommand,
  readBootLine,
  readLastLines,
  type Channels,
  type Contact,
  type ShellChannel,
  type ShellEnd,
} from '../../vm/index.ts';
import { inBackground } from '../../common/in-background.ts';
import { followBootLog, type BootLog } from '../looks/boot-log.ts';
import type { LogAccess } from '../log/log-following.ts';
import type { LookContext } from '../looks/context.ts';
import { createLooks, type Looks } from '../looks/looks.ts';
import type { Picture } from '../picture.ts';
import { oneAtATime } from '../looks/once.ts';
import { isReady } from '../sight.ts';
import type { Tempo } from '../tempo.ts';
import type { VmClock } from '../vm-clock.ts';

export interface Session {
  readonly channels: Channels;
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
  readonly contact: Contact;
  readonly picture: Picture;
  readonly log: Logger;
  readonly clock: VmClock;
  readonly tempo: Tempo;
  readonly hurry: (inMs?: number) => void;
  /** Only a new login has the missing right: a group for docker, or another setting of sshd. */
  readonly onLoginNeeded: () => void;
  /** The shell on the VM has ended by itself, and the session with it. */
  readonly onShellEnd: (end: ShellEnd) => void;
}

/** After this time the picture is told as far as it is known: `status` follows within two seconds of contact. */
const settleWithinMs = 1_200;

export function openSession(options: SessionOptions): Session {
  const { config, picture, clock } = options;
  const { channels, host } = options.contact;
  let isFirstLook = true;
  let bootLog: BootLog | null = null;
  let isClosed = false;

  const settleTimer = setTimeout(settle, settleWithinMs);

  host.onEnd((end) => {
    if (isClosed || end.kind === 'lost') return;
    options.log.warn({ vm: config.name, end }, 'the shell on the VM has ended');
    options.onShellEnd(end);
  });
  channels.onShort(() => {
    options.log.warn({ vm: config.name }, 'the VM allows few sessions: some questions share one');
    closeBootLog();
  });

  const context: LookContext = {
    config,
    channels,
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
    onDenied: options.onLoginNeeded,
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
    if (channels.isShort) return;
    bootLog = followBootLog({
      channels,
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

  /** Instead of following it, where the VM allows few sessions. */
  const askForBootLog = oneAtATime(async () => {
    const { container, startedAt } = picture.sight;
    if (container.kind !== 'running' || startedAt === null) return;
    const answer = await host.ask(8, lastLinesCommand(looks.docker, container.name, startedAt));
    if (answer === null || isClosed || picture.sight.startedAt !== startedAt) return;
    picture.learn({ boot: readLastLines(answer).reduce(readBootLine, picture.sight.boot) });
  });

  function noteSessions(): void {
    const { isSingle } = channels;
    if (isSingle === null) return;
    if (picture.sight.isSingleSession !== isSingle) picture.learn({ isSingleSession: isSingle });
    if (isSingle) options.onLoginNeeded();
  }

  return {
    channels,
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
        ? { channels, host, inside, docker, container: container.name, mounts: container.mounts }
        : { channels, host, inside, docker, container: null, mounts: [] };
    },
    afterLook() {
      settle();
      noteSessions();
      if (channels.isShort && !isReady(picture.sight))
        inBackground(askForBootLog(), options.log, 'a question for the log of the container');
    },
    close() {
      isClosed = true;
      clearTimeout(settleTimer);
      closeBootLog();
      looks.close();
      host.close();
    },
  };
}
