/** Follows the container's own log while Windows is on its way, so that a phase that lasts a second is seen too. */
import type { Client } from 'ssh2';
import { createLineSplitter } from '../run/index.ts';
import { hostShell, logsCommand, openFollow, type DockerCommand, type FollowChannel } from '../vm/index.ts';

/** Old lines come at once, one behind the other; when nothing more came for this long, what comes next is happening now. */
const quietMs = 150;
/** A log that never is quiet for that long is taken to be at its present end by now. */
const replayLimitMs = 700;
/** A log of which nothing has come by now has no old lines. Opening the channel and starting docker take their time. */
const firstLineWithinMs = 1_000;

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
  let quietTimer: NodeJS.Timeout | null = null;
  let limitTimer = setTimeout(endReplay, firstLineWithinMs);

  function endReplay(): void {
    stopTimers();
    isReplaying = false;
    options.onReplayed();
  }

  function stopTimers(): void {
    if (quietTimer !== null) clearTimeout(quietTimer);
    clearTimeout(limitTimer);
  }

  function awaitQuiet(): void {
    if (quietTimer !== null) {
      quietTimer.refresh();
      return;
    }
    quietTimer = setTimeout(endReplay, quietMs);
    clearTimeout(limitTimer);
    limitTimer = setTimeout(endReplay, replayLimitMs);
  }

  const channel: FollowChannel = openFollow(
    options.client,
    hostShell,
    logsCommand(options.docker, options.container),
    {
      data(chunk) {
        if (isReplaying) awaitQuiet();
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
