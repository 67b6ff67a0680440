/** Follows the container's own log while Windows is on its way, so that a phase that lasts a second is seen too. */
import { createLineSplitter } from '../../run/index.ts';
import {
  followLogCommand,
  hostShell,
  openFollow,
  type Channels,
  type DockerCommand,
} from '../../vm/index.ts';

/** Number of old lines that BenchTray asks docker for. */
const mostReplayed = 4_000;

/** A docker that does not get through with its old lines must not hold back the picture for longer. */
const replayLimitMs = 1_500;

export interface BootLog {
  close(): void;
}

export interface BootLogOptions {
  readonly channels: Channels;
  readonly docker: DockerCommand;
  readonly container: string;
  /** What it said before this start belongs to another boot. */
  readonly startedAt: string;
  /** A line begins with its time, which tells two equal lines apart. */
  readonly onLine: (line: string) => void;
  /** Old lines are through. */
  readonly onReplayed: () => void;
  readonly onClosed: () => void;
}

export function followBootLog(options: BootLogOptions): BootLog {
  const splitter = createLineSplitter(0);
  /** docker is asked twice, for what is there and for what comes, so that the second answer begins with lines of the first. */
  const replayed = new Set<string>();
  let isReplaying = true;
  let isThrough = false;
  const limitTimer = setTimeout(endReplay, replayLimitMs);

  function endReplay(): void {
    clearTimeout(limitTimer);
    if (!isReplaying) return;
    isReplaying = false;
    options.onReplayed();
  }

  function take(line: string): void {
    if (line === '') {
      isThrough = true;
      return endReplay();
    }
    if (!isThrough) {
      if (replayed.size < mostReplayed) replayed.add(line);
    } else if (replayed.has(line)) return;
    options.onLine(line);
  }

  const words = followLogCommand(options.docker, options.container, options.startedAt);
  const channel = openFollow(options.channels, hostShell, words, {
    data(chunk) {
      for (const { text } of splitter.push(chunk)) take(text);
    },
    notice: () => undefined,
    closed() {
      clearTimeout(limitTimer);
      options.onClosed();
    },
  });

  return {
    close() {
      clearTimeout(limitTimer);
      channel.close();
    },
  };
}
