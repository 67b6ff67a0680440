/** Lets all who ask for the screenshots of a task at one time share one look at the VM: it is the machine under test. */
import type { Result } from '../../../shared/result.ts';
import type { Screen, Screens, ScreensProblem, ScreenTask } from '../../../shared/screens.ts';
import { isWhole, pictureType } from '../common/picture.ts';
import { currentRun } from './state.ts';
import type { VmStore } from './store.ts';

export interface SharedScreensOptions {
  /** Changes when a task of the VM may have another screenshot. */
  readonly version: () => number;
  readonly monotonicMs: () => number;
}

/** Returns what gives a number that grows when a task of the VM may have another screenshot. */
export function screensVersion(store: VmStore): () => number {
  let version = 0;
  store.subscribe((state, before) => {
    if (state.newestStep !== before.newestStep || currentRun(state) !== currentRun(before)) version += 1;
  });
  return () => version;
}

/** A list may be so old, if nothing has happened since. */
const listHoldsMs = 5_000;
/** A whole screenshot does not change under its name. Who looks at a run looks at the newest, so a few are enough. */
const pictureHoldsMs = 60_000;
const mostPictureBytes = 8 * 1024 * 1024;

type Listed = Result<readonly Screen[], ScreensProblem>;
type Picture = Result<Uint8Array, ScreensProblem>;

/** @param onVm asks the VM each time */
export function shareScreens(onVm: Screens, { version, monotonicMs }: SharedScreensOptions): Screens {
  const lists = new SharedWork<Listed>();
  const reads = new SharedWork<Picture>();
  const pictures = new PictureCache(monotonicMs);
  let newest: { readonly key: string; readonly atMs: number; readonly listed: Listed } | null = null;

  return {
    list(task, signal) {
      const key = `${version()} ${keyOf(task)}`;
      if (newest?.key === key && monotonicMs() - newest.atMs < listHoldsMs)
        return Promise.resolve(newest.listed);
      return lists.join(key, signal, async (ended) => {
        const atMs = monotonicMs();
        const listed = await onVm.list(task, ended);
        if (listed.ok) newest = { key, atMs, listed };
        return listed;
      });
    },

    read(task, name, signal) {
      const key = `${keyOf(task)} ${name}`;
      const known = pictures.get(key);
      if (known !== null) return Promise.resolve({ ok: true, value: known });
      return reads.join(key, signal, async (ended) => {
        const read = await onVm.read(task, name, ended);
        if (read.ok) pictures.add(key, read.value);
        return read;
      });
    },

    texts: (task, signal) => onVm.texts(task, signal),
  };
}

/** The attempt that is on has the number 0, and so has the next one: the time tells them apart. */
function keyOf({ runId, domain, taskId, attempt, startedAt, notBefore, notFrom }: ScreenTask): string {
  return JSON.stringify([runId, domain, taskId, attempt, startedAt, notBefore, notFrom]);
}

/** Work that several wait for. It ends when the last of them has gone. */
class SharedWork<Value> {
  readonly #under = new Map<string, { readonly result: Promise<Value>; readonly join: () => () => void }>();

  /** Rejects when the signal aborts. */
  async join(
    key: string,
    signal: AbortSignal,
    start: (ended: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    signal.throwIfAborted();
    const work = this.#under.get(key) ?? this.#start(key, start);
    const leave = work.join();
    const gone = Promise.withResolvers<never>();
    const hear = (): void => {
      leave();
      gone.reject(signal.reason);
    };
    signal.addEventListener('abort', hear, { once: true });
    try {
      return await Promise.race([work.result, gone.promise]);
    } finally {
      signal.removeEventListener('abort', hear);
    }
  }

  #start(key: string, start: (ended: AbortSignal) => Promise<Value>) {
    const ending = new AbortController();
    let waiting = 0;
    const forget = (): void => {
      if (this.#under.get(key) === work) this.#under.delete(key);
    };
    const result = start(ending.signal).finally(forget);
    const work = {
      result,
      join: () => {
        waiting += 1;
        return () => {
          waiting -= 1;
          if (waiting > 0) return;
          // Nobody may join what is being ended.
          forget();
          ending.abort();
        };
      },
    };
    this.#under.set(key, work);
    // If all have gone, nobody hears how it ends.
    result.catch(() => undefined);
    return work;
  }
}

/** The screenshots that were read last, as far as they are whole. */
class PictureCache {
  readonly #monotonicMs: () => number;
  /** The oldest first. */
  readonly #pictures = new Map<string, { readonly bytes: Uint8Array; readonly atMs: number }>();
  #sizeBytes = 0;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  get(key: string): Uint8Array | null {
    this.#dropOld();
    return this.#pictures.get(key)?.bytes ?? null;
  }

  add(key: string, bytes: Uint8Array): void {
    const picture = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const type = pictureType(picture);
    if (type === null || !isWhole(type, picture) || this.#pictures.has(key)) return;
    this.#pictures.set(key, { bytes, atMs: this.#monotonicMs() });
    this.#sizeBytes += bytes.length;
    this.#dropOld();
    // The memory is free again when nobody looks any more.
    setTimeout(() => this.#dropOld(), pictureHoldsMs + 1000).unref();
  }

  #dropOld(): void {
    const oldestMs = this.#monotonicMs() - pictureHoldsMs;
    for (const [key, { bytes, atMs }] of this.#pictures) {
      if (atMs >= oldestMs && this.#sizeBytes <= mostPictureBytes) return;
      this.#pictures.delete(key);
      this.#sizeBytes -= bytes.length;
    }
  }
}
