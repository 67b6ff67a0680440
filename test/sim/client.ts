/** A client of the stream: reads as fast or as slowly as it likes, goes, and comes back with the last id that it has read. */
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Streams } from '../../src/main/engine/server/stream/streams.ts';

/** A journal event as a client has read it. */
export interface Received {
  readonly seq: number;
  readonly type: string;
  readonly json: string;
}

/** Where a client was told that the stream goes on, and with how many events that it missed. */
export interface Opening {
  readonly seq: number;
  readonly replayed: number;
  readonly hasGap: boolean;
  /** Where the client was before; null: nowhere. */
  readonly cameFrom: number | null;
  /** Up to where the journal was pruned when the client came. */
  readonly prunedThrough: number;
}

const highWaterMark = 16_384;

/** The part of a response that a stream writes to. */
class ClientConnection extends EventEmitter {
  readonly chunkedEncoding = false;
  readonly socket = null;
  readonly req;
  destroyed = false;
  isEnded = false;
  writableLength = 0;
  readonly #waiting: { bytes: Buffer; readonly taken: () => void }[] = [];

  constructor() {
    super();
    const isDestroyed = (): boolean => this.destroyed;
    this.req = {
      socket: {
        setKeepAlive: () => undefined,
        destroy: () => this.destroy(),
        get destroyed() {
          return isDestroyed();
        },
      },
    };
  }

  get writableNeedDrain(): boolean {
    return this.writableLength >= highWaterMark;
  }

  write(bytes: Buffer, taken: () => void): void {
    if (this.destroyed) return;
    this.writableLength += bytes.length;
    this.#waiting.push({ bytes, taken });
  }

  end(): void {
    this.isEnded = true;
  }

  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.emit('close');
  }

  /** Takes at most so many bytes off the network. */
  read(most: number): Buffer {
    const read: Buffer[] = [];
    let left = most;
    while (left > 0) {
      const next = this.#waiting[0];
      if (next === undefined) break;
      const part = next.bytes.subarray(0, left);
      read.push(part);
      left -= part.length;
      this.writableLength -= part.length;
      next.bytes = next.bytes.subarray(part.length);
      if (next.bytes.length > 0) break;
      this.#waiting.shift();
      next.taken();
    }
    return Buffer.concat(read);
  }
}

export class Client {
  readonly name: string;
  /** Since the newest opening without a past. */
  received: Received[] = [];
  openings: Opening[] = [];
  /** The newest id, as EventSource keeps it; null: none yet. */
  lastId: string | null = null;
  #connection: ClientConnection | null = null;
  #prunedThrough = 0;
  #text = '';

  constructor(name: string) {
    this.name = name;
  }

  get isConnected(): boolean {
    return this.#connection?.destroyed === false;
  }

  come(streams: Streams, prunedThrough: number): void {
    this.leave();
    this.#prunedThrough = prunedThrough;
    this.#text = '';
    this.#connection = new ClientConnection();
    const query = { intervalSeconds: 5, vm: null, errorEvent: 'error', lastEventId: this.lastId };
    streams.open(this.#connection as unknown as ServerResponse, query);
  }

  /** What was not read yet is lost. */
  leave(): void {
    this.#connection?.destroy();
    this.#connection = null;
  }

  /** @returns whether there was anything to be read */
  read(most: number): boolean {
    const bytes = this.#connection?.read(most);
    if (bytes === undefined || bytes.length === 0) {
      if (this.#connection?.isEnded === true) this.leave();
      return false;
    }
    // Latin-1 keeps bytes apart however they are cut.
    const frames = (this.#text + bytes.toString('latin1')).split('\n\n');
    this.#text = frames.pop() ?? '';
    for (const frame of frames) this.#readFrame(Buffer.from(frame, 'latin1').toString('utf8'));
    return true;
  }

  #readFrame(frame: string): void {
    const field = (name: string): string | null =>
      frame
        .split('\n')
        .find((line) => line.startsWith(`${name}: `))
        ?.slice(name.length + 2) ?? null;
    const id = field('id');
    if (id === null) return;
    const seq = seqOf(id);
    const type = field('event') ?? '';
    const json = field('data') ?? '';
    if (type === 'connected') {
      const { replayed, gap = false } = JSON.parse(json) as { replayed: number; gap?: boolean };
      const cameFrom = this.lastId === null ? null : seqOf(this.lastId);
      if (cameFrom === null || gap) this.received = [];
      this.openings.push({ seq, replayed, hasGap: gap, cameFrom, prunedThrough: this.#prunedThrough });
    } else this.received.push({ seq, type, json });
    this.lastId = id;
  }
}

export function seqOf(id: string): number {
  return Number(id.slice(id.indexOf('-') + 1));
}
