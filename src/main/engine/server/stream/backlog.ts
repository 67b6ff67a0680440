/** What clients have missed, read from the journal in portions. Clients that come from the same place share them. */
import type { EventText, Feed } from '../../feed/index.ts';
import type { Frames } from './stream-figures.ts';
import { jsonFrame } from './wire.ts';

/** What a stream shows, and how: streams that agree in it are sent the same bytes. */
export interface StreamView {
  /** Null: all VMs. */
  readonly vm: string | null;
  /** Name under which our `error` events go out. */
  readonly errorEvent: string;
}

export interface Portion extends Frames {
  /** The position that a client has reached with it. */
  readonly throughSeq: number;
}

export interface Backlog {
  /** The events between two positions, or the first of them: never much more than `portionLength`, unless one alone is. */
  read(view: StreamView, afterSeq: number, throughSeq: number): Portion;
}

/** Characters. As much as goes out to a client as one write, and as may wait for it. */
export const portionLength = 262_144;
const keptPortions = 16;

export function createBacklog(feed: Pick<Feed, 'texts'>): Backlog {
  /** The ones that were asked for last, newest at the end. */
  const kept = new Map<string, Portion>();

  function readAnew({ vm, errorEvent }: StreamView, afterSeq: number, throughSeq: number): Portion {
    const frames: string[] = [];
    const counts: Partial<Record<EventText['type'], number>> = {};
    let length = 0;
    for (const { seq, id, type, json } of feed.texts(afterSeq, throughSeq, vm)) {
      const frame = jsonFrame(type === 'error' ? errorEvent : type, id, json);
      frames.push(frame);
      counts[type] = (counts[type] ?? 0) + 1;
      length += frame.length;
      if (length >= portionLength) return { bytes: Buffer.from(frames.join('')), counts, throughSeq: seq };
    }
    return { bytes: Buffer.from(frames.join('')), counts, throughSeq };
  }

  return {
    read(view, afterSeq, throughSeq) {
      const key = JSON.stringify([view.vm, view.errorEvent, afterSeq, throughSeq]);
      const portion = kept.get(key) ?? readAnew(view, afterSeq, throughSeq);
      kept.delete(key);
      kept.set(key, portion);
      const [oldest] = kept.keys();
      if (kept.size > keptPortions && oldest !== undefined) kept.delete(oldest);
      return portion;
    },
  };
}
