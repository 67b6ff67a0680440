/** The channels of one SSH connection: opened without ever throwing, and counted, because the server may allow only a few. */
import type { Duplex } from 'node:stream';
import type { Client, ClientChannel, SFTPWrapper } from 'ssh2';
import { messageOf } from '../../../../shared/message-of.ts';

export type OpenedChannel = Opened<ClientChannel>;
/** Files by SFTP. */
export type OpenedSftp = Opened<SFTPWrapper>;

type Opened<Channel> =
  | { readonly ok: true; readonly channel: Channel }
  /**
   * `refused`: the server allows no further session (MaxSessions). `failed`: it does not run the command. `late`: it has not answered.
   * `lost`: the connection is gone.
   */
  | { readonly ok: false; readonly kind: 'refused' | 'failed' | 'late' | 'lost'; readonly detail: string };

export interface Channels {
  /**
   * Opens a channel that runs `command`. Calls `opened` once, and never before this returns.
   */
  open(command: string, opened: (result: OpenedChannel) => void): void;
  /** The same with the server's SFTP. `failed`: it has none. */
  openSftp(opened: (result: OpenedSftp) => void): void;
  /**
   * Stops reading from the connection and returns a function that resumes. What the server sends waits in the system's buffers: a
   * paused channel alone would keep up to 4 MB in this process.
   */
  hold(): () => void;
  /** The server has refused a channel: it allows fewer than BenchTray would like. */
  readonly isShort: boolean;
  /** `true`: the server allows one channel only. `null`: no second one was needed so far. */
  readonly isSingle: boolean | null;
  /** Calls the listener once, when {@link Channels.isShort} becomes true. */
  onShort(listener: () => void): void;
  /** Calls the listener when the connection is gone. Returns a function that takes the listener away. */
  onLost(listener: () => void): () => void;
}

/** OpenSSH answers at once, whether it runs the command or not. */
const openWithinMs = 10_000;
/** A session that has just been closed may still count on the server, so that one refusal beside a single channel proves nothing. */
const refusalsOfSingle = 3;

export function openChannels(client: Client): Channels {
  const shortListeners: (() => void)[] = [];
  let count = 0;
  let isShort = false;
  let isSingle: boolean | null = null;
  /** In a row, while no more than one channel was open. */
  let refusalsBesideOne = 0;
  let isLost = false;
  const socket = socketOf(client);
  let holds = 0;
  client.once('close', () => {
    isLost = true;
  });

  function noteRefusal(): void {
    refusalsBesideOne = count > 1 ? 0 : refusalsBesideOne + 1;
    if (refusalsBesideOne >= refusalsOfSingle) isSingle = true;
    if (isShort) return;
    isShort = true;
    for (const listener of shortListeners) listener();
  }

  function noteOpening(channel: ClientChannel | SFTPWrapper): void {
    count += 1;
    channel.once('close', () => (count -= 1));
    if (count < 2) return;
    isSingle = false;
    refusalsBesideOne = 0;
  }

  function openOne<Channel extends ClientChannel | SFTPWrapper>(
    start: (done: (error: Error | undefined, channel: Channel) => void) => void,
    opened: (result: Opened<Channel>) => void,
  ): void {
    let isSettled = false;
    const timer = setTimeout(
      () => settle({ ok: false, kind: 'late', detail: 'the VM does not open a channel' }),
      openWithinMs,
    );
    function settle(result: Opened<Channel>): void {
      if (isSettled) {
        if (result.ok) endOf(result.channel)();
        return;
      }
      isSettled = true;
      clearTimeout(timer);
      opened(result);
    }
    // ssh2 throws when the socket is dead already, which 'close' reports only afterwards.
    try {
      start((error, channel) => {
        if (error) {
          const kind = isLost ? 'lost' : isRefusal(error) ? 'refused' : 'failed';
          if (kind === 'refused') noteRefusal();
          return settle({ ok: false, kind, detail: error.message });
        }
        noteOpening(channel);
        settle({ ok: true, channel });
      });
    } catch (error) {
      const detail = messageOf(error);
      setImmediate(settle, { ok: false, kind: 'lost', detail });
    }
  }

  return {
    hold() {
      holds += 1;
      if (holds === 1) socket.pause();
      return () => {
        holds -= 1;
        if (holds === 0) socket.resume();
      };
    },
    open: (command, opened) => openOne((done) => client.exec(command, done), opened),
    openSftp: (opened) => openOne((done) => client.sftp(done), opened),
    get isShort() {
      return isShort;
    },
    get isSingle() {
      return isSingle;
    },
    onShort: (listener) => void shortListeners.push(listener),
    onLost(listener) {
      if (isLost) setImmediate(listener);
      else client.once('close', listener);
      return () => client.off('close', listener);
    },
  };
}

/** `close` of SFTP closes a file, and `end` the channel. */
function endOf(channel: ClientChannel | SFTPWrapper): () => void {
  return 'lstat' in channel ? () => channel.end() : () => channel.close();
}

/** ssh2 has no other way to its socket. An ssh2 that calls it otherwise fails at once, not by using more and more memory. */
function socketOf(client: Client): Duplex {
  const { _sock: socket } = client as { readonly _sock?: Duplex };
  if (socket === undefined) throw new Error('ssh2 has no _sock');
  return socket;
}

/** ssh2 gives the reason code of SSH_MSG_CHANNEL_OPEN_FAILURE (RFC 4254, section 5.1). Other errors have none, or ''. */
function isRefusal(error: Error & { readonly reason?: unknown }): boolean {
  return typeof error.reason === 'number';
}
