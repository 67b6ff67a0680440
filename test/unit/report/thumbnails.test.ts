/** Thumbnails on a real thread: what comes from a VM may be anything. */
import { crc32, deflateSync } from 'node:zlib';
import { init as initPngDecoder } from '@jsquash/png/decode.js';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stepPicture } from '../../../src/main/engine/demo/picture.ts';
import { decodePicture } from '../../../src/main/engine/report/thumbnails/codecs.ts';
import { openPainter, type Painter } from '../../../src/main/engine/report/thumbnails/painter.ts';
import { allowance, fitting } from '../../../src/main/engine/report/thumbnails/share.ts';
import { shrink } from '../../../src/main/engine/report/thumbnails/shrink.ts';
import { pictureSize, pictureType } from '../../../src/main/engine/common/picture.ts';

interface DecoderModule {
  readonly memory: { readonly buffer: ArrayBuffer };
}

const { signal } = new AbortController();
const most = 40_000;

function chunk(name: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(name), data]);
  const frame = Buffer.alloc(body.length + 8);
  frame.writeUInt32BE(data.length);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), body.length + 4);
  return frame;
}

/** @param rows what the picture's data inflates to */
function png(width: number, height: number, rows: Uint8Array): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Red, green and blue of each pixel, which no codec makes smaller. */
function noise(width: number, height: number): Buffer {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  let value = 1;
  for (let at = 0; at < rows.length; at += 1) {
    value = (value * 48_271) % 2_147_483_647;
    rows[at] = at % (width * 3 + 1) === 0 ? 0 : value & 255;
  }
  return png(width, height, rows);
}

describe('openPainter', () => {
  let painter: Painter;
  beforeEach(() => {
    painter = openPainter(signal);
  });
  afterEach(() => painter[Symbol.asyncDispose]());

  it('makes a small JPEG of a PNG, and of a JPEG', async () => {
    const made = await painter.paint(noise(640, 160), most);
    if (made.kind !== 'made') throw new Error(made.kind);
    const jpeg = Buffer.from(made.jpeg);
    expect(pictureType(jpeg)).toBe('image/jpeg');
    expect(pictureSize('image/jpeg', jpeg)).toEqual({ width: made.width, height: made.height });
    expect(made.width / made.height).toBeCloseTo(4, 1);
    expect(jpeg.length).toBeLessThanOrEqual(most);
    const again = await painter.paint(jpeg, most);
    expect(again).toMatchObject({ kind: 'made', width: made.width, height: made.height });
  });

  it('keeps a small picture as small as it is', async () => {
    expect(await painter.paint(stepPicture(1, 100), most)).toMatchObject({ width: 320, height: 200 });
  });

  it('says if even the smallest does not fit', async () => {
    expect(await painter.paint(noise(240, 240), 400)).toEqual({ kind: 'too-big' });
  });

  it('refuses what is no picture, a picture that is cut, and one that claims too many pixels', async () => {
    const good = stepPicture(1, 100);
    const huge = Buffer.from(good);
    huge.writeUInt32BE(60_000, 16);
    huge.writeUInt32BE(60_000, 20);
    const none = Buffer.from(good);
    none.writeUInt32BE(0, 16);
    const bad = [
      Buffer.alloc(0),
      Buffer.from('GIF89a'),
      good.subarray(0, 60),
      huge,
      none,
      Buffer.from('ffd8ffe000104a464946', 'hex'),
      // Two pixels, and more data than a decoder should unpack.
      png(2, 1, Buffer.alloc(1_000_000)).fill(0xff, 45, 60),
    ];
    for (const bytes of bad) expect(await painter.paint(bytes, most)).toEqual({ kind: 'unreadable' });
    expect(await painter.paint(good, most)).toMatchObject({ kind: 'made' });
  });

  it('needs no more memory for data that unpacks to more than the picture has', async () => {
    const bomb = png(4, 1, Buffer.alloc(80_000_000));
    expect(['made', 'unreadable']).toContain((await painter.paint(bomb, most)).kind);
    // The memory of the decoder, which only grows.
    await decodePicture('image/png', new Uint8Array(stepPicture(1, 100)));
    const { memory } = (await initPngDecoder()) as unknown as DecoderModule;
    const before = memory.buffer.byteLength;
    await decodePicture('image/png', new Uint8Array(bomb)).catch(() => undefined);
    expect(memory.buffer.byteLength - before).toBeLessThan(8_000_000);
  });

  it('gives up a picture that takes too long, and goes on with the next', async () => {
    await using hasty = openPainter(signal, { pixels: 1e8, bytes: 1e8, withinMs: 1 });
    expect(await hasty.paint(noise(100, 100), most)).toEqual({ kind: 'unreadable' });
    expect(await painter.paint(stepPicture(1, 100), most)).toMatchObject({ kind: 'made' });
  });
});

describe('shrink', () => {
  it('gives the mean of the pixels, on white', () => {
    const data = Uint8Array.from([0, 0, 0, 255, 100, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0]);
    const { width, height, data: small } = shrink({ width: 2, height: 2, data }, 1);
    expect([width, height]).toEqual([1, 1]);
    expect([...small]).toEqual([152, 128, 128, 255]);
  });

  it('keeps the shape of any picture, and a colour as it is', () => {
    const side = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(side, side, fc.integer({ min: 1, max: 80 }), (width, height, limit) => {
        const data = new Uint8Array(width * height * 4).fill(255);
        for (let at = 0; at < data.length; at += 4) data[at] = 7;
        const small = shrink({ width, height, data }, limit);
        expect(Math.max(small.width, small.height)).toBe(Math.min(limit, Math.max(width, height)));
        expect(small.data).toHaveLength(small.width * small.height * 4);
        expect([...small.data.subarray(0, 4)]).toEqual([7, 255, 255, 255]);
      }),
    );
  });
});

describe('fitting', () => {
  const slots = (tasks: number) =>
    Array.from({ length: tasks }, (_, task) => [
      { task, rank: 1 },
      { task, rank: 0 },
    ]).flat();

  it('takes all that there is room for', () => {
    expect(fitting(slots(154), 15_000_000).size).toBe(308);
  });

  it('keeps the last screenshot of each task before the others', () => {
    const all = slots(100);
    const chosen = fitting(all, 7000 * 100);
    expect([...chosen].every(({ rank }) => rank === 0)).toBe(true);
    expect(chosen.size).toBe(100);
  });

  it('leaves tasks out evenly over the run', () => {
    const places = [...fitting(slots(100), 7000 * 10)].map(({ task }) => task);
    expect(places).toEqual([9, 19, 29, 39, 49, 59, 69, 79, 89, 99]);
  });

  it('never allows more than there is room for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 400 }),
        fc.integer({ min: 0, max: 20_000_000 }),
        (tasks, room) => {
          let left = room;
          let toCome = fitting(slots(tasks), room).size;
          for (; toCome > 0; toCome -= 1) left -= Math.ceil(allowance(left, toCome) / 3) * 4 + 900;
          expect(left).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });
});
