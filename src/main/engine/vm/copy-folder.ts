/** Copies the files of a task: one process on the VM sends them as a tar archive, on a channel of its own. */
import { Readable } from 'node:stream';
import { createTarDecoder, type ParsedTarEntry } from 'modern-tar';
import { messageOf } from '../../../shared/message-of.ts';
import { openFollow } from './follow-channel.ts';
import { isFolderName, isScreenName, shellPath, textNames } from './result-folder.ts';
import type { Channels } from './ssh/channels.ts';
import { createTarBounds } from './tar-bounds.ts';

/** Which files of which task. */
export interface CopyRequest {
  /** The result folder. */
  readonly folder: string;
  /** Null: any. */
  readonly domain: string | null;
  readonly taskId: string;
  /** Only folders of this try where there are some, from 0; null: all folders. */
  readonly tryNumber: number | null;
  /** Which of the folders that the task has, from 1. */
  readonly number: number;
  readonly what: 'all' | 'texts';
  /** Begins behind the file of this name; null: with the first one. */
  readonly after: string | null;
}

/** A file in the archive. */
export interface ArchivedFile {
  /** A name without a folder, which can be shown. */
  readonly name: string;
  /** The folder in that of the task: some benchmarks put screenshots into one. */
  readonly subfolder: string | null;
  readonly kind: 'screen' | 'text';
  readonly sizeBytes: number;
  /** Epoch seconds of the VM's clock. */
  readonly modifiedAt: number;
}

export interface CopyEvents {
  /** A folder was found. @param path from the result folder on; not to be trusted */
  begun(path: string): void;
  /** `stop`: the rest of the archive is not wanted. */
  choose(file: ArchivedFile): 'take' | 'skip' | 'stop';
  /** The next file comes when the promise resolves. */
  take(file: ArchivedFile, bytes: Uint8Array): Promise<void>;
  /** Resolves when as many bytes more may come. Rejects when the copy is not wanted any more. */
  turn(bytes: number): Promise<void>;
}

export type CopyEnd =
  /** `folders`: how many folders the task has. */
  | { readonly kind: 'ok'; readonly folders: number }
  /** There is no such folder, or it may not be read. */
  | { readonly kind: 'absent' }
  /** The folder has no such files. */
  | { readonly kind: 'empty'; readonly folders: number }
  | { readonly kind: 'no-tar' }
  /** {@link CopyEvents.choose} did not want the rest. */
  | { readonly kind: 'stopped'; readonly folders: number }
  /** The archive did not come to its end. */
  | { readonly kind: 'broken'; readonly detail: string }
  /** What was done with a file failed. */
  | { readonly kind: 'failed'; readonly error: unknown };

/** What an agent planned, of which WAA writes one for each step. */
const planName = /^plan_result-[^/\p{Cc}\uFFFD]{1,200}\.txt$/u;
/** Files that nobody asked for are read to their end up to this size. */
const mostForeignBytes = 1024 * 1024;
/** Longer than the line in front of the archive can be. */
const mostHeadBytes = 8192;
/** A VM that is busy may pause. Bytes that come make up for pauses before them, or one byte a minute would never end. */
const silentLimitMs = 60_000;
const madeUpMsPerByte = 1;

/** Returns the request words; null if the name of the task cannot be that of a folder. */
export function copyCommand(request: CopyRequest): string[] | null {
  const { folder, domain, taskId, tryNumber, number, what, after } = request;
  if (!isFolderName(taskId) || (domain !== null && !isFolderName(domain))) return null;
  const words = [what, shellPath(folder), domain ?? '', taskId, tryNumber === null ? '' : String(tryNumber)];
  return ['until_closed', 'copy', ...words, String(number), after ?? ''];
}

/** @param words see {@link copyCommand} */
export async function copyFolder(
  channels: Channels,
  shell: string,
  words: readonly string[],
  events: CopyEvents,
): Promise<CopyEnd> {
  const decoder = createTarDecoder({ strict: true });
  const output = openOutput(channels, shell, words);
  const archive = decoder.writable.getWriter();
  let folders = 0;
  // An end of the output other than that of the archive reaches the reader below as an error.
  passOn(output, archive, {
    begun(head) {
      folders = head.folders;
      events.begun(head.path);
    },
    turn: (bytes) => events.turn(bytes),
  }).catch((error: unknown) => archive.abort(error).catch(() => undefined));
  try {
    for await (const entry of decoder.readable) {
      const file = fileOf(entry);
      if (file === null && entry.header.size > mostForeignBytes)
        return { kind: 'broken', detail: 'the archive has files that it should not have' };
      const choice = file === null ? 'skip' : events.choose(file);
      if (choice === 'stop') return { kind: 'stopped', folders };
      if (file === null || choice === 'skip') await entry.body.cancel();
      else await take(file, await bytesOf(entry), events);
    }
    return { kind: 'ok', folders };
  } catch (error) {
    if (error instanceof Ended) return error.end;
    return { kind: 'broken', detail: output.notices() || messageOf(error) };
  } finally {
    output.close();
  }
}

