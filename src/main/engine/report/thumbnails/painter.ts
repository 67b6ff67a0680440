/** Makes thumbnails on a thread of its own, one after the other. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { pictureSize, pictureType } from '../../common/picture.ts';
import type { ThumbnailOrder, ThumbnailResult } from './worker.ts';

export interface Painter extends AsyncDisposable {
  /** Returns a JPEG of at most this many bytes, or why there is none. Asked for one at a time. */
  paint(bytes: Uint8Array, mostBytes: number): Promise<ThumbnailResult>;
}

export interface PainterLimits {
  /** Most pixels of a screenshot that is decoded. A 5K screen has 14.7 million; the file may claim any number. */
  readonly pixels: number;
  readonly bytes: number;
  /** How long one may take. Some JPEGs are made to take hours. */
  readonly withinMs: number;
}

const usual: PainterLimits = { pixels: 16_777_216, bytes: 32_000_000, withinMs: 20_000 };
const unreadable: ThumbnailResult = { kind: 'unreadable' };

/** @param signal ends what is being made: its result is "unreadable" */
export function openPainter(signal: AbortSignal, limits: PainterLimits = usual): Painter {
  let worker: Worker | null = null;

  async function dismiss(): Promise<void> {
    const present = worker;
    worker = null;
    await present?.terminate();
  }

  async function order(thumbnail: ThumbnailOrder): Promise<ThumbnailResult> {
    worker ??= startWorker();
    try {
      const answer = once(worker, 'message', {
        signal: AbortSignal.any([signal, AbortSignal.timeout(limits.withinMs)]),
      });
      worker.postMessage(thumbnail);
      return ((await answer) as [ThumbnailResult])[0];
    } catch {
      // Too late, out of memory, or not wanted any more. The next one gets a new thread.
      await dismiss();
      return unreadable;
    }
  }

  return {
    async paint(bytes, mostBytes) {
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const type = pictureType(buffer);
      if (type === null || bytes.length > limits.bytes || signal.aborted) return unreadable;
      const { width, height } = pictureSize(type, buffer);
      if (width * height === 0 || width * height > limits.pixels) return unreadable;
      return order({ type, bytes, mostBytes });
    },
    [Symbol.asyncDispose]: dismiss,
  };
}

function startWorker(): Worker {
  // The build has the thread as a file of its own beside the program (vite.config.ts).
  const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './thumbnail-worker.js';
  const worker = new Worker(new URL(file, import.meta.url), { name: 'thumbnails' });
  // Between two orders, nobody else listens.
  worker.on('error', () => undefined);
  return worker;
}
