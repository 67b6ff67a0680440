/** A resident shell on the VM or in its container: requests go in as lines, answers come back in frames, in any order. */
import { randomBytes } from 'node:crypto';
import { createBoundedBytes, type BoundedBytes } from '../common/bounded-bytes.ts';
import { requestLine } from './request-line.ts';
import { shellScript } from './shell-script.ts';
import type { OpenedChannel } from './ssh/channels.ts';

export interface ShellChannel {
  /**
   * Asks for one fact. Resolves with what the function printed (64 KiB at most), or null if no answer came within the time limit and
   * two seconds, or the channel has closed. A request that got no answer is ended on the VM.
   */
  ask(limitSeconds: number, words: readonly string[]): Promise<string | null>;
  readonly closed: boolean;
  /** It was asked and has answered nothing for some seconds, so a missing answer says nothing about what was asked for. */
  readonly isSilent: boolean;
  close(): void;
}

/** Why a shell has ended by itself. */
export interface ShellEnd {
  /**
   * `refused`: the server allows no further session. `failed`: it did not start the shell. `ended`: the shell has exited. `silent`: it
   * has answered nothing for {@link silentAfterMs}. `flooded`: it sent more than it was asked for. `lost`: the connection is gone.
   */
  readonly kind: 'refused' | 'failed' | 'ended' | 'silent' | 'flooded' | 'lost';
  /** The stderr of the shell, or the server's reason for not opening it. */
  readonly detail: string;
}

export interface OwnShellChannel extends ShellChannel {
  /** Calls the listener once, when the shell ends without {@link ShellChannel.close}; at once if it has ended already. */
  onEnd(listener: (end: ShellEnd) => void): void;
  /** Runs a function of the script until somebody stops listening. */
  listen(words: readonly string[], listener: LineListener): Listening;
  /** Sends text to the shell that is not a request: definitions that later requests use. */
  send(text: string): void;
}

/** What leads to a shell: the channels of a connection, or another shell. */
export interface ShellCarrier {
  open(command: string, opened: (result: OpenedPipe) => void): void;
  /** Calls the listener when the connection is gone. Returns a function that takes the listener away. */
  onLost(listener: () => void): () => void;
  /** The shell is sent the script already. */
  readonly hasScript?: boolean;
}

export type OpenedPipe =
  { readonly ok: true; readonly channel: ShellPipe } | Extract<OpenedChannel, { readonly ok: false }>;

/** The part of a channel that a shell uses. */
export interface ShellPipe {
  on(event: 'data', listener: (chunk: Buffer) => void): unknown;
  on(event: 'close' | 'error', listener: () => void): unknown;
  readonly stderr: { on(event: 'data', listener: (chunk: Buffer) => void): unknown };
  write(text: string): unknown;
  close(): void;
}

export interface LineListener {
  /** @param bytes the line as it came, which may not be UTF-8 */
  line(text: string, bytes: Buffer): void;
  /** Called once, when the function has ended by itself or the shell has closed; not after {@link Listening.stop}. */
  ended(): void;
}

export interface Listening {
  /** Ends the function on the VM. */
  stop(): void;
}

const longestLine = 8_192;
/** `ask` prints 64 KiB at most. */
const mostAnswerBytes = 65_536;
/** Limit for bytes that belong to no open request: late answers, and output of a login shell. */
const mostUnasked = 4 * 1024 * 1024;
/** A shell that was asked and sends no frame at all for this long is dead. Each answer may take ten seconds, and is asked for again. */
export const silentAfterMs = 22_000;
/** Less than the time that any request waits for its answer. */
const quietAfterMs = 8_000;

