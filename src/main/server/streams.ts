/** All open streams together: what the feed tells is written out once here and handed to everyone it concerns. */
import type { ServerResponse } from 'node:http';
import type { Feed, JournalEvent } from '../feed/index.ts';
import { createPace } from './pace.ts';
import { createPictures, type ConfiguredVm } from './pictures.ts';
import type { StreamQuery } from './query.ts';
import { createSink, sinkLimits, type Sink, type SinkLimits } from './sink.ts';
import { createSnapshotTimers } from './snapshot-timers.ts';
import { openStream, type Stream } from './stream.ts';
import { eventFrame } from './wire.ts';

/** Ten a second: how often a run that moves fast is told at most. */
const progressGapMs = 100;
const checkEveryMs = 1000;

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
  let isClosed = false;
  const pictures = createPictures(feed, vms);
  const vmNames = (): string[] => vms().map((vm) => vm.name);
  const journalFrame = createJournalFrames();
  const timers = createSnapshotTimers<Stream>((stream) => {
    stream.tick();
  }, onDemand);
  const progressPace = createPace(progressGapMs, (vm) => {
    for (const stream of open.keys()) stream.snapshot('progress', vm);
  });

  const unsubscribe = feed.subscribe((told) => {
    if (told.kind === 'journal') {
      // Or a progress from before this event would come after it.
      progressPace.flush(told.event.vm);
      for (const stream of open.keys()) stream.journal(told.event);
    } else if (told.urgent && told.kind === 'progress') {
      progressPace.request(told.vm);
    } else if (told.urgent) {
      for (const stream of open.keys()) stream.snapshot('status', told.vm);
    }
  });
  const checks = setInterval(() => {
    const nowMs = Date.now();
    for (const sink of open.values()) sink.check(nowMs);
  }, checkEveryMs);

  return {
    open(response, query) {
      if (isClosed || response.destroyed) {
        response.end();
        return;
      }
      const sink = createSink(response, limits, () => {
        stream.resume();
      });
      const stream = openStream(sink, query, { feed, pictures, vmNames, version, journalFrame });
      open.set(stream, sink);
      timers.add(stream.intervalSeconds, stream);
      response.once('close', () => {
        sink.dispose();
        open.delete(stream);
        timers.remove(stream.intervalSeconds, stream);
      });
    },
    count: () => open.size,
    async close() {
      isClosed = true;
      unsubscribe();
      clearInterval(checks);
      progressPace.stop();
      timers.stop();
      await Promise.all([...open.values()].map((sink) => sink.end()));
    },
  };
}

/** Remembers the frames of the newest event only: every client asks for it within the same turn. */
function createJournalFrames(): (event: JournalEvent, errorEvent: string) => string {
  let newest: JournalEvent | null = null;
  const frames = new Map<string, string>();
  return (event, errorEvent) => {
    if (event !== newest) frames.clear();
    newest = event;
    const name = event.type === 'error' ? errorEvent : event.type;
    const frame = frames.get(name) ?? eventFrame(name, event.id, event.data);
    frames.set(name, frame);
    return frame;
  };
}