/** Ends a copy in another way than with the last file. */
class Ended extends Error {
  readonly end: CopyEnd;

  constructor(end: CopyEnd) {
    super(end.kind);
    this.end = end;
  }
}

async function take(file: ArchivedFile, bytes: Uint8Array, events: CopyEvents): Promise<void> {
  try {
    await events.take(file, bytes);
  } catch (error) {
    throw new Ended({ kind: 'failed', error });
  }
}

interface Output extends AsyncIterable<Buffer> {
  /** What the command said on stderr. */
  notices(): string;
  close(): void;
}

/** Opens a channel whose command waits while nobody reads what it sends. */
function openOutput(channels: Channels, shell: string, words: readonly string[]): Output {
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

interface Passing {
  begun(head: Head): void;
  turn(bytes: number): Promise<void>;
}

/** Passes the archive on at the wanted pace, without the line before it. @throws Ended if there is no archive, or it stops */
async function passOn(
  output: Output,
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
      const detail = 'the VM sends nothing any more';
      archive.abort(new Ended({ kind: 'broken', detail })).catch(() => undefined);
    }, leftMs);
  };
  let silence = watchSilence();
  let before: Buffer | null = Buffer.alloc(0);
  try {
    for await (const chunk of output) {
      // A turn may come late, because the log is behind: that is no silence of the VM.
      clearTimeout(silence);
      const silentMs = performance.now() - waitsSinceMs;
      leftMs = Math.min(silentLimitMs, Math.max(0, leftMs - silentMs) + chunk.length * madeUpMsPerByte);
      await passing.turn(chunk.length);
      silence = watchSilence();
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
    if (before !== null)
      throw new Ended({ kind: 'broken', detail: output.notices() || 'the VM sent nothing' });
    await archive.close();
  } catch (error) {
    throw error instanceof Ended ? error : new Ended({ kind: 'failed', error });
  } finally {
    clearTimeout(silence);
  }
}

interface Head {
  readonly folders: number;
  readonly path: string;
  /** The first byte behind the line. */
  readonly end: number;
}

/** Returns what the line before the archive says; null: it has not come to its end. @throws Ended if no archive follows it */
function readHead(bytes: Buffer): Head | null {
  const end = bytes.indexOf('\n');
  if (end < 0 && bytes.length < mostHeadBytes) return null;
  const line = bytes.toString('utf8', 0, Math.max(0, end));
  const [, kind, folders, path] = /^(folder|empty) (\d{1,4}) (.+)$/.exec(line) ?? [];
  if (path !== undefined && kind === 'folder') return { folders: Number(folders), path, end: end + 1 };
  if (path !== undefined) throw new Ended({ kind: 'empty', folders: Number(folders) });
  if (line === 'absent') throw new Ended({ kind: 'absent' });
  if (line === 'lacks tar') throw new Ended({ kind: 'no-tar' });
  throw new Ended({ kind: 'broken', detail: 'the answer of the VM has an unknown form' });
}

/** Returns what is to be known of a file; null: it is none, or has a name that none of these files has. */
function fileOf({ header }: ParsedTarEntry): ArchivedFile | null {
  const [, subfolder = null, name = ''] = /^\.\/(?:(screenshots?)\/)?([^/]+)$/.exec(header.name) ?? [];
  const modifiedAt = (header.mtime?.getTime() ?? Number.NaN) / 1000;
  const kind = isScreenName(name) ? 'screen' : textNames.has(name) || planName.test(name) ? 'text' : null;
  if (kind === null || header.type !== 'file' || !Number.isFinite(modifiedAt)) return null;
  return { name, subfolder, kind, sizeBytes: header.size, modifiedAt };
}

async function bytesOf({ header, body }: ParsedTarEntry): Promise<Uint8Array> {
  const bytes = new Uint8Array(header.size);
  let length = 0;
  for await (const piece of body) {
    bytes.set(piece, length);
    length += piece.length;
  }
  return bytes;
}
