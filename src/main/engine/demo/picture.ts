/** A small PNG of a screen on which there is nothing but a number: which step it belongs to. */
import { crc32, deflateSync } from 'node:zlib';

const width = 320;
const height = 200;
const barHeight = 12;
const signature = Buffer.from('89504e470d0a1a0a', 'hex');

/** Digits of 3 by 5 dots, row by row, the left dot of a row in the highest of its three bits. */
const digits = [0o75557, 0o26227, 0o71747, 0o71717, 0o55711, 0o74717, 0o74757, 0o71111, 0o75757, 0o75717];
const dot = 20;

/** @param hue degrees, 0..360: one for each program */
export function stepPicture(step: number, hue: number): Buffer {
  const text = String(step);
  const left = Math.floor((width - (4 * text.length - 1) * dot) / 2);
  const top = Math.floor((height + barHeight - 5 * dot) / 2);
  const isInk = (x: number, y: number): boolean => {
    const column = Math.floor((x - left) / dot);
    const row = Math.floor((y - top) / dot);
    if (column < 0 || column % 4 === 3 || row < 0 || row > 4) return false;
    const digit = digits[Number(text[Math.floor(column / 4)])] ?? 0;
    return ((digit >> (3 * (4 - row))) & (4 >> (column % 4))) !== 0;
  };
  // One byte a dot behind the byte that tells how a row is filtered: not at all.
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = y < barHeight ? 1 : isInk(x, y) ? 2 : 0;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits a dot, each of them the number of a colour.
  header.set([8, 3, 0, 0, 0], 8);
  const palette = [colour(hue, 0.92), colour(hue, 0.45), colour(hue, 0.3)].flat();
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette)),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8 + named.length);
  frame.writeUInt32BE(data.length, 0);
  frame.set(named, 4);
  frame.writeUInt32BE(crc32(named), 4 + named.length);
  return frame;
}

/** Red, green and blue, 0..255, of a hue at half its saturation. */
function colour(hue: number, lightness: number): number[] {
  const spread = 0.5 * Math.min(lightness, 1 - lightness);
  return [0, 8, 4].map((turn) => {
    const part = (turn + hue / 30) % 12;
    return Math.round(255 * (lightness - spread * Math.max(-1, Math.min(part - 3, 9 - part, 1))));
  });
}
