/** One client's stream, from its opening to its end: what it missed, the picture as it is, then everything as it happens. */
import type { Feed } from '../../feed/index.ts';
import type { Backlog } from './backlog.ts';
import type { Batch, Channel, ChannelMember } from './channel.ts';
import { namesOf, vmsSnapshot, type Pictures, type SnapshotName } from './pictures.ts';
import type { Sink } from './sink.ts';
import type { EventCounts, Frames } from './stream-figures.ts';
import { eventFrame, streamOpening } from './wire.ts';

/** What a client wants to see. */
export interface StreamQuery {
  /** Seconds, 1..60. */
  readonly intervalSeconds: number;
  /** Null: all of them. */
  readonly vm: string | null;
  /** Name under which our `error` events are sent. */
  readonly errorEvent: string;
  /** Where the client was when it lost the stream; null for a new client. */
  readonly lastEventId: string | null;
}

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
  /** Told what is sent past the channel. */
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

export function openStream(sink: Sink, query: StreamQuery, context: StreamContext): Stream {
  return new ClientStream(sink, query, context);
}

/**
 * The journal itself is the queue: while a client is behind, what is committed stays there and is read from there, so
 * that nothing is lost or sent twice where the past meets the present, and nothing is kept for the client in memory.
 * A class, because there may be a thousand: as closures, each client would have functions of its own.
 */
class ClientStream implements Stream, ChannelMember {
  readonly #sink: Sink;
  readonly #query: StreamQuery;
  readonly #context: StreamContext;
  readonly #headAtOpening: number;
  /** Up to where the journal was pruned when the client last learned of it. */
  readonly #knownCut: number;
  /** The newest journal event that was sent, or need not be. Of a live stream, the channel knows. */
  #sentSeq: number;
  #state: 'replaying' | 'behind' | 'live' = 'replaying';
  #isFinishing = false;
  /** Snapshots that wait until the client has room: only that there are some, the newest will be sent. */
  #owed: readonly SnapshotName[] = [];

  constructor(sink: Sink, query: StreamQuery, context: StreamContext) {
    const { feed, channel } = context;
    const { position, hasGap } = startingPoint(feed, query);
    this.#sink = sink;
    this.#query = query;
    this.#context = context;
    this.#headAtOpening = feed.head();
    this.#knownCut = feed.prunedThrough(query.vm);
    this.#sentSeq = position;
    const connected = eventFrame('connected', feed.idOf(position), {
      timestamp: new Date().toISOString(),
      interval: query.intervalSeconds,
      version: context.version,
      replayed: feed.countAfter(position, query.vm),
      ...(hasGap ? { gap: true } : {}),
    });
    channel.join(this);
    const list = context.pictures.frame(vmsSnapshot) ?? '';
    this.#goOn({ bytes: Buffer.from(streamOpening + connected + list), counts: { connected: 1, vms: 1 } });
  }

  tick(): void {
    const { channel, pictures } = this.#context;
    channel.flush();
    if (this.#state === 'live' && !this.#sink.isFull()) this.#send(pictures.repeated(this.#vms()));
    else
      for (const vm of this.#vms()) {
        this.#owe({ kind: 'status', vm });
        if (pictures.isRunOn(vm)) this.#owe({ kind: 'progress', vm });
      }
  }

  resume(): void {
    const isSettled = this.#state === 'live' && this.#owed.length === 0;
    // Not at once: a client that takes everything at once would keep all others waiting.
    if (!isSettled) setImmediate(() => this.#goOn());
  }

  finish(): void {
    this.#isFinishing = true;
    if (this.#state === 'live') this.#sink.end();
  }

  dispose(): void {
    this.#context.channel.leave(this);
  }

  take(batch: Batch): boolean {
    if (this.#state === 'live' && !this.#sink.isFull()) {
      this.#sink.write(batch.bytes);
      return true;
    }
    if (this.#state === 'live') {
      this.#state = 'behind';
      this.#sentSeq = this.#context.channel.sentSeq();
    }
    this.#sink.owe(batch.journalBytes);
    for (const name of batch.snapshots) this.#owe(name);
    return false;
  }

  #vms(): readonly string[] {
    return this.#query.vm === null ? this.#context.vmNames() : [this.#query.vm];
  }

  /** One portion, together with what goes before and behind it: the next one when the client has taken this. */
  #proceed(...before: readonly Frames[]): void {
    const { feed, backlog, channel } = this.#context;
    if (this.#sink.isOver()) return;
    // What the others still wait for is in the journal already.
    channel.flush();
    if (this.#sink.isFull()) return;
    if (this.#state === 'live') {
      this.#send(this.#owedPicture());
      return;
    }
    if (this.#hasMissed()) {
      // The next events are gone. The client reconnects with its last id and then gets `gap`.
      this.#sink.end();
      return;
    }
    const throughSeq = this.#state === 'replaying' ? this.#headAtOpening : feed.head();
    const portion = backlog.read(this.#query, this.#sentSeq, throughSeq);
    this.#sentSeq = portion.throughSeq;
    if (this.#sentSeq < throughSeq) {
      this.#send(...before, portion);
      return;
    }
    if (this.#state === 'replaying') this.#oweAll();
    this.#state = this.#sentSeq === feed.head() ? 'live' : 'behind';
    this.#send(...before, portion, this.#owedPicture());
    if (this.#state === 'behind') this.#proceed();
    else if (this.#isFinishing) this.#sink.end();
  }

  /** Whether the journal has been cut beyond what this client was sent, since it came. */
  #hasMissed(): boolean {
    const cut = this.#context.feed.prunedThrough(this.#query.vm);
    return cut > this.#knownCut && cut > this.#sentSeq;
  }

  /** The status of each VM and the progress of its newest run, and the list of VMs if it changed meanwhile. */
  #oweAll(): void {
    const vms = this.#vms();
    const list = this.#owed.filter(({ kind }) => kind === 'vms');
    this.#owed = [...list, ...namesOf('status', vms), ...namesOf('progress', vms)];
  }

  #owe(name: SnapshotName): void {
    if (!this.#owed.some(({ kind, vm }) => kind === name.kind && vm === name.vm))
      this.#owed = [...this.#owed, name];
  }

  #owedPicture(): Frames {
    const names = (['vms', 'status', 'progress'] as const).flatMap((kind) =>
      this.#owed.filter((one) => one.kind === kind),
    );
    this.#owed = [];
    return this.#context.pictures.newest(names);
  }

  /** All of it as one write. */
  #send(...parts: readonly Frames[]): void {
    const some = parts.filter(({ bytes }) => bytes.length > 0);
    const [first] = some;
    if (first === undefined) return;
    // What many are sent is not copied for each.
    this.#sink.write(some.length === 1 ? first.bytes : Buffer.concat(some.map(({ bytes }) => bytes)));
    for (const { counts } of some) this.#context.count(counts);
  }

  /** The client comes back by itself, and perhaps the journal can be read by then. */
  #goOn(...before: readonly Frames[]): void {
    try {
      this.#proceed(...before);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error));
      this.#sink.end();
    }
  }
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
