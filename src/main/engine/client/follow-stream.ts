import { EventSource, type FetchLike } from 'eventsource';
import { messageNames } from '../../../shared/stream-message.ts';
import { toMessage, type StreamMessage } from './message.ts';

export interface FollowOptions {
  readonly url: URL;
  readonly onMessage: (message: StreamMessage) => void;
  /** Called on every failed attempt and every lost connection, with the reason in a few words. */
  readonly onLost: (reason: string) => void;
  /** Shortest and longest pause before a refused connection is tried again, milliseconds. */
  readonly pauseMs?: { readonly least: number; readonly most: number };
  /** A connection on which nothing came for this long is given up. The server writes at least every 15 s. */
  readonly silenceMs?: number;
}

/** Far above any event of BenchTray: a hundred VMs with a thousand tasks each. */
const mostEventBytes = 16 * 1024 * 1024;
/** An empty line ends an event, in whatever way lines end. */
const endOfEvent = /\n\r?\n|\r\r/;
const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/**
 * Follows the stream until closed, whatever happens to the server. EventSource comes back by itself after a lost
 * connection, but gives up for good on any answer other than 200: then a new one takes over with the last id.
 */
export function followStream({
  url,
  onMessage,
  onLost,
  pauseMs = { least: 1000, most: 15_000 },
  silenceMs = 45_000,
}: FollowOptions): { close(): void } {
  let source: EventSource | null = null;
  let retryTimer: NodeJS.Timeout | null = null;
  let lastEventId = '';
  let refusals = 0;
  let lastByteAtMs = performance.now();

  const noteBytes: FetchLike = async (address, init) => {
    lastByteAtMs = performance.now();
    const response = await fetch(address, init);
    lastByteAtMs = performance.now();
    let bytesOfEvent = 0;
    let tail = '';
    const body = response.body?.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          lastByteAtMs = performance.now();
          bytesOfEvent = endOfEvent.test(tail + latin1(chunk)) ? chunk.length : bytesOfEvent + chunk.length;
          tail = latin1(chunk.subarray(-3));
          if (bytesOfEvent > mostEventBytes) controller.error(new Error('it sends an event without an end'));
          else controller.enqueue(chunk);
        },
      }),
    );
    const { status, redirected, headers } = response;
    return { body: body ?? null, url: response.url, status, redirected, headers };
  };

  const open = () => {
    const address = new URL(url);
    if (lastEventId !== '') address.searchParams.set('lastEventId', lastEventId);
    lastByteAtMs = performance.now();
    const current = new EventSource(address, { fetch: noteBytes });
    source = current;
    for (const name of messageNames) {
      current.addEventListener(name, (event: MessageEvent) => {
        if (source !== current) return;
        refusals = 0;
        if (event.lastEventId !== '') lastEventId = event.lastEventId;
        const message = toMessage(name, String(event.data), event.lastEventId);
        if (message !== null) onMessage(message);
      });
    }
    current.addEventListener('error', (event) => {
      if (source !== current) return;
      onLost(lostReason(event.code, event.message));
      if (current.readyState === current.CLOSED) openLater();
    });
  };

  const openLater = () => {
    source?.close();
    source = null;
    const longest = Math.min(pauseMs.most, pauseMs.least * 2 ** Math.min(refusals, 10));
    refusals += 1;
    retryTimer = setTimeout(open, pauseMs.least + Math.random() * (longest - pauseMs.least));
  };

  const watchdog = setInterval(
    () => {
      if (source === null || performance.now() - lastByteAtMs < silenceMs) return;
      onLost('the server has gone silent');
      openLater();
    },
    Math.min(1000, silenceMs),
  );

  open();
  return {
    close() {
      clearInterval(watchdog);
      if (retryTimer !== null) clearTimeout(retryTimer);
      source?.close();
      source = null;
    },
  };
}

function lostReason(status: number | undefined, message: string | undefined): string {
  if (status !== undefined && status !== 200) return `the server answered ${String(status)}`;
  if (message === undefined || message === '') return 'the connection was lost';
  if (message.includes('ECONNREFUSED')) return 'no BenchTray is running there';
  if (/ENOTFOUND|EAI_AGAIN/.test(message)) return 'the host name is unknown';
  if (/terminated|other side closed|ECONNRESET|socket hang up/.test(message)) return 'the server closed it';
  // Names of JavaScript's errors help nobody at a terminal.
  return message.replace(/^(?:TypeError: )?(?:fetch failed: )?/, '');
}
