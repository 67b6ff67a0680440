/** Follows the container's own log once, so that a phase of the boot that lasts a second is seen too. */
import { plainText } from '../../../../shared/plain-text.ts';
import { createLineSplitter } from '../../run/index.ts';
import {
  followLogCommand,
  hostShell,
  lineTime,
  openFollow,
  type Channels,
  type DockerCommand,
} from '../../vm/index.ts';

/** Number of old lines that BenchTray asks docker for. */
const mostReplayed = 4_000;

/** A docker that does not get through with its old lines must not hold back the picture for longer. */
const replayLimitMs = 1_500;

const longestReason = 300;
export const lateReason = 'The container engine does not print the log in time';

export interface BootLog {
  close(): void;
}

export interface BootLogOptions {
  readonly channels: Channels;
  readonly docker: DockerCommand;
  readonly container: string;
  /** What it said before this start belongs to another boot. */
  readonly startedAt: string;
  /** An engine that has not printed its old lines by then hangs. */
  readonly answersWithinMs: number;
  /** A line begins with its time, which tells two equal lines apart. */
  readonly onLine: (line: string) => void;
  /** Called once, when the engine has printed a line of the log, or has none. */
  readonly onAnswered: () => void;
  /** Old lines are through. */
  readonly onReplayed: () => void;
  /** Called once, not after `close`. @param failure why the log cannot be read; null: it could be read until now */
  readonly onClosed: (failure: string | null) => void;
}

export function followBootLog(options: BootLogOptions): BootLog {
  const splitter = createLineSplitter(0);
  /** docker is asked twice, for what is there and for what comes, so that the second answer begins with lines of the first. */
  const replayed = new Set<string>();
  let isReplaying = true;
  let isThrough = false;
  let isAnswered = false;
  /** What the engine or the connection said last, beside the log. */
  let reason = '';
  const replayTimer = setTimeout(endReplay, replayLimitMs);
  const answerTimer = setTimeout(() => {
    reason = lateReason;
    channel.close();
    ended();
  }, options.answersWithinMs);

  function stopTimers(): void {
    clearTimeout(replayTimer);
    clearTimeout(answerTimer);
  }

  function endReplay(): void {
    clearTimeout(replayTimer);
    if (!isReplaying) return;
    isReplaying = false;
    options.onReplayed();
  }

  function answered(): void {
    clearTimeout(answerTimer);
    if (isAnswered) return;
    isAnswered = true;
    options.onAnswered();
  }

  function ended(): void {
    stopTimers();
    options.onClosed(isAnswered ? null : reason || 'The container engine prints no log');
  }

  function noteReason(text: string): void {
    reason = plainText(text).slice(0, longestReason) || reason;
  }

  function take(line: string): void {
    const isFailed = /^exit \d+$/.test(line);
    if (line === '' || isFailed) {
      isThrough = true;
      if (!isFailed) answered();
      return endReplay();
    }
    if (lineTime.test(line)) answered();
    else noteReason(line);
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
    notice: noteReason,
    closed: ended,
  });

  return {
    close() {
      stopTimers();
      channel.close();
    },
  };
}
