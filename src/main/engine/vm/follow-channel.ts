/** A channel on which one command's output flows for as long as it is open: `tail -f` of a log, `docker logs --follow`. */
import { randomBytes } from 'node:crypto';
import type { ClientChannel } from 'ssh2';
import { createBoundedBytes } from '../common/bounded-bytes.ts';
import { createByteTurns } from './byte-turns.ts';
import { requestLine } from './request-line.ts';
import { shellScript } from './shell-script.ts';
import type { Channels } from './ssh/channels.ts';

export interface FollowChannel {
  /**
   * Stops reading the output, until {@link FollowChannel.resume}. The command waits as soon as the channel's window is full: up to 2 MB
   * stay in this process. Some output may still arrive.
   */
  pause(): void;
  resume(): void;
  close(): void;
}

export interface FollowEvents {
  data(chunk: Buffer): void;
  /** Diagnostics: "tail: cannot open …", "another file". */
  notice(text: string): void;
  /** Called once, after all data; not after {@link FollowChannel.close}. */
  closed(): void;
}

export interface FollowOptions {
  /** A line on stderr. No output is passed on before it. */
  readonly gate?: string;
}

/** Output that waits for the gate. Both streams share one window: left unread, the output would keep the gate's line from coming. */
const mostHeldBytes = 32 * 1024 * 1024;
/** Limit for stderr before the gate, and for output of a login shell before ours begins: a sentence or two. */
const mostHeldText = 64 * 1024;

/** Starts `words` (see shell-script.ts, `until_closed`) by way of a shell that `command` opens. The command ends with the channel. */
export function openFollow(
  channels: Channels,
  command: string,
  words: readonly string[],
  events: FollowEvents,
  { gate }: FollowOptions = {},
): FollowChannel {
  let stream: ClientChannel | null = null;
  let isClosed = false;
  let isPaused = false;
  let isOpen = gate === undefined;
  let beforeGate = '';
  const held = createBoundedBytes(mostHeldBytes);
  /** What a login shell prints (a greeting, colours) is none of the output, which comes after this. */
  const nonce = randomBytes(8).toString('hex');
  let hasBegun = false;
  let greeting = Buffer.alloc(0);
  let hasEnded = false;
  let release: (() => void) | null = null;
  // A log of hundreds of megabytes must not keep the server from answering, nor be taken in faster than it is read.
  const turns = createByteTurns({
    take: (piece) => events.data(piece),
    onBusy: () => (release ??= channels.hold()),
    onIdle() {
      release?.();
      release = null;
      if (hasEnded) end();
    },
  });

  function readGreeting(chunk: Buffer): void {
    greeting = Buffer.concat([greeting, chunk]);
    const end = greeting.indexOf(`${nonce}\n`);
    if (end < 0) {
      if (greeting.length > mostHeldText) giveUp();
      return;
    }
    hasBegun = true;
    const rest = greeting.subarray(end + nonce.length + 1);
    greeting = Buffer.alloc(0);
    if (rest.length > 0) read(rest);
  }

  function read(chunk: Buffer): void {
    if (isClosed) return;
    if (!hasBegun) readGreeting(chunk);
    else if (isOpen) turns.push(chunk);
    else if (!held.push(chunk)) giveUp();
  }

  function giveUp(): void {
    events.notice('the output came before it was known what it is');
    close();
    events.closed();
  }

  function readDiagnostics(text: string): void {
    if (isClosed) return;
    if (isOpen) return events.notice(text);
    beforeGate += text;
    const [before = '', after] = beforeGate.split(`${gate ?? ''}\n`, 2);
    if (after === undefined) {
      if (beforeGate.length > mostHeldText) giveUp();
      return;
    }
    isOpen = true;
    if (before !== '') events.notice(before);
    if (after !== '') events.notice(after);
    if (held.bytes.length > 0) turns.push(held.bytes);
  }

  function end(): void {
    hasEnded = true;
    if (isClosed || turns.isBusy) return;
    if (!isOpen && beforeGate !== '') events.notice(beforeGate);
    isClosed = true;
    stopListening();
    events.closed();
  }

  function close(): void {
    if (isClosed) return;
    isClosed = true;
    turns.stop();
    stopListening();
    // The command on the VM ends when our side of its stdin closes.
    stream?.end();
    // A channel counts as open until its output was read.
    stream?.resume();
    stream?.close();
  }

  const stopListening = channels.onLost(end);
  channels.open(command, (opened) => {
    if (!opened.ok) {
      if (!isClosed) events.notice(opened.detail);
      return end();
    }
    const { channel } = opened;
    channel.on('error', end);
    if (isClosed) return channel.close();
    stream = channel;
    channel.on('data', read);
    if (isPaused) channel.pause();
    channel.stderr.on('data', (chunk: Buffer) => readDiagnostics(chunk.toString('utf8')));
    channel.on('close', end);
    channel.write(shellScript + requestLine(['begin', nonce]) + requestLine(words));
  });

  return {
    pause() {
      isPaused = true;
      stream?.pause();
    },
    resume() {
      isPaused = false;
      stream?.resume();
    },
    close,
  };
}
