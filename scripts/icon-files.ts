/** One picture at one size: as a PNG file, and as pixels, four bytes each (red, green, blue, alpha), from the top row down. */
export interface Picture {
  readonly sizePx: number;
  readonly png: Buffer;
  readonly rgba: Buffer;
}

/** From this size on an entry of a Windows icon is a PNG; below it Windows wants the older bitmap in places. */
const pngFromPx = 256;
const entryBytes = 16;
const bitmapHeaderBytes = 40;

/**
 * A bitmap as icons hold it (BITMAPINFOHEADER, learn.microsoft.com/windows/win32/api/wingdi): rows from the bottom up,
 * blue before red, then one bit a pixel that says where nothing is drawn. Its height counts both parts.
 */
function bitmap({ sizePx, rgba }: Picture): Buffer {
  const maskRowBytes = Math.ceil(sizePx / 32) * 4;
  const pixelBytes = sizePx * sizePx * 4;
  const file = Buffer.alloc(bitmapHeaderBytes + pixelBytes + maskRowBytes * sizePx);
  file.writeUInt32LE(bitmapHeaderBytes, 0);
  file.writeInt32LE(sizePx, 4);
  file.writeInt32LE(sizePx * 2, 8);
  file.writeUInt16LE(1, 12);
  file.writeUInt16LE(32, 14);
  file.writeUInt32LE(pixelBytes + maskRowBytes * sizePx, 20);
  for (let row = 0; row < sizePx; row++) {
    for (let column = 0; column < sizePx; column++) {
      const from = ((sizePx - 1 - row) * sizePx + column) * 4;
      const [red = 0, green = 0, blue = 0, alpha = 0] = rgba.subarray(from, from + 4);
      file.set([blue, green, red, alpha], bitmapHeaderBytes + (row * sizePx + column) * 4);
      if (alpha > 0) continue;
      const at = bitmapHeaderBytes + pixelBytes + row * maskRowBytes + (column >> 3);
      file.writeUInt8(file.readUInt8(at) | (0x80 >> (column & 7)), at);
    }
  }
  return file;
}

/** A Windows icon that holds all these sizes (en.wikipedia.org/wiki/ICO_(file_format)). */
export function ico(pictures: readonly Picture[]): Buffer {
  const bodies = pictures.map((picture) => (picture.sizePx < pngFromPx ? bitmap(picture) : picture.png));
  const head = Buffer.alloc(6 + pictures.length * entryBytes);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(pictures.length, 4);
  let offset = head.length;
  pictures.forEach(({ sizePx }, index) => {
    const bytes = bodies[index]?.length ?? 0;
    const at = 6 + index * entryBytes;
    // One byte a side: 256 is written as 0.
    head.set([sizePx % 256, sizePx % 256], at);
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(bytes, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += bytes;
  });
  return Buffer.concat([head, ...bodies]);
}
