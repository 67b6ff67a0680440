/** A channel on which one command's output flows for as long as it is open: `tail -f` of a log, `docker logs --follow`. */
import type { Client, ClientChannel } from 'ssh2';
import { requestLine, shellScript } from './shell-script.ts';

export interface FollowChannel {
  close(): void;
}

export interface FollowEvents {
  data(chunk: Buffer): void;
  /** Diagnostics: "tail: …: file truncated", "tail: cannot open …". */
  notice(text: string): void;
  /** Told once; not after {@link FollowChannel.close}. */
  closed(): void;
}

/** Starts `words` (see shell-script.ts, `until_closed`) by way of a shell that `command` opens. The command ends with the channel. */
export function openFollow(
  client: Client,
  command: string,
  words: readonly string[],
  events: FollowEvents,
): FollowChannel {
  let stream: ClientChannel | null = null;
  let closed = false;

  function end(): void {
    if (closed) return;
    closed = true;
    events.closed();
  }

  client.exec(command, (error, channel) => {
    if (error) {
      if (!closed) events.notice(error.message);
      return end();
    }
    if (closed) return channel.close();
    stream = channel;
    channel.on('data', (chunk: Buffer) => {
      if (!closed) events.data(chunk);
    });
    channel.stderr.on('data', (chunk: Buffer) => {
      if (!closed) events.notice(chunk.toString('utf8'));
    });
    channel.on('error', end);
    channel.on('close', end);
    channel.write(shellScript + requestLine(words));
  });
  client.once('close', end);

  return {
    close() {
      if (closed) return;
      closed = true;
      client.off('close', end);
      // Closing our side of stdin is what ends the command over there.
      stream?.end();
      stream?.close();
    },
  };
}
