/**
 * The clients, as a process: raw sockets that all read into the same buffer, so that it is not the clients that are measured. Most of
 * them only look whether the last event has come.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { serveCommands } from '../child.ts';
import { monotonicUs, readStamps } from './payload.ts';
import type { ReaderCommands, ReadersOrder } from './protocol.ts';

/** More than an event takes from its mark to its end. */
const tailBytes = 1024;
/** Connections that are being made at the same time. */
const opening = 50;

interface Reader {
  readonly socket: Socket;
  /** The newest bytes: the mark may have come in two pieces. */
  readonly tail: Buffer;
  hasMark: boolean;
  bytes: number;
  /** What was read and may be the beginning of an event. Null: does not look at each. */
  rest: string | null;
  delaysMs: number[];
}

const shared = Buffer.allocUnsafe(262_144);
const readers: Reader[] = [];
const deaf = new Set<Socket>();
let expected: { readonly mark: Buffer; readonly count: number; readonly lookEvery: number } | null = null;
let missing = 0;
let endedUs = 0;
let tellArrived: (() => void) | null = null;

function take(reader: Reader, bytes: Buffer): void {
  reader.bytes += bytes.length;
  if (expected === null || reader.hasMark) return;
  const nowUs = monotonicUs();
  if (reader.rest !== null) {
    const text = reader.rest + bytes.toString('latin1');
    const { atUs, end } = readStamps(text);
    for (const stamp of atUs) reader.delaysMs.push((nowUs - stamp) / 1000);
    reader.rest = text.slice(Math.max(end, text.length - 20));
  }
  const { tail } = reader;
  const newest = bytes.subarray(-tailBytes);
  tail.copyWithin(0, newest.length);
  newest.copy(tail, tailBytes - newest.length);
  if (!tail.includes(expected.mark)) return;
  reader.hasMark = true;
  missing -= 1;
  if (missing > 0) return;
  endedUs = nowUs;
  tellArrived?.();
}

function requestText({ path, lastEventId }: ReadersOrder): string {
  const id = lastEventId === undefined ? '' : `Last-Event-ID: ${lastEventId}\r\n`;
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n${id}\r\n`;
}

/** @returns milliseconds to the first byte */
function openReader(order: ReadersOrder): Promise<number> {
  return new Promise((resolve, reject) => {
    if (expected !== null) missing += 1;
    const sinceUs = monotonicUs();
    const reader: Reader = {
      socket: connect({
        ...{ port: order.port, host: '127.0.0.1', noDelay: true },
        onread: {
          buffer: shared,
          callback(length) {
            resolve((monotonicUs() - sinceUs) / 1000);
            take(reader, shared.subarray(0, length));
            return true;
          },
        },
      }),
      tail: Buffer.alloc(tailBytes),
      hasMark: expected === null,
      bytes: 0,
      rest: expected?.lookEvery === 1 ? '' : null,
      delaysMs: [],
    };
    reader.socket.on('error', reject);
    reader.socket.on('close', () => {
      reject(new Error('A stream was refused or cut.'));
    });
    reader.socket.write(requestText(order));
    readers.push(reader);
  });
}

/** Reads its first bytes, to know that it is connected, and no more. */
async function openDeaf(order: ReadersOrder): Promise<void> {
  const socket = connect({ port: order.port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  socket.write(requestText(order));
  await once(socket, 'data');
  socket.pause();
  deaf.add(socket);
}

function close(): void {
  for (const { socket } of readers.splice(0)) {
    socket.removeAllListeners('close');
    socket.destroy();
  }
  for (const socket of deaf) socket.destroy();
}

const commands: ReaderCommands = {
  async open(order) {
    const open = order.reading ? openReader : openDeaf;
    for (let left = order.count; left > 0; left -= opening)
      await Promise.all(Array.from({ length: Math.min(opening, left) }, () => open(order)));
  },
  async firstBytes(order) {
    const delays: number[] = [];
    for (let left = order.count; left > 0; left -= 1) delays.push(await openReader(order));
    return delays.toSorted((a, b) => a - b);
  },
  expect(lastMark, count, lookEvery) {
    expected = { mark: Buffer.from(`@${lastMark}`), count, lookEvery };
    missing = readers.length;
    readers.forEach((reader, index) => {
      Object.assign(reader, { hasMark: false, bytes: 0, delaysMs: [] });
      reader.rest = index % lookEvery === 0 ? '' : null;
    });
  },
  async arrived() {
    if (missing > 0)
      await new Promise<void>((resolve) => {
        tellArrived = resolve;
      });
    const { count = 0 } = expected ?? {};
    expected = null;
    const looking = readers.filter(({ rest }) => rest !== null);
    const wrong = looking.find(({ delaysMs }) => delaysMs.length !== count);
    if (wrong !== undefined) throw new Error(`${wrong.delaysMs.length} events came, not ${count}.`);
    return {
      endedUs,
      delaysMs: looking.flatMap(({ delaysMs }) => delaysMs).toSorted((a, b) => a - b),
      bytesPerReader: readers.reduce((sum, { bytes }) => sum + bytes, 0) / readers.length,
    };
  },
  close,
};
serveCommands(null, commands, close);
