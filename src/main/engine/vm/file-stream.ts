/** The bytes of one file on the VM, from any place in it on: up to its end, or for as long as it grows. */
import { openFollow, type FollowChannel } from './follow-channel.ts';
import type { Channels } from './ssh/channels.ts';
import { createTailReader, spellAnew } from './tail-output.ts';

/** A file as it was seen, and the byte to begin with. Where another one has its name by now, nothing is read. */
export interface FilePlace {
  /** With a folder: "/tmp/x.log", "./x.log". */
  readonly path: string;
  readonly inode: string;
  readonly offset: number;
}

/** A file to be followed. Where it has been cut since, nothing is read. */
export interface FollowPlace extends FilePlace {
  /** Bytes that it was seen to have. */
  readonly size: number;
}

export interface FileEvents {
  data(chunk: Buffer): void;
  /** What the shell and its commands say. */
  notice(text: string): void;
  /** Told once: it has come to its end, the file has been cut, or the channel is lost. Not after {@link FollowChannel.close}. */
  closed(): void;
}

/** A line on stderr: what has been opened is the file that was meant. */
const gate = 'same';

/** The bytes up to the end that the file has now. */
export function readFileRest(
  channels: Channels,
  shell: string,
  { path, inode, offset }: FilePlace,
  events: FileEvents,
): FollowChannel {
  return openFollow(channels, shell, ['until_closed', 'rest', inode, String(offset + 1), path], events, {
    gate,
  });
}

/** The bytes up to the end of the file, and what is added to it, whatever it is called meanwhile, until it is cut. */
export function followFile(
  channels: Channels,
  shell: string,
  { path, inode, offset, size }: FollowPlace,
  events: FileEvents,
): FollowChannel {
  const spelling = spellAnew(path);
  const takeApart = createTailReader(spelling);
  const channel = openFollow(
    channels,
    shell,
    ['follow', inode, String(offset + 1), String(size), spelling.path, spelling.detour],
    {
      ...events,
      data(chunk) {
        const { data, cut } = takeApart(chunk);
        if (data.length > 0) events.data(data);
        if (!cut) return;
        channel.close();
        events.notice('the file was truncated');
        events.closed();
      },
    },
    { gate },
  );
  return channel;
}
