/** A channel on which one command's output flows for as long as it is open: `tail -f` of a log, `docker logs --follow`. */
import type { Client, ClientChannel } from 'ssh2';
import { requestLine, shellScript } from './shell-script.ts';

export interface FollowChannel {
  close(): void;
}

export interface FollowEvents {
  data(chunk: Buffer): void;
  /** Diagnostics: "tail: cannot open …", "another file". */
  notice(text: string): void;
  /** Told once, when all data has been; not after {@link FollowChannel.close}. */
  closed(): void;
}

export interface FollowOptions {
  /** A line on stderr before which the output is not handed on. */
  readonly gate?: string;
}

/** How long output is handed on before others have their turn. */
const sliceMs = 8;
const mostHeldBytes = 32 * 1024 * 1024;

/** Starts `words` (see shell-script.ts, `until_closed`) by way of a shell that `command` opens. The command ends with the channel. */
export function openFollow(
  client: Client,
  command: string,
  words: readonly string[],
  events: FollowEvents,
  { gate }: FollowOptions = {},
): FollowChannel {
  let stream: ClientChannel | null = null;
  let isClosed = false;
  let isOpen = gate === undefined;
  let beforeGate = '';
  let waiting: Buffer[] = [];
  let heldBytes = 0;
  let isHandingOn = false;
  let hasEnded = false;

  function read(chunk: Buffer): void {
    if (isClosed) return;
    waiting.push(chunk);
    if (isOpen) {
      if (!isHandingOn) handOn();
      return;
    }
    // Both streams share one window: left unread, the output would keep the line that opens the gate from coming.
    heldBytes += chunk.length;
    if (heldBytes <= mostHeldBytes) return;
    events.notice('the output came before it was known what it is');
    close();
    events.closed();
  }

  /** A log of hundreds of megabytes must not keep the server from answering, nor be taken in faster than it is read. */
  function handOn(): void {
    isHandingOn = true;
    const until = performance.now() + sliceMs;
    let count = 0;
    while (count < waiting.length && !isClosed && performance.now() < until) {
      const chunk = waiting[count];
      count += 1;
      if (chunk !== undefined) events.data(chunk);
    }
    waiting = isClosed ? [] : waiting.slice(count);
    if (waiting.length > 0) {
      stream?.pause();
      setImmediate(handOn);
      return;
    }
    isHandingOn = false;
    if (hasEnded) end();
    else if (!isClosed) stream?.resume();
  }

  function readDiagnostics(text: string): void {
    if (isClosed) return;
    if (isOpen) return events.notice(text);
    beforeGate += text;
    const [before = '', after] = beforeGate.split(`${gate ?? ''}\n`, 2);
    if (after === undefined) return;
    isOpen = true;
    if (before !== '') events.notice(before);
    if (after !== '') events.notice(after);
    handOn();
  }

  function end(): void {
    hasEnded = true;
    if (isClosed || isHandingOn) return;
    if (!isOpen && beforeGate !== '') events.notice(beforeGate);
    isClosed = true;
    client.off('close', end);
    events.closed();
  }

  function close(): void {
    if (isClosed) return;
    isClosed = true;
    client.off('close', end);
    // Closing our side of stdin is what ends the command over there.
    stream?.end();
    stream?.close();
  }

  client.exec(command, (error, channel) => {
    if (error) {
      if (!isClosed) events.notice(error.message);
      return end();
    }
    if (isClosed) return channel.close();
    stream = channel;
    channel.on('data', read);
    channel.stderr.on('data', (chunk: Buffer) => readDiagnostics(chunk.toString('utf8')));
    channel.on('error', end);
    channel.on('close', end);
    channel.write(shellScript + requestLine(words));
  });
  client.once('close', end);

  return { close };
}
