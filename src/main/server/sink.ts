/** The way out to one client, with bounds: what a client does not take in time is not kept for it. */
import type { ServerResponse } from 'node:http';
import { chunkOf } from './chunks.ts';
import { keepAliveComment } from './wire.ts';

export interface SinkLimits {
  /** A client for which more than this waits, in bytes, is disconnected. */
  readonly maxWaitingBytes: number;
  /** A client for which anything has waited longer than this is disconnected. */
  readonly maxWaitMs: number;
  /** A stream that was silent for this long gets a comment. */
  readonly keepAliveMs: number;
}

export const sinkLimits: SinkLimits = { maxWaitingBytes: 1_048_576, maxWaitMs: 60_000, keepAliveMs: 15_000 };

/** What the sink needs of a response. */
export type SinkTarget = Pick<
  ServerResponse,
  | 'socket'
  | 'chunkedEncoding'
  | 'write'
  | 'end'
  | 'destroyed'
  | 'req'
  | 'writableLength'
  | 'writableNeedDrain'
>;

export interface Sink {
  write(bytes: Buffer): void;
  /** So many bytes more wait for this client elsewhere, until it has taken what it was sent. */
  owe(bytes: number): void;
  /** Whether the client is behind: nothing more should be written until `onFree` tells that this is over. */
  isFull(): boolean;
  /** Whether nothing can be written any more. */
  isOver(): boolean;
  /** Whether the client was disconnected here because it did not take what it was sent. */
  wasCut(): boolean;
  /** Disconnects the client for which too much waits, or for too long. To be called every second or so. */
  check(nowMs: number): void;
  /** Disconnects the client at once. */
  cut(): void;
  /** Ends the stream properly. */
  end(): void;
  /** To be called when the connection is gone. */
  dispose(): void;
}

const keepAliveBytes = Buffer.from(keepAliveComment);

/**
 * @param target its headers have been sent, and nobody else writes to it
 * @param onFree called whenever everything that was written has been taken by the network
 */
export function createSink(target: SinkTarget, limits: SinkLimits, onFree: () => void): Sink {
  /**
   * Past the response, straight to its socket: the one frames each write for each client anew, which is a third of what sending
   * costs. But a client of HTTP/1.0 takes no chunks, and an answer that waits for the one before it has no socket yet.
   */
  const socket = target.chunkedEncoding ? target.socket : null;
  let isOver = false;
  let isCut = false;
  let owedBytes = 0;
  /** When each write was made that the network has not taken yet, oldest first. */
  const waitingSince: number[] = [];
  const keepAlive = setTimeout(onSilence, limits.keepAliveMs);

  function onSilence(): void {
    keepAlive.refresh();
    // Behind a client that does not read, more bytes would only wait.
    if (waitingSince.length === 0) write(keepAliveBytes);
  }

  function write(bytes: Buffer): void {
    if (isOver || bytes.length === 0) return;
    waitingSince.push(Date.now());
    // Not "drain": that event never comes when the peer is gone, and not after a write that needed none.
    if (socket === null) target.write(bytes, onTaken);
    // Once the peer has ended the connection, nothing may follow what is on its way already.
    else if (socket.writable) socket.write(chunkOf(bytes), onTaken);
    keepAlive.refresh();
  }

  function onTaken(): void {
    waitingSince.shift();
    if (waitingSince.length > 0 || isOver || target.destroyed) return;
    owedBytes = 0;
    onFree();
  }

  /** Frames that were cut in the middle are thrown away by the client, which comes back with the id of the last whole one. */
  function cut(): void {
    if (isOver) return;
    isCut = true;
    dispose();
    // Not the response: one that waits for the answer before it has no connection yet, and would wait on.
    target.req.socket.destroy();
  }

  function dispose(): void {
    isOver = true;
    clearTimeout(keepAlive);
  }

  return {
    write,
    owe(bytes) {
      owedBytes += bytes;
    },
    isFull: () => waitingSince.length > 0 && (socket ?? target).writableNeedDrain,
    isOver: () => isOver,
    wasCut: () => isCut,
    check(nowMs) {
      const [oldest] = waitingSince;
      if (isOver || oldest === undefined) return;
      const waitingBytes = target.writableLength + owedBytes;
      if (waitingBytes > limits.maxWaitingBytes || nowMs - oldest > limits.maxWaitMs) cut();
    },
    cut,
    end() {
      if (isOver) return;
      dispose();
      target.end();
    },
    dispose,
  };
}
