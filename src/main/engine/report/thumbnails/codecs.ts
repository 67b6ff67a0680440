/** Decodes PNG and JPEG, and encodes JPEG, in WebAssembly: no native module, and a broken picture cannot reach the memory of the program. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import decodeJpeg, { init as initJpegDecoder } from '@jsquash/jpeg/decode.js';
import encodeJpeg, { init as initJpegEncoder } from '@jsquash/jpeg/encode.js';
import decodePng, { init as initPngDecoder } from '@jsquash/png/decode.js';
import type { PictureType } from '../../common/picture.ts';
import type { Pixels } from './shrink.ts';

/** The libraries are written for browsers, which have this class. */
class PlainImageData implements Pixels {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  constructor(data: Uint8ClampedArray, width: number, height: number) {
    this.data = data;
    this.width = width;
    this.height = height;
  }
}

/** Node has it; its types are in those of the DOM. */
declare const WebAssembly: { compile(bytes: Uint8Array): Promise<object> };

type Init = (module: unknown) => Promise<unknown>;

/** @throws if the bytes are no whole picture */
export async function decodePicture(type: PictureType, bytes: Uint8Array): Promise<Pixels> {
  Object.assign(globalThis, { ImageData: PlainImageData });
  // They read the buffer as a whole.
  const buffer = bytes.slice().buffer;
  if (type === 'image/png') {
    await loaded('png/codec/pkg/squoosh_png_bg.wasm', initPngDecoder);
    return pixelsOf(await decodePng(buffer));
  }
  await loaded('jpeg/codec/dec/mozjpeg_dec.wasm', initJpegDecoder);
  return pixelsOf(await decodeJpeg(buffer));
}

/** @param quality 0 to 100 */
export async function encodePicture({ width, height, data }: Pixels, quality: number): Promise<Uint8Array> {
  await loaded('jpeg/codec/enc/mozjpeg_enc.wasm', initJpegEncoder);
  const image = new PlainImageData(new Uint8ClampedArray(data), width, height);
  return new Uint8Array(await encodeJpeg(image, { quality }));
}

const loading = new Map<string, Promise<unknown>>();

/** Loads a codec when it is needed first. */
async function loaded(path: string, init: unknown): Promise<void> {
  const load = async (): Promise<void> => {
    await (init as Init)(await WebAssembly.compile(await readFile(fileOf(path))));
  };
  const present = loading.get(path) ?? load();
  loading.set(path, present);
  await present;
}

/** The build puts the codecs beside the program; the sources take them from their packages. */
function fileOf(path: string): string {
  return import.meta.url.endsWith('.ts')
    ? createRequire(import.meta.url).resolve(`@jsquash/${path}`)
    : fileURLToPath(new URL(path.replace(/^.*\//, './'), import.meta.url));
}

function pixelsOf(image: unknown): Pixels {
  return image as Pixels;
}
