/** Reads the output of a copy: a line and an archive behind it, passed on at the wanted pace. */
import { Readable } from 'node:stream';
import { messageOf } from '../../../shared/message-of.ts';
import { Ended, silence, silentLimitMs } from './copy-request.ts';
import { openFollow } from './follow-channel.ts';
import type { Channels } from './ssh/channels.ts';
import { createTarBounds } from './tar-bounds.ts';

export interface CopyOutput extends AsyncIterable<Buffer> {
  /** Text of the command on stderr. */
  notices(): string;
  close(): void;
}

/** Longer than the line in front of the archive can be. */
const mostHeadBytes = 8192;
/** A thousand names without an archive. */
const mostListingBytes = 512 * 1024;
/** Bytes that come make up for pauses before them, or one byte a minute would never end. */
const madeUpMsPerByte = 1;

/** Opens a channel whose command waits while nobody reads what it sends. */
export function openOutput(channels: Channels, shell: string, words: readonly string[]): CopyOutput {
  let notices = '';
  const bytes = new Readable({ read: () => channel.resume() });
  const channel = openFollow(channels, shell, words, {
    data(chunk) {
      if (!bytes.push(chunk)) channel.pause();
    },
    notice(text) {
      notices = (notices + text).slice(0, 500);
    },
    closed: () => bytes.push(null),
  });
  return {
    [Symbol.asyncIterator]: () => bytes[Symbol.asyncIterator]() as AsyncIterator<Buffer>,
    notices: () => notices.trim(),
    close() {
      channel.close();
      bytes.destroy();
    },
  };
}

export interface Head {
  readonly folders: number;
  readonly path: string;
  /** The first byte behind the line. */
  readonly end: number;
}

export interface Passing {
  begun(head: Head): void;
  turn(bytes: number): Promise<void>;
}

/** Passes the archive on, without the line before it. @throws Ended if there is no archive, or it stops */
export async function passOn(
  output: CopyOutput,
  archive: WritableStreamDefaultWriter<Uint8Array>,
  passing: Passing,
): Promise<void> {
  const checkBounds = createTarBounds();
  const pass = async (bytes: Buffer): Promise<void> => {
    try {
      checkBounds(bytes);
    } catch (error) {
      throw new Ended({ kind: 'broken', detail: messageOf(error) });
    }
    await archive.write(bytes);
  };
  let leftMs = silentLimitMs;
  let waitsSinceMs = performance.now();
  const watchSilence = (): NodeJS.Timeout => {
    waitsSinceMs = performance.now();
    return setTimeout(() => {
      archive.abort(new Ended({ kind: 'broken', detail: silence })).catch(() => undefined);
      output.close();
    }, leftMs);
  };
  let timer = watchSilence();
  let before: Buffer | null = Buffer.alloc(0);
  try {
    for await (const chunk of output) {
      // A turn may come late, because the log is behind: that is no silence of the VM.
      clearTimeout(timer);
      const silentMs = performance.now() - waitsSinceMs;
      leftMs = Math.min(silentLimitMs, Math.max(0, leftMs - silentMs) + chunk.length * madeUpMsPerByte);
      await passing.turn(chunk.length);
      timer = watchSilence();
      if (before === null) {
        await pass(chunk);
        continue;
      }
      before = Buffer.concat([before, chunk]);
      const head = readHead(before);
      if (head === null) continue;
      const rest: Buffer = before.subarray(head.end);
      before = null;
      passing.begun(head);
      if (rest.length > 0) await pass(rest);
    }
    if (before !== null) throw new Ended(readListing(before, output.notices()));
    await archive.close();
  } catch (error) {
    throw error instanceof Ended ? error : new Ended({ kind: 'failed', error });
  } finally {
    clearTimeout(timer);
  }
}

const listingLine = /^lacks tar (\d{1,4}) (.+)\n(\/.*)\n/;

/** Returns what the line before the archive says; null: it has not come to its end. @throws Ended if no archive follows it */
function readHead(bytes: Buffer): Head | null {
  const isListing = bytes.subarray(0, 10).toString('latin1') === 'lacks tar ';
  const end = bytes.indexOf('\n');
  if (isListing ? bytes.length < mostListingBytes : end < 0 && bytes.length < mostHeadBytes) return null;
  const line = bytes.toString('utf8', 0, Math.max(0, end));
  const [, kind, folders, path] = /^(folder|empty) (\d{1,4}) (.+)$/.exec(line) ?? [];
  if (path !== undefined && kind === 'folder') return { folders: Number(folders), path, end: end + 1 };
  if (path !== undefined) throw new Ended({ kind: 'empty', folders: Number(folders) });
  if (line === 'absent') throw new Ended({ kind: 'absent' });
  throw new Ended({ kind: 'broken', detail: 'the answer of the VM has an unknown form' });
}

/** Returns the end of a copy that sent no archive. Names that are no UTF-8 are left out, as everywhere. */
function readListing(bytes: Buffer, notices: string): Ended['end'] {
  const text = bytes.toString('utf8');
  const [head, folders, path, root] = listingLine.exec(text) ?? [];
  if (head === undefined || path === undefined || root === undefined)
    return { kind: 'broken', detail: notices || 'the VM sent nothing' };
  const names = text.slice(head.length).split('\n').slice(0, -1);
  // The last line shows that all of it has come.
  if (names.pop() !== 'end') return { kind: 'broken', detail: 'the names of the files have not all come' };
  return { kind: 'no-tar', listing: { folders: Number(folders), root, path, names } };
}
