/** All streams that show the same: what happens is put together here, once, and goes to each of them as one write. */
import type { JournalEvent } from '../../feed/index.ts';
import { portionLength, type StreamView } from './backlog.ts';
import type { SnapshotName } from './pictures.ts';
import type { EventCounts, Frames } from './stream-figures.ts';

/** What goes to every stream of a channel at once. */
export interface Batch extends Frames {
  /** How many of the bytes are journal events, about. */
  readonly journalBytes: number;
  readonly snapshots: readonly SnapshotName[];
}

/** A stream of a channel. */
export interface ChannelMember {
  /** @returns whether the batch went out to the client; it may be behind */
  take(batch: Batch): boolean;
}

export interface ChannelOptions {
  readonly view: StreamView;
  /** Where the journal stands: what comes is behind that. */
  readonly headSeq: number;
  /** Told what went out, and to how many. */
  readonly onSent: (counts: EventCounts, clients: number) => void;
  /** The last stream has left: the channel is of no use any more. */
  readonly onEmpty: () => void;
}

export interface Channel {
  readonly view: StreamView;
  /** Position that those have reached who were sent everything. */
  sentSeq(): number;
  addJournal(frame: string, event: Pick<JournalEvent, 'seq' | 'type'>): void;
  addSnapshot(frame: string, name: SnapshotName): void;
  /** Sends now what waits to be sent together. */
  flush(): void;
  join(member: ChannelMember): void;
  leave(member: ChannelMember): void;
}

/**
 * Small writes are what costs. Under load, what happens within a pause goes out together: as long as this at least, and
 * twice what sending took, so that the rest of the program gets its turn however many clients there are.
 */
const pauseMs = { atLeast: 5, atMost: 100 };

export function createChannel({ view, headSeq, onSent, onEmpty }: ChannelOptions): Channel {
  const members = new Set<ChannelMember>();
  let frames: string[] = [];
  let snapshots: SnapshotName[] = [];
  let counts: { -readonly [Type in keyof EventCounts]: EventCounts[Type] } = {};
  let length = 0;
  let journalLength = 0;
  let sentSeq = headSeq;
  let newestSeq = headSeq;
  let nextFlushAtMs = 0;
  let isDue = false;
  let timer: NodeJS.Timeout | undefined;

  function add(frame: string): void {
    frames.push(frame);
    length += frame.length;
    if (length >= portionLength) flush();
    else schedule();
  }

  /** At once when nothing went out just now: at the end of what the program is doing, so that what belongs together stays so. */
  function schedule(): void {
    if (isDue) return;
    isDue = true;
    const waitMs = nextFlushAtMs - performance.now();
    if (waitMs <= 0) queueMicrotask(flush);
    else timer = setTimeout(flush, waitMs);
  }

  function flush(): void {
    clearTimeout(timer);
    isDue = false;
    if (frames.length === 0) return;
    const bytes = Buffer.from(frames.join(''));
    const batch = { bytes, counts, journalBytes: journalLength, snapshots };
    frames = [];
    snapshots = [];
    counts = {};
    length = 0;
    journalLength = 0;
    const beganAtMs = performance.now();
    let clients = 0;
    for (const member of members) if (member.take(batch)) clients += 1;
    sentSeq = newestSeq;
    onSent(batch.counts, clients);
    const nowMs = performance.now();
    nextFlushAtMs = nowMs + Math.min(pauseMs.atMost, Math.max(pauseMs.atLeast, 2 * (nowMs - beganAtMs)));
  }

  return {
    view,
    sentSeq: () => sentSeq,
    addJournal(frame, { seq, type }) {
      newestSeq = seq;
      counts[type] = (counts[type] ?? 0) + 1;
      journalLength += frame.length;
      add(frame);
    },
    addSnapshot(frame, name) {
      snapshots.push(name);
      counts[name.kind] = (counts[name.kind] ?? 0) + 1;
      add(frame);
    },
    flush,
    join(member) {
      members.add(member);
    },
    leave(member) {
      if (!members.delete(member) || members.size > 0) return;
      clearTimeout(timer);
      onEmpty();
    },
  };
}
