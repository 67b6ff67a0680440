/** Follows the container's own log while Windows is on its way, so that a phase that lasts a second is seen too. */
import type { Client } from 'ssh2';
import { createLineSplitter } from '../run/index.ts';
import { hostShell, logsCommand, openFollow, type DockerCommand, type FollowChannel } from '../vm/index.ts';

/** Old lines come at once; when nothing came for this long, what comes next is happening now. */
const quietMs = 150;
/** A log that never is quiet for that long is taken to be at its present end by now. */
const replayLimitMs = 700;

export interface BootLog {
  /** Old lines are still being read: what they say is long past, and not worth telling one by one. */
  readonly isReplaying: boolean;
  close(): void;
}

export function followBootLog(options: {
  readonly client: Client;
  readonly docker: DockerCommand;
  readonly container: string;
  readonly onLine: (line: string) => void;
  /** Old lines are through. */
  readonly onReplayed: () => void;
  readonly onClosed: () => void;
}): BootLog {
  const splitter = createLineSplitter(0);
  let isReplaying = true;
  const quietTimer = setTimeout(endReplay, quietMs);
  const limitTimer = setTimeout(endReplay, replayLimitMs);

  function endReplay(): void {
    stopTimers();
    isReplaying = false;
    options.onReplayed();
  }

  function stopTimers(): void {
    clearTimeout(quietTimer);
    clearTimeout(limitTimer);
  }

  const channel: FollowChannel = openFollow(
    options.client,
    hostShell,
    logsCommand(options.docker, options.container),
    {
      data(chunk) {
        if (isReplaying) quietTimer.refresh();
        for (const line of splitter.push(chunk)) options.onLine(line.text);
      },
      notice: () => undefined,
      closed() {
        stopTimers();
        options.onClosed();
      },
    },
  );

  return {
    get isReplaying() {
      return isReplaying;
    },
    close() {
      stopTimers();
      channel.close();
    },
  };
}
