/** Reads the type and size of an image from its bytes. The name of the file proves nothing, because the VM is not trusted. Pure. */

export type PictureType = 'image/png' | 'image/jpeg';

/** Twice a screen of 8K. A few kilobytes can claim billions, and every browser that shows them would need memory for all. */
export const mostPixels = 64_000_000;

/** The signature, and the length and the name of the IHDR chunk. Behind another first chunk, a decoder might find another size than we do. */
const pngStart = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

/** Returns what a file is by its first bytes; null for anything but the two. */
export function pictureType(bytes: Buffer): PictureType | null {
  if (bytes.subarray(0, pngStart.length).equals(pngStart)) return 'image/png';
  return bytes.subarray(0, 3).equals(Buffer.from('ffd8ff', 'hex')) ? 'image/jpeg' : null;
}

/** Tells whether its end is there. It may have been asked for while it was being written. */
export function isWhole(type: PictureType, bytes: Buffer): boolean {
  return type === 'image/png'
    ? bytes.subarray(-12).includes('IEND')
    : bytes.subarray(-1024).includes(Buffer.from('ffd9', 'hex'));
}

/** In pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Returns the size as the file states it; 0 × 0 where it does not, and nothing can be shown. */
export function pictureSize(type: PictureType, bytes: Buffer): PictureSize {
  const at = type === 'image/png' ? null : frameHeaderAt(bytes);
  if (at !== null) return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
  // The IHDR chunk comes first: 8 bytes of signature, 4 of length, 4 of name, then width and height.
  return type === 'image/jpeg' || bytes.length < 24
    ? { width: 0, height: 0 }
    : { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** Returns whether a picture states more pixels than any screen has. */
export function isHuge({ width, height }: PictureSize): boolean {
  return width * height > mostPixels;
}

/** Start of frame, SOF0 to SOF15, without the three of these numbers that mean something else (ITU-T T.81, table B.1). */
const isFrameHeader = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
/** Markers without a length behind them: TEM, RST0 to RST7, SOI. */
const isBare = (marker: number): boolean => marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8);

/** Returns where the frame header of a JPEG begins: marker, length, precision, height, width. Null: there is none. */
function frameHeaderAt(bytes: Buffer): number | null {
  let at = 0;
  while (at + 9 <= bytes.length) {
    const marker = bytes[at] === 0xff ? (bytes[at + 1] ?? 0) : null;
    // Decoders pass over fill bytes, and over what should not be there.
    if (marker === null || marker === 0xff) at += 1;
    else if (isFrameHeader(marker)) return at;
    else at += isBare(marker) ? 2 : 2 + Math.max(2, bytes.readUInt16BE(at + 2));
  }
  return null;
}