/** Opens a channel, starts `command` (a Bourne shell) on it and sends it the script. */
export function openShell(carrier: ShellCarrier, command: string): OwnShellChannel {
  const waiting = new Map<
    string,
    { answer: BoundedBytes; resolve: (answer: string | null) => void; timer: NodeJS.Timeout }
  >();
  const listening = new Map<string, { readonly listener: LineListener; begun: string }>();
  const listeners: ((end: ShellEnd) => void)[] = [];
  let stream: ShellPipe | null = null;
  let closed = false;
  let ended: ShellEnd | null = null;
  let stderr = '';
  let rest = '';
  let unasked = 0;
  /** Since when (`performance.now()`) it has been asked without sending a frame; null: nothing is asked. */
  let askedSinceMs: number | null = null;
  const unsent: string[] = carrier.hasScript === true ? [] : [shellScript];

  function finish(nonce: string, answer: string | null): void {
    const request = waiting.get(nonce);
    if (request === undefined) return;
    waiting.delete(nonce);
    clearTimeout(request.timer);
    request.resolve(answer);
  }

  function hear(): void {
    unasked = 0;
    askedSinceMs = waiting.size === 0 ? null : performance.now();
  }

  function readLine(line: string): void {
    // Before the first one may stand what a login shell has printed without a line end.
    const [, nonce = '', base64, hex, mark, text, last] =
      /([0-9a-f]{16}) (?:\+ ([A-Za-z0-9+/=]*)|x ([0-9a-f ]*)|([:.]) ([^\n]*)|(=))$/.exec(line) ?? [];
    if (listening.has(nonce)) return readHeard(nonce, mark === '.', text, last !== undefined);
    const request = waiting.get(nonce);
    if (request === undefined) {
      unasked += line.length + 1;
      return;
    }
    if (last !== undefined) {
      finish(nonce, request.answer.bytes.toString('utf8'));
      return hear();
    }
    const piece =
      text !== undefined
        ? Buffer.from(mark === '.' ? text : `${text}\n`, 'latin1')
        : base64 === undefined
          ? Buffer.from((hex ?? '').replaceAll(' ', ''), 'hex')
          : Buffer.from(base64, 'base64');
    if (piece.length === 0) unasked += line.length + 1;
    if (!request.answer.push(piece)) end('flooded');
  }

  function readHeard(nonce: string, isPiece: boolean, text: string | undefined, isLast: boolean): void {
    const heard = listening.get(nonce);
    if (heard === undefined) return;
    if (isLast) {
      listening.delete(nonce);
      // The shell on the VM forgets it.
      if (!closed) send(requestLine(['drop', nonce]));
      return heard.listener.ended();
    }
    heard.begun = (heard.begun + (text ?? '')).slice(0, longestLine);
    if (isPiece) return;
    const bytes = Buffer.from(heard.begun, 'latin1');
    heard.begun = '';
    heard.listener.line(bytes.toString('utf8'), bytes);
  }

  function read(chunk: Buffer): void {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    const last = lines.pop() ?? '';
    rest = last.slice(0, longestLine);
    unasked += last.length - rest.length;
    for (const line of lines) {
      if (closed) return;
      readLine(line);
    }
    if (unasked > mostUnasked) end('flooded');
  }

  function end(kind: ShellEnd['kind'], detail = stderr): void {
    if (closed) return;
    ended = { kind, detail: detail.trim() };
    shut();
    for (const listener of listeners) listener(ended);
  }

  function shut(): void {
    closed = true;
    stopListening();
    rest = '';
    for (const nonce of [...waiting.keys()]) finish(nonce, null);
    for (const { listener } of listening.values()) listener.ended();
    listening.clear();
    stream?.close();
  }

  function giveUp(nonce: string): void {
    finish(nonce, null);
    if (!closed) send(requestLine(['drop', nonce]));
    if (askedSinceMs !== null && performance.now() - askedSinceMs >= silentAfterMs) end('silent');
  }

  const stopListening = carrier.onLost(() => end('lost'));
  carrier.open(command, (opened) => {
    if (!opened.ok) return end(opened.kind === 'late' ? 'silent' : opened.kind, opened.detail);
    const { channel } = opened;
    stream = channel;
    channel.on('error', () => end('ended'));
    if (closed) return channel.close();
    channel.on('data', read);
    channel.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString('utf8')).slice(-2_000);
      unasked += chunk.length;
      if (unasked > mostUnasked) end('flooded');
    });
    channel.on('close', () => end('ended'));
    for (const text of unsent.splice(0)) channel.write(text);
  });

  function send(text: string): void {
    if (stream === null) unsent.push(text);
    else stream.write(text);
  }

  return {
    get closed() {
      return closed;
    },
    get isSilent() {
      return closed || (askedSinceMs !== null && performance.now() - askedSinceMs >= quietAfterMs);
    },
    ask(limitSeconds, words) {
      if (closed) return Promise.resolve(null);
      const nonce = randomBytes(8).toString('hex');
      const line = requestLine(['ask', nonce, String(limitSeconds), ...words]);
      return new Promise((resolve) => {
        const timer = setTimeout(() => giveUp(nonce), (limitSeconds + 2) * 1000);
        waiting.set(nonce, { answer: createBoundedBytes(mostAnswerBytes), resolve, timer });
        askedSinceMs ??= performance.now();
        send(line);
      });
    },
    listen(words, listener) {
      const nonce = randomBytes(8).toString('hex');
      if (closed) setImmediate(() => listener.ended());
      else {
        listening.set(nonce, { listener, begun: '' });
        send(requestLine(['listen', nonce, ...words]));
      }
      return {
        stop() {
          if (listening.delete(nonce) && !closed) send(requestLine(['drop', nonce]));
        },
      };
    },
    onEnd(listener) {
      if (ended !== null) listener(ended);
      else listeners.push(listener);
    },
    send,
    close() {
      if (!closed) shut();
    },
  };
}
