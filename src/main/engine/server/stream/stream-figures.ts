/** What is counted of the event streams, from the start of the server on. */
import type { StreamEvent } from '../../../../shared/stream.ts';

export interface StreamFigures {
  /** Now. */
  readonly open: number;
  readonly opened: number;
  /** Clients that were disconnected because they did not read. */
  readonly cut: number;
  /** Events by their type, to all clients together. */
  readonly sent: Readonly<Record<StreamEvent['type'], number>>;
}

/** Counts up while the server runs. */
export type StreamCounters = {
  -readonly [Key in 'opened' | 'cut']: StreamFigures[Key];
} & { readonly sent: Record<StreamEvent['type'], number> };

/** Events that go out together. */
export interface Frames {
  readonly bytes: Buffer;
  readonly counts: EventCounts;
}

/** How many events of each type; none of those that are missing. */
export type EventCounts = Readonly<Partial<Record<StreamEvent['type'], number>>>;

export function createStreamCounters(): StreamCounters {
  const sent = { connected: 0, vms: 0, status: 0, progress: 0, task_complete: 0, error: 0, recovered: 0 };
  return { opened: 0, cut: 0, sent };
}

/** @param clients to how many they went */
export function addCounts(to: StreamCounters['sent'], counts: EventCounts, clients: number): void {
  for (const [type, count] of Object.entries(counts) as [StreamEvent['type'], number][])
    to[type] += clients * count;
}
