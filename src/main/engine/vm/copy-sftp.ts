/** Copies the files of a task from a VM without tar: by SFTP, on one channel, as slowly as by tar. */
import type { SFTPWrapper, Stats } from 'ssh2';
import { messageOf } from '../../../shared/message-of.ts';
import {
  Ended,
  namedFile,
  NamedFiles,
  silence,
  silentLimitMs,
  take,
  type CopyEnd,
  type CopyEvents,
  type FolderListing,
} from './copy-request.ts';
import type { Channels, OpenedSftp } from './ssh/channels.ts';

/** Every server answers a read of this many bytes in one piece. */
const pieceBytes = 32_768;
/** Pieces that are on their way at a time: one alone would be slow where the VM is far. */
const mostAtOnce = 4;

/**
 * Copies the files that a shell on the VM has listed. Links, FIFOs and devices are left out: each path is looked at before it is opened
 * and again after that, because SFTP follows links.
 */
export async function copyBySftp(
  channels: Channels,
  { root, path, names, folders }: FolderListing,
  events: CopyEvents,
): Promise<CopyEnd> {
  const opened = await new Promise<OpenedSftp>((resolve) => channels.openSftp(resolve));
  // A server that refuses a channel may allow it later.
  if (!opened.ok) return { kind: opened.kind === 'failed' ? 'no-way' : 'broken', detail: opened.detail };
  const sftp = new Sftp(opened.channel, channels);
  const folder = `${root}/${path.replace(/^\.\//, '')}`;
  let hasChanged = false;
  try {
    events.begun(path);
    for (const name of names) {
      const named = namedFile(name);
      if (named === null) continue;
      const place = `${folder}/${name.replace(/^\.\//, '')}`;
      const before = await sftp.regular(place);
      // It was a regular file when it was listed.
      hasChanged ||= before === null;
      if (before === null) continue;
      const file = { ...named, sizeBytes: before.size, modifiedAt: before.mtime };
      const choice = events.choose(file);
      if (choice === 'stop') return { kind: 'stopped', folders };
      if (choice === 'skip') continue;
      const read = await sftp.read(place, before, (bytes) => events.turn(bytes));
      hasChanged ||= read?.hasChanged ?? true;
      if (read !== null) await take(file, read.bytes, events);
    }
    const changed = hasChanged ? { hasChanged } : {};
    return { kind: 'ok', folders, ...changed, ...new NamedFiles(names).more };
  } catch (error) {
    return error instanceof Ended ? error.end : { kind: 'broken', detail: messageOf(error) };
  } finally {
    sftp.close();
  }
}

/** Calls of SFTP as promises that end when the VM is silent or gone. */
class Sftp {
  readonly #sftp: SFTPWrapper;
  readonly #stopListening: () => void;
  readonly #lost = Promise.withResolvers<never>();

  constructor(sftp: SFTPWrapper, channels: Channels) {
    this.#sftp = sftp;
    this.#lost.promise.catch(() => undefined);
    const lose = (): void => this.#lost.reject(new Error('the connection ended'));
    this.#stopListening = channels.onLost(lose);
    sftp.on('close', lose);
    sftp.on('error', lose);
  }

  /** Returns what is at a path if that is a regular file; null: it is not, or cannot be read. */
  async regular(path: string): Promise<Stats | null> {
    const stats = await this.#call<Stats>((done) => this.#sftp.lstat(path, done)).catch(nothingThere);
    return stats?.isFile() === true ? stats : null;
  }

  /** Returns the bytes of a file as long as it was when it was looked at; null: something else is at this path by now. */
  async read(
    path: string,
    before: Stats,
    turn: (bytes: number) => Promise<void>,
  ): Promise<{ readonly bytes: Uint8Array; readonly hasChanged: boolean } | null> {
    const handle = await this.#call<Buffer>((done) => this.#sftp.open(path, 'r', done)).catch(nothingThere);
    if (handle === null) return null;
    try {
      const place = await this.#call<string>((done) => this.#sftp.realpath(path, done)).catch(nothingThere);
      const stats = await this.#call<Stats>((done) => this.#sftp.fstat(handle, done));
      if (place !== path || !stats.isFile()) return null;
      const bytes = Buffer.alloc(before.size);
      for (let at = 0; at < bytes.length; at += pieceBytes * mostAtOnce) {
        const end = Math.min(bytes.length, at + pieceBytes * mostAtOnce);
        try {
          await turn(end - at);
        } catch (error) {
          throw new Ended({ kind: 'failed', error });
        }
        const pieces = [];
        for (let from = at; from < end; from += pieceBytes)
          pieces.push(this.#fill(handle, bytes.subarray(from, Math.min(end, from + pieceBytes)), from));
        await Promise.all(pieces);
      }
      const after = await this.#call<Stats>((done) => this.#sftp.fstat(handle, done));
      return { bytes, hasChanged: after.size !== before.size || after.mtime !== before.mtime };
    } finally {
      this.#sftp.close(handle, () => undefined);
    }
  }

  close(): void {
    this.#stopListening();
    this.#sftp.end();
  }

  /** A server may send less than it was asked for. */
  async #fill(handle: Buffer, piece: Buffer, position: number): Promise<void> {
    for (let done = 0; done < piece.length;) {
      const from = done;
      done += await this.#call<number>((answer) =>
        this.#sftp.read(handle, piece, from, piece.length - from, position + from, answer),
      );
      if (done === from) throw new Error('a file got shorter while it was read');
    }
  }

  async #call<T>(start: (done: (error: Error | null | undefined, value: T) => void) => void): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Ended({ kind: 'broken', detail: silence })), silentLimitMs);
    });
    const answered = new Promise<T>((resolve, reject) => {
      start((error, value) => (error ? reject(error) : resolve(value)));
    });
    // Whichever comes second must not end the process.
    answered.catch(() => undefined);
    try {
      return await Promise.race([answered, late, this.#lost.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A server's refusal has a code; a connection that ended has none. */
function nothingThere(error: unknown): null {
  if (error instanceof Error && 'code' in error && typeof error.code === 'number') return null;
  throw error;
}
