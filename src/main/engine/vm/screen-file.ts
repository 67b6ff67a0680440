/** Fetches one picture of a result folder. */
import { fetchBytes, type FetchFailure, type FetchLimits } from './fetch-bytes.ts';
import { readScreenHead } from './result-folder.ts';
import type { Channels } from './ssh/channels.ts';

export type ScreenFile =
  | { readonly kind: 'ok'; readonly bytes: Buffer }
  /** There is no such file, or it may not be read. */
  | { readonly kind: 'absent' }
  /** The channel ended before all of it had come. */
  | { readonly kind: 'broken'; readonly detail: string }
  | FetchFailure;

/** The line in front of the bytes is shorter than this. */
const headBytes = 64;

/** @param words see `screenCommand`, with the same `mostBytes` */
export async function fetchScreen(
  channels: Channels,
  shell: string,
  words: readonly string[],
  { mostBytes, ...limits }: FetchLimits,
): Promise<ScreenFile> {
  const fetched = await fetchBytes(channels, shell, words, { ...limits, mostBytes: mostBytes + headBytes });
  return fetched.kind === 'ended' ? judge(fetched.bytes, mostBytes, fetched.notices) : fetched;
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
