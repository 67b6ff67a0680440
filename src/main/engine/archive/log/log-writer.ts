/**
 * Writes the log of one start of a run as it is read. What is written is with the system when `flush` returns, so that a crash of BenchTray
 * loses nothing of it.
 */
import { readFileSync, rmSync, truncateSync } from 'node:fs';
import { zstdDecompressSync } from 'node:zlib';
import { makeOwnFolder, writeOwnFile } from '../../files/index.ts';
import { chunkBytes, listChunks, rawPath, removeTwin, type Chunk } from './chunks.ts';
import type { Packer } from './packer.ts';

export interface LogWriter {
  /** Forgets what is kept: the log is read again from its beginning. */
  begin(): void;
  /**
   * Keeps these bytes at their place. What is kept from that place on goes first: it was read before a crash, and is read again now.
   * Bytes that were left out before the place are a hole.
   */
  write(position: number, bytes: Uint8Array): void;
  /** Writes what waits in memory. While the disk takes nothing, it is left out. */
  flush(): void;
  /** The start has ended, or another one has begun: packs what is there. */
  seal(): void;
  /** Nothing is kept from now on: the log was removed. */
  stop(): void;
}

export interface LogWriterOptions {
  readonly folder: string;
  readonly packer: Packer;
  /** False: nothing is to be kept now. */
  readonly isOn: () => boolean;
  /** Adds to a file, and creates it for this user only. */
  readonly append: (path: string, bytes: Buffer) => void;
  /** Told when nothing can be written any more, and null when it can again. */
  readonly onFault: (error: unknown) => void;
}

/** So much waits in memory at most. */
const mostWaiting = 262_144;

export function createLogWriter({ folder, packer, isOn, append, onFault }: LogWriterOptions): LogWriter {
  let waiting: Uint8Array[] = [];
  let waitingFrom = 0;
  let waitingBytes = 0;
  /** The raw piece that grows; null: the next bytes begin one. */
  let growing: { readonly from: number; bytes: number } | null = null;
  /** Behind the last byte that is kept; null: not looked yet. */
  let end: number | null = null;
  let hasFolder = false;
  let isStopped = false;
  let isFaulty = false;

  function attempt(work: () => void): void {
    try {
      work();
      if (isFaulty) onFault(null);
      isFaulty = false;
    } catch (error) {
      // A part of it may have been written, or somebody removed the folder.
      [growing, end, hasFolder] = [null, null, false];
      if (!isFaulty) onFault(error);
      isFaulty = true;
    }
  }

  function put(bytes: Buffer, position: number): void {
    if (end === null) takeUp();
    if (position < (end ?? 0)) cut(position);
    for (let done = 0; done < bytes.length;) {
      if (
        growing === null ||
        growing.from + growing.bytes !== position + done ||
        growing.bytes >= chunkBytes
      ) {
        seal();
        growing = { from: position + done, bytes: 0 };
      }
      const piece = bytes.subarray(done, done + chunkBytes - growing.bytes);
      makeFolderOnce();
      append(rawPath(folder, growing.from), piece);
      growing.bytes += piece.length;
      done += piece.length;
      end = position + done;
    }
    if (growing?.bytes === chunkBytes) seal();
  }

  /** Goes on behind what another life of BenchTray kept. */
  function takeUp(): void {
    const last = listChunks(folder).at(-1);
    end = last === undefined ? 0 : last.from + last.bytes;
    const isRoom = last?.isPacked === false && last.bytes < chunkBytes;
    growing = isRoom ? { from: last.from, bytes: last.bytes } : null;
    if (isRoom) packer.cancel(last.path);
  }

  function makeFolderOnce(): void {
    if (!hasFolder) makeOwnFolder(folder);
    hasFolder = true;
  }

  /** Drops everything from this place on. */
  function cut(position: number): void {
    for (const chunk of listChunks(folder)) {
      if (chunk.from + chunk.bytes <= position) continue;
      packer.cancel(chunk.path);
      removeTwin(folder, chunk);
      if (chunk.from >= position) rmSync(chunk.path, { force: true });
      else shorten(chunk, position - chunk.from);
    }
    takeUp();
  }

  function seal(): void {
    if (growing !== null && growing.bytes > 0)
      packer.add(folder, { from: growing.from, path: rawPath(folder, growing.from) });
    growing = null;
  }

  function flush(): void {
    if (waitingBytes === 0) return;
    const bytes = Buffer.concat(waiting);
    const position = waitingFrom;
    [waiting, waitingBytes] = [[], 0];
    if (isStopped || !isOn()) return;
    attempt(() => put(bytes, position));
  }

  return {
    begin() {
      [waiting, waitingBytes] = [[], 0];
      if (!isStopped && isOn()) attempt(() => cut(0));
    },
    write(position, bytes) {
      if (bytes.length === 0) return;
      if (waitingBytes > 0 && waitingFrom + waitingBytes !== position) flush();
      if (waitingBytes === 0) waitingFrom = position;
      waiting.push(bytes);
      waitingBytes += bytes.length;
      if (waitingBytes >= mostWaiting) flush();
    },
    flush,
    seal() {
      flush();
      seal();
    },
    stop() {
      isStopped = true;
      [waiting, waitingBytes, growing] = [[], 0, null];
    },
  };
}

/** Leaves so many bytes of a piece. */
function shorten(chunk: Chunk, bytes: number): void {
  if (!chunk.isPacked) {
    truncateSync(chunk.path, bytes);
    return;
  }
  try {
    const whole = zstdDecompressSync(readFileSync(chunk.path), { maxOutputLength: chunkBytes });
    const raw = chunk.path.slice(0, -`-${chunk.bytes}.zst`.length) + '.raw';
    writeOwnFile(raw, whole.subarray(0, bytes));
  } finally {
    rmSync(chunk.path, { force: true });
  }
}
