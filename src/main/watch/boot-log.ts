/** Follows the container's own log while Windows is on its way, so that a phase that lasts a second is seen too. */
import type { Client } from 'ssh2';
import { createLineSplitter } from '../run/index.ts';
import { hostShell, logsCommand, openFollow, type DockerCommand, type FollowChannel } from '../vm/index.ts';

/** Old lines come at once; when nothing came for this long, what comes next is happening now. */
const quietMs = 150;

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
  let timer: NodeJS.Timeout | null = null;
  let isReplaying = true;

  function awaitQuiet(): void {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => {
      isReplaying = false;
      options.onReplayed();
    }, quietMs);
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
        if (timer !== null) clearTimeout(timer);
        options.onClosed();
      },
    },
  );
  awaitQuiet();

  return {
    get isReplaying() {
      return isReplaying;
    },
    close() {
      if (timer !== null) clearTimeout(timer);
      channel.close();
    },
  };
}
