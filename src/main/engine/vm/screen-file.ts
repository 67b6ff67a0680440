/** Fetches one picture of a result folder, on a channel of its own that is open no longer than it takes. */
import { createBoundedBytes } from '../common/bounded-bytes.ts';
import { openFollow } from './follow-channel.ts';
import { readScreenHead } from './result-folder.ts';
import type { Channels } from './ssh/channels.ts';

export type ScreenFile =
  | { readonly kind: 'ok'; readonly bytes: Buffer }
  | { readonly kind: 'too-big'; readonly sizeBytes: number }
  /** There is no such file, or it may not be read. */
  | { readonly kind: 'absent' }
  /** The channel ended before all of it had come. */
  | { readonly kind: 'broken'; readonly detail: string }
  | { readonly kind: 'late' }
  /** Nobody wants it any more. */
  | { readonly kind: 'aborted' };

export interface ScreenFileLimits {
  readonly mostBytes: number;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/** @param words see `screenCommand`, with the same `mostBytes` */
export function fetchScreen(
  channels: Channels,
  shell: string,
  words: readonly string[],
  { mostBytes, limitMs, signal }: ScreenFileLimits,
): Promise<ScreenFile> {
  return new Promise((resolve) => {
    // The line in front of the bytes is shorter than this.
    const received = createBoundedBytes(mostBytes + 64);
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
      closed: () => finish(judge(received.bytes, mostBytes, notices.trim())),
    });
    if (signal.aborted) abort();

    function finish(result: ScreenFile): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      channel.close();
      resolve(result);
    }
  });
}

function judge(received: Buffer, mostBytes: number, notices: string): ScreenFile {
  const head = readScreenHead(received);
  if (head === null)
    return received.length === 0 && notices !== '' && !/no such file|permission denied/i.test(notices)
      ? { kind: 'broken', detail: notices }
      : { kind: 'absent' };
  if (head.sizeBytes > mostBytes) return { kind: 'too-big', sizeBytes: head.sizeBytes };
  const bytes = received.subarray(head.end);
  return bytes.length === head.sizeBytes
    ? { kind: 'ok', bytes }
    : { kind: 'broken', detail: `${bytes.length} of ${head.sizeBytes} bytes have come` };
}
