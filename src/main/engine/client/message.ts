import type { StreamEvent } from '../../../shared/stream.ts';

/** One event as it came over the wire. `problem` is the name that our own clients ask for in place of `error`. */
export type StreamMessage = {
  readonly [Type in StreamEvent['type']]: {
    readonly event: Type extends 'error' ? 'problem' : Type;
    /** Null for snapshots, which have none. */
    readonly id: string | null;
    readonly data: Extract<StreamEvent, { type: Type }>['data'];
  };
}[StreamEvent['type']];

export const messageNames = [
  'connected',
  'vms',
  'status',
  'progress',
  'task_complete',
  'problem',
  'recovered',
] as const satisfies readonly StreamMessage['event'][];

/** Null where the data is not a JSON object. Its fields are taken as the contract has them. */
export function toMessage(
  event: StreamMessage['event'],
  text: string,
  lastEventId: string,
): StreamMessage | null {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return null;
  // EventSource repeats the last id with events that have none.
  const isSnapshot = event === 'vms' || event === 'status' || event === 'progress';
  const id = isSnapshot || lastEventId === '' ? null : lastEventId;
  return { event, id, data } as StreamMessage;
}
