/** One client's stream, from its opening to its end: what it missed, the picture as it is, then everything as it happens. */
import type { Feed, JournalEvent } from '../feed/index.ts';
import type { Pictures, SnapshotKind } from './pictures.ts';
import type { StreamQuery } from './query.ts';
import type { Sink } from './sink.ts';
import { eventFrame, streamOpening } from './wire.ts';

const replayPage = 200;

export interface StreamContext {
  readonly feed: Feed;
  readonly pictures: Pictures;
  /** Names of the configured VMs, in order. */
  readonly vmNames: () => readonly string[];
  /** Version of BenchTray. */
  readonly version: string;
  /** The frame of a journal event, written out once for all clients. */
  readonly journalFrame: (event: JournalEvent, errorEvent: string) => string;
}

export interface Stream {
  readonly intervalSeconds: number;
  /** A journal event was committed just now. */
  journal(event: JournalEvent): void;
  /** Sends the newest snapshot of a VM: at once, or as soon as the client has room. */
  snapshot(kind: SnapshotKind, vm: string): void;
  /** The client's interval is over. */
  tick(): void;
  /** Goes on with what had to wait. To be called when the client has room again. */
  resume(): void;
}

/**
 * The journal itself is the queue: while the client has not caught up, what is committed stays there and is read from
 * there, so that nothing is lost or sent twice where the past meets the present.
 */
export function openStream(sink: Sink, query: StreamQuery, context: StreamContext): Stream {
  const { feed, pictures } = context;
  const { position, hasGap } = startingPoint(feed, query);
  const headAtOpening = feed.head();
  /** The newest journal event that was sent, or need not be. */
  let sentSeq = position;
  let state: 'replaying' | 'catching up' | 'live' = 'replaying';
  /** Snapshots that wait until the client has room: only that there are some, the newest will be sent. */
  const owed: Readonly<Record<SnapshotKind, Set<string>>> = { status: new Set(), progress: new Set() };

  const isMine = (vm: string): boolean => query.vm === null || query.vm === vm;
  const myVms = (): readonly string[] => (query.vm === null ? context.vmNames() : [query.vm]);

  function sendSnapshot(kind: SnapshotKind, vm: string): void {
    owed[kind].delete(vm);
    const frame = pictures.frame(kind, vm);
    if (frame !== null) sink.write(frame);
  }

  function snapshot(kind: SnapshotKind, vm: string): void {
    if (!isMine(vm)) return;
    if (state === 'live' && !sink.isFull()) sendSnapshot(kind, vm);
    else owed[kind].add(vm);
  }

  function sendOwed(): void {
    for (const kind of ['status', 'progress'] as const) for (const vm of owed[kind]) sendSnapshot(kind, vm);
  }

  function sendJournal(event: JournalEvent): void {
    sink.write(context.journalFrame(event, query.errorEvent));
    sentSeq = event.seq;
  }

  /** Sends what the journal has, event by event, as long as the client takes it. @returns whether that was all */
  function sendFromJournal(throughSeq: number): boolean {
    for (;;) {
      const page = feed.replay(sentSeq, query.vm, replayPage).filter((event) => event.seq <= throughSeq);
      for (const event of page) {
        if (sink.isFull()) return false;
        sendJournal(event);
        sink.flush();
      }
      if (page.length < replayPage) return true;
    }
  }

  function proceed(): void {
    if (state === 'replaying') {
      if (!sendFromJournal(headAtOpening)) return;
      for (const vm of myVms()) sendSnapshot('status', vm);
      for (const vm of myVms()) sendSnapshot('progress', vm);
      state = 'catching up';
    }
    if (state === 'catching up') {
      if (!sendFromJournal(Infinity)) return;
      state = 'live';
    }
    if (!sink.isFull()) sendOwed();
  }

  const opening = eventFrame('connected', feed.idOf(position), {
    timestamp: new Date().toISOString(),
    interval: query.intervalSeconds,
    version: context.version,
    replayed: feed.countAfter(position, query.vm),
    ...(hasGap ? { gap: true } : {}),
  });
  sink.write(streamOpening + opening);
  sink.flush();
  proceed();

  return {
    intervalSeconds: query.intervalSeconds,
    journal(event) {
      if (state === 'live' && isMine(event.vm) && event.seq > sentSeq) sendJournal(event);
    },
    snapshot,
    tick() {
      for (const vm of myVms()) snapshot('status', vm);
      for (const vm of myVms()) if (pictures.isRunOn(vm)) snapshot('progress', vm);
    },
    resume: proceed,
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
