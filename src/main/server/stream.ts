/** One client's stream, from its opening to its end: what it missed, the picture as it is, then everything as it happens. */
import type { Feed } from '../feed/index.ts';
import type { Backlog } from './backlog.ts';
import type { Batch, Channel } from './channel.ts';
import type { Pictures, SnapshotKind, SnapshotName } from './pictures.ts';
import type { StreamQuery } from './query.ts';
import type { Sink } from './sink.ts';
import type { EventCounts, Frames } from './stream-figures.ts';
import { eventFrame, streamOpening } from './wire.ts';

export interface StreamContext {
  readonly feed: Feed;
  readonly pictures: Pictures;
  readonly backlog: Backlog;
  /** Of all streams that show the same. */
  readonly channel: Channel;
  /** Names of the configured VMs, in order. */
  readonly vmNames: () => readonly string[];
  /** Version of BenchTray. */
  readonly version: string;
  /** Told what is sent. */
  readonly count: (events: EventCounts) => void;
}

export interface Stream {
  /** The client's interval is over. */
  tick(): void;
  /** Goes on with what had to wait. To be called when the client has taken everything that it was sent. */
  resume(): void;
  /** Sends what the client has not got yet, as it takes it, and ends. */
  finish(): void;
  /** To be called when the connection is gone. */
  dispose(): void;
}

/**
 * The journal itself is the queue: while a client is behind, what is committed stays there and is read from there, so
 * that nothing is lost or sent twice where the past meets the present, and nothing is kept for the client in memory.
 */
export function openStream(sink: Sink, query: StreamQuery, context: StreamContext): Stream {
  const { feed, pictures, backlog, channel } = context;
  const { position, hasGap } = startingPoint(feed, query);
  const headAtOpening = feed.head();
  /** The newest journal event that was sent, or need not be. Of a live stream, the channel knows. */
  let sentSeq = position;
  let state: 'replaying' | 'behind' | 'live' = 'replaying';
  let isFinishing = false;
  /** Snapshots that wait until the client has room: only that there are some, the newest will be sent. */
  let owed: readonly SnapshotName[] = [];

  const myVms = (): readonly string[] => (query.vm === null ? context.vmNames() : [query.vm]);

  function take(batch: Batch): void {
    if (state === 'live' && !sink.isFull()) {
      send(batch);
      return;
    }
    if (state === 'live') {
      state = 'behind';
      sentSeq = channel.sentSeq();
    }
    sink.owe(batch.journalBytes);
    for (const { kind, vm } of batch.snapshots) owe(kind, vm);
  }

  /** One portion, together with what goes before and behind it: the next one when the client has taken this. */
  function proceed(...before: readonly Frames[]): void {
    if (sink.isOver()) return;
    // What the others still wait for is in the journal already.
    channel.flush();
    if (sink.isFull()) return;
    if (state === 'live') {
      send(owedPicture());
      return;
    }
    const throughSeq = state === 'replaying' ? headAtOpening : feed.head();
    const portion = backlog.read(query, sentSeq, throughSeq);
    sentSeq = portion.throughSeq;
    if (sentSeq < throughSeq) {
      send(...before, portion);
      return;
    }
    const picture = state === 'replaying' ? wholePicture() : owedPicture();
    state = sentSeq === feed.head() ? 'live' : 'behind';
    send(...before, portion, picture);
    if (state === 'behind') proceed();
    else if (isFinishing) sink.end();
  }

  function wholePicture(): Frames {
    owed = [];
    return pictures.whole(myVms());
  }

  function owe(kind: SnapshotKind, vm: string): void {
    if (!owed.some((other) => other.kind === kind && other.vm === vm)) owed = [...owed, { kind, vm }];
  }

  function owedPicture(): Frames {
    const names = (['status', 'progress'] as const).flatMap((kind) =>
      owed.filter((one) => one.kind === kind),
    );
    owed = [];
    return pictures.newest(names);
  }

  /** All of it as one write. */
  function send(...parts: readonly Frames[]): void {
    const some = parts.filter(({ bytes }) => bytes.length > 0);
    const [first] = some;
    if (first === undefined) return;
    // What many are sent is not copied for each.
    sink.write(some.length === 1 ? first.bytes : Buffer.concat(some.map(({ bytes }) => bytes)));
    for (const { counts } of some) context.count(counts);
  }

  /** The client comes back by itself, and perhaps the journal can be read by then. */
  function goOn(...before: readonly Frames[]): void {
    try {
      proceed(...before);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error));
      sink.end();
    }
  }

  const connected = eventFrame('connected', feed.idOf(position), {
    timestamp: new Date().toISOString(),
    interval: query.intervalSeconds,
    version: context.version,
    replayed: feed.countAfter(position, query.vm),
    ...(hasGap ? { gap: true } : {}),
  });
  const leave = channel.join(take);
  goOn({ bytes: Buffer.from(streamOpening + connected), counts: { connected: 1 } });

  return {
    tick() {
      channel.flush();
      if (state === 'live' && !sink.isFull()) send(pictures.repeated(myVms()));
      else
        for (const vm of myVms()) {
          owe('status', vm);
          if (pictures.isRunOn(vm)) owe('progress', vm);
        }
    },
    resume() {
      const isSettled = state === 'live' && owed.length === 0;
      // Not at once: a client that takes everything at once would keep all others waiting.
      if (!isSettled) setImmediate(() => goOn());
    },
    finish() {
      isFinishing = true;
      if (state === 'live') sink.end();
    },
    dispose: leave,
  };
}

/** A client that comes back goes on from where it was; one that is new, or comes from elsewhere, begins at the newest event. */
function startingPoint(
  feed: Feed,
  query: StreamQuery,
): { readonly position: number; readonly hasGap: boolean } {
  if (query.lastEventId === null) return { position: feed.head(), hasGap: false };
  const position = feed.parseId(query.lastEventId);
  if (position === null) return { position: feed.head(), hasGap: true };
  return { position, hasGap: feed.hasPrunedAfter(position, query.vm) };
}
