/**
 * One client of the event stream, which comes back for ever. The browser's EventSource reconnects by itself after a cut, but
 * closes for good on any answer other than 200, and does not notice a silent server. This client reconnects in both cases.
 */
import { messageNames, parseMessage, type StreamMessage } from '../../shared/stream-message.ts';

export interface StreamClientOptions {
  /** Where the server is. */
  readonly base: URL;
  /** Everything that came since the last call, in order, and when. At most one call in 50 ms. */
  readonly onMessages: (messages: readonly StreamMessage[], heardAtMs: number) => void;
  readonly onLost: () => void;
  /** 0..1, for the jitter. */
  readonly random?: () => number;
}

export interface StreamClient {
  /** Gives up a connection that is open and silent, and makes a new one that goes on where it stood. */
  restartIfSilent(): void;
  close(): void;
}

/** What EventSource hands out: a MessageEvent, of whose data nothing is known yet. */
interface DataEvent extends Event {
  readonly data: unknown;
  readonly lastEventId: string;
}

const batchMs = 50;
const shortestPauseMs = 1000;
const longestPauseMs = 30_000;

export function openStream(options: StreamClientOptions): StreamClient {
  let source: EventSource | null = null;
  let lastEventId = '';
  let refusals = 0;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let batchTimer: ReturnType<typeof setTimeout> | undefined;
  let waiting: StreamMessage[] = [];

  function flush(): void {
    batchTimer = undefined;
    const messages = waiting;
    waiting = [];
    options.onMessages(messages, Date.now());
  }

  function onEvent(event: StreamMessage['event'], { data, lastEventId: id }: DataEvent): void {
    if (id !== '') lastEventId = id;
    const message = parseMessage(event, String(data));
    if (message === null) return;
    waiting.push(message);
    batchTimer ??= setTimeout(flush, batchMs);
  }

  function connect(): void {
    clearTimeout(retryTimer);
    const opened = new EventSource(streamUrl(options.base, lastEventId));
    source = opened;
    for (const name of messageNames) {
      opened.addEventListener(name, (event) => {
        onEvent(name, event as DataEvent);
      });
    }
    opened.onopen = () => {
      refusals = 0;
    };
    opened.onerror = () => {
      options.onLost();
      if (opened.readyState !== EventSource.CLOSED) return;
      retryTimer = setTimeout(connect, retryPauseMs(refusals, (options.random ?? Math.random)()));
      refusals += 1;
    };
  }

  connect();
  return {
    restartIfSilent() {
      if (source?.readyState !== EventSource.OPEN) return;
      source.close();
      connect();
    },
    close() {
      source?.close();
      clearTimeout(retryTimer);
      clearTimeout(batchTimer);
    },
  };
}

/** The stream of all VMs, as fast as it goes, with BenchTray's errors under a name that EventSource does not use itself. */
export function streamUrl(base: URL, lastEventId: string): URL {
  const url = new URL('/api/benchmark-sse?vm=*&interval=1&error_event=problem', base);
  if (lastEventId !== '') url.searchParams.set('lastEventId', lastEventId);
  return url;
}

/** Twice as long after each refusal, and never in step with other clients. @param random 0..1 */
export function retryPauseMs(refusals: number, random: number): number {
  const ceiling = Math.min(longestPauseMs, shortestPauseMs * 2 ** Math.min(refusals, 10));
  return Math.round(ceiling * (0.5 + random / 2));
}
