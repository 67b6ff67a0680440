/** The way out to one client, with bounds: what a client does not take in time is not kept for it. */
import type { ServerResponse } from 'node:http';
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
  'write' | 'end' | 'once' | 'destroy' | 'destroyed' | 'writableLength' | 'writableNeedDrain'
>;

export interface Sink {
  /** All that is written within one turn of the event loop goes out in one piece: small writes are what costs. */
  write(text: string): void;
  /** Sends at once what has been written. */
  flush(): void;
  /** Whether the client is behind: what can wait, should. `onFree` tells when it is over. */
  isFull(): boolean;
  /** Disconnects the client if something has waited for too long. To be called every second or so. */
  check(nowMs: number): void;
  /** Ends the stream properly. @returns when all of it is under way, or the connection is gone */
  end(): Promise<void>;
  /** To be called when the connection is gone. */
  dispose(): void;
}

/** @param onFree called whenever everything that was written has been taken by the network */
export function createSink(target: SinkTarget, limits: SinkLimits, onFree: () => void): Sink {
  let outbox = '';
  let isOver = false;
  /** When each write was made that the network has not taken yet, oldest first. */
  const waitingSince: number[] = [];
  const keepAlive = setTimeout(onSilence, limits.keepAliveMs);

  function onSilence(): void {
    keepAlive.refresh();
    // Behind a client that does not read, more bytes would only wait.
    if (waitingSince.length === 0) write(keepAliveComment);
  }

  function write(text: string): void {
    if (isOver) return;
    if (outbox === '') queueMicrotask(flush);
    outbox += text;
  }

  function flush(): void {
    if (isOver || outbox === '') return;
    // Asked before the write, not after it: a single event of any size may go to a client that reads.
    if (target.writableLength > limits.maxWaitingBytes) {
      cut();
      return;
    }
    const text = outbox;
    outbox = '';
    waitingSince.push(Date.now());
    // Not "drain": that event never comes when the peer is gone, and not after a write that needed none.
    target.write(text, () => {
      waitingSince.shift();
      if (waitingSince.length === 0 && !isOver && !target.destroyed) onFree();
    });
    keepAlive.refresh();
  }

  /** Frames that were cut in the middle are thrown away by the client, which comes back with the id of the last whole one. */
  function cut(): void {
    dispose();
    target.destroy();
  }

  function dispose(): void {
    isOver = true;
    clearTimeout(keepAlive);
  }

  return {
    write,
    flush,
    isFull: () => target.writableNeedDrain,
    check(nowMs) {
      const oldest = waitingSince[0];
      if (!isOver && oldest !== undefined && nowMs - oldest > limits.maxWaitMs) cut();
    },
    async end() {
      flush();
      if (isOver) return;
      dispose();
      await new Promise<void>((resolve) => {
        target.once('close', resolve);
        target.end(resolve);
      });
    },
    dispose,
  };
}
