/** A channel on which one command's output flows for as long as it is open: `tail -f` of a log, `docker logs --follow`. */
import type { Client, ClientChannel } from 'ssh2';
import { createByteTurns } from './byte-turns.ts';
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
  let held: Buffer[] = [];
  let heldBytes = 0;
  let hasEnded = false;
  // A log of hundreds of megabytes must not keep the server from answering, nor be taken in faster than it is read.
  const turns = createByteTurns({
    take: (piece) => events.data(piece),
    onBusy: () => stream?.pause(),
    onIdle() {
      if (hasEnded) end();
      else if (!isClosed) stream?.resume();
    },
  });

  function read(chunk: Buffer): void {
    if (isClosed) return;
    if (isOpen) return turns.push(chunk);
    held.push(chunk);
    // Both streams share one window: left unread, the output would keep the line that opens the gate from coming.
    heldBytes += chunk.length;
    if (heldBytes <= mostHeldBytes) return;
    events.notice('the output came before it was known what it is');
    close();
    events.closed();
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
    const arrived = held;
    held = [];
    for (const chunk of arrived) turns.push(chunk);
  }

  function end(): void {
    hasEnded = true;
    if (isClosed || turns.isBusy) return;
    if (!isOpen && beforeGate !== '') events.notice(beforeGate);
    isClosed = true;
    client.off('close', end);
    events.closed();
  }

  function close(): void {
    if (isClosed) return;
    isClosed = true;
    turns.stop();
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
