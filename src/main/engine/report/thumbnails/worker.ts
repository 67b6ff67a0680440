/** The thread that makes thumbnails: to decode a screenshot takes a tenth of a second, in which the program would answer nobody. */
import { on } from 'node:events';
import { parentPort } from 'node:worker_threads';
import type { PictureType } from '../../common/picture.ts';
import { decodePicture, encodePicture } from './codecs.ts';
import { shrink } from './shrink.ts';

export interface ThumbnailOrder {
  readonly type: PictureType;
  readonly bytes: Uint8Array;
  /** Most bytes of the thumbnail. */
  readonly mostBytes: number;
}

/** A JPEG, and its size in pixels; or why there is none. */
export type ThumbnailResult =
  | { readonly kind: 'made'; readonly jpeg: Uint8Array; readonly width: number; readonly height: number }
  | { readonly kind: 'unreadable' | 'too-big' };

/** From the best to one that nearly every screenshot fits into: longest side in pixels, quality. */
const looks = [
  [560, 62],
  [480, 45],
  [360, 40],
  [240, 30],
] as const;

async function make({ type, bytes, mostBytes }: ThumbnailOrder): Promise<ThumbnailResult> {
  const picture = await decodePicture(type, bytes);
  for (const [most, quality] of looks) {
    const small = shrink(picture, most);
    const jpeg = await encodePicture(small, quality);
    if (jpeg.length <= mostBytes) return { kind: 'made', jpeg, width: small.width, height: small.height };
  }
  return { kind: 'too-big' };
}

if (parentPort !== null) {
  for await (const [order] of on(parentPort, 'message') as AsyncIterable<[ThumbnailOrder]>)
    parentPort.postMessage(await make(order).catch((): ThumbnailResult => ({ kind: 'unreadable' })));
}
