/** Receives what one command prints, as a whole and bounded, on a channel of its own that is open no longer than it takes. */
import { createBoundedBytes } from '../common/bounded-bytes.ts';
import { openFollow } from './follow-channel.ts';
import type { Channels } from './ssh/channels.ts';

export interface FetchLimits {
  readonly mostBytes: number;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/** How a fetch ended without its bytes. */
export type FetchFailure =
  | { readonly kind: 'too-big'; readonly sizeBytes: number }
  | { readonly kind: 'late' }
  /** Nobody wants it any more. */
  | { readonly kind: 'aborted' };

export type Fetched =
  | {
      /** The channel has ended: whether all has come is for the caller to say. */
      readonly kind: 'ended';
      readonly bytes: Buffer;
      /** What the shell and its commands said, without the rest of a long text. */
      readonly notices: string;
    }
  | FetchFailure;

export function fetchBytes(
  channels: Channels,
  shell: string,
  words: readonly string[],
  { mostBytes, limitMs, signal }: FetchLimits,
): Promise<Fetched> {
  return new Promise((resolve) => {
    const received = createBoundedBytes(mostBytes);
    let notices = '';

    const timer = setTimeout(() => finish({ kind: 'late' }), limitMs);
    const abort = (): void => finish({ kind: 'aborted' });
    signal.addEventListener('abort', abort, { once: true });

    const channel = openFollow(channels, shell, words, {
      data(chunk) {
        if (!received.push(chunk))
          finish({ kind: 'too-big', sizeBytes: received.bytes.length + chunk.length });
      },
      notice(text) {
        notices = (notices + text).slice(0, 500);
      },
      closed: () => finish({ kind: 'ended', bytes: received.bytes, notices: notices.trim() }),
    });
    if (signal.aborted) abort();

    function finish(result: Fetched): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      channel.close();
      resolve(result);
    }
  });
}
