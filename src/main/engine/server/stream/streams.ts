/** All open streams together: what the feed tells is written out once here and handed to everyone it concerns. */
import type { ServerResponse } from 'node:http';
import type { Feed, JournalEvent } from '../../feed/index.ts';
import { createBacklog, type StreamView } from './backlog.ts';
import { createChannel, type Channel } from './channel.ts';
import { createPictures, vmsSnapshot, type ConfiguredVm, type SnapshotName } from './pictures.ts';
import { checkEveryMs, createSink, sinkLimits, type Sink, type SinkLimits } from './sink.ts';
import { createSnapshotTimers } from './snapshot-timers.ts';
import { addCounts, createStreamCounters, type EventCounts, type StreamFigures } from './stream-figures.ts';
import { openStream, type Stream, type StreamContext, type StreamQuery } from './stream.ts';
import { createThrottle } from './throttle.ts';
import { jsonFrame } from './wire.ts';

/** A fast run sends at most ten `progress` events a second. */
const progressGapMs = 100;
/**
 * After this much silence the system probes the peer: once a second, ten times (libuv). The system does not probe while data waits for
 * an acknowledgement: then it resends until it gives up, and the sink's limits apply as soon as it accepts no more.
 */
const probePeerAfterMs = 4000;

export interface StreamsOptions {
  readonly feed: Feed;
  readonly vms: () => readonly ConfiguredVm[];
  readonly version: string;
  readonly onDemand: (smallestIntervalSeconds: number | null) => void;
  readonly limits?: SinkLimits;
}

export interface Streams {
  /** Turns a response whose headers have been sent into a stream. */
  open(response: ServerResponse, query: StreamQuery): void;
  count(): number;
  figures(): StreamFigures;
  /** Ends every stream properly; its client comes back by itself, elsewhere or later. @returns when all are under way */
  close(): Promise<void>;
}

export function createStreams({
  feed,
  vms,
  version,
  onDemand,
  limits = sinkLimits,
}: StreamsOptions): Streams {
  const open = new Map<Stream, Sink>();
  /** By what the streams show. */
  const contexts = new Map<string, StreamContext>();
  let whenAllGone: (() => void) | null = null;
  const counters = createStreamCounters();
  let isClosed = false;
  const pictures = createPictures(feed, vms);
  const backlog = createBacklog(feed);
  const vmNames = (): string[] => vms().map((vm) => vm.name);
  const journalFrame = createJournalFrames();
  const timers = createSnapshotTimers<Stream>((stream) => {
    stream.tick();
  }, onDemand);
  const progressThrottle = createThrottle(progressGapMs, (vm) => {
    tellSnapshot({ kind: 'progress', vm });
  });

  const count = (events: EventCounts, clients = 1): void => {
    addCounts(counters.sent, events, clients);
  };

  /** What a stream needs to know: the same for all that show the same. */
  function contextOf({ vm, errorEvent }: StreamView): StreamContext {
    const key = JSON.stringify([vm, errorEvent]);
    const known = contexts.get(key);
    if (known !== undefined) return known;
    const channel = createChannel({
      view: { vm, errorEvent },
      headSeq: feed.head(),
      onSent: count,
      onEmpty: () => contexts.delete(key),
    });
    const context = { feed, pictures, backlog, channel, vmNames, version, count };
    contexts.set(key, context);
    return context;
  }

  /** @param vm null: the channels of all streams */
  function channelsOf(vm: string | null): Channel[] {
    return [...contexts.values()]
      .map(({ channel }) => channel)
      .filter(({ view }) => vm === null || view.vm === null || view.vm === vm);
  }

  function tellSnapshot(name: SnapshotName): void {
    const frame = pictures.frame(name);
    if (frame !== null) for (const channel of channelsOf(name.vm)) channel.addSnapshot(frame, name);
  }

  const unsubscribe = feed.subscribe((told) => {
    if (told.kind === 'journal') {
      const { event } = told;
      for (const channel of channelsOf(event.vm))
        channel.addJournal(journalFrame(event, channel.view.errorEvent), event);
    } else if (told.kind === 'vms') {
      tellSnapshot(vmsSnapshot);
    } else if (told.urgent && told.kind === 'progress') {
      progressThrottle.request(told.vm);
    } else if (told.urgent) {
      tellSnapshot({ kind: 'status', vm: told.vm });
    }
  });
  const checks = setInterval(() => {
    for (const sink of open.values()) sink.check();
  }, checkEveryMs);

  return {
    open(response, query) {
      if (isClosed || response.destroyed) {
        response.end();
        return;
      }
      // An answer that waits for the one before it has no socket of its own yet.
      response.req.socket.setKeepAlive(true, probePeerAfterMs);
      const sink = createSink(response, limits, () => {
        stream.resume();
      });
      const stream = openOrDispose(() => openStream(sink, query, contextOf(query)), sink);
      counters.opened += 1;
      open.set(stream, sink);
      timers.add(query.intervalSeconds, stream);
      response.on('close', () => {
        sink.dispose();
        stream.dispose();
        if (sink.wasCut()) counters.cut += 1;
        open.delete(stream);
        timers.remove(query.intervalSeconds, stream);
        if (open.size === 0) whenAllGone?.();
      });
    },
    count: () => open.size,
    figures: () => ({ open: open.size, ...counters, sent: { ...counters.sent } }),
    async close() {
      isClosed = true;
      unsubscribe();
      clearInterval(checks);
      progressThrottle.stop();
      timers.stop();
      for (const { channel } of contexts.values()) channel.flush();
      const allGone = new Promise<void>((resolve) => {
        whenAllGone = resolve;
      });
      for (const stream of open.keys()) stream.finish();
      if (open.size > 0) await allGone;
    },
  };
}

/** A stream that cannot even begin, as with a journal that cannot be read, leaves nothing behind. */
function openOrDispose(open: () => Stream, sink: Sink): Stream {
  try {
    return open();
  } catch (error) {
    sink.dispose();
    throw error;
  }
}

/** Remembers the frames of the newest event only: every client asks for it within the same turn. */
function createJournalFrames(): (event: JournalEvent, errorEvent: string) => string {
  let newest: JournalEvent | null = null;
  const frames = new Map<string, string>();
  return (event, errorEvent) => {
    if (event !== newest) frames.clear();
    newest = event;
    const name = event.type === 'error' ? errorEvent : event.type;
    const frame = frames.get(name) ?? jsonFrame(name, event.id, event.json);
    frames.set(name, frame);
    return frame;
  };
}
