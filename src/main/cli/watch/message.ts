import type { StreamEvent } from '../../../shared/stream.ts';

/** One event as it came over the wire. `problem` is the name that `watch` asks for in place of `error`. */
export type WatchMessage = {
  readonly [Type in StreamEvent['type']]: {
    readonly event: Type extends 'error' ? 'problem' : Type;
    /** Null for snapshots, which have none. */
    readonly id: string | null;
    readonly data: Extract<StreamEvent, { type: Type }>['data'];
  };
}[StreamEvent['type']];

export const messageNames = [
  'connected',
  'status',
  'progress',
  'task_complete',
  'problem',
  'recovered',
] as const satisfies readonly WatchMessage['event'][];

/** Null where the data is not a JSON object. Its fields are taken as the contract has them. */
export function toMessage(
  event: WatchMessage['event'],
  text: string,
  lastEventId: string,
): WatchMessage | null {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return null;
  // EventSource repeats the last id with events that have none.
  const id = event === 'status' || event === 'progress' || lastEventId === '' ? null : lastEventId;
  return { event, id, data } as WatchMessage;
}

/** One line of JSON. Control characters that JSON lets through raw are escaped, since this may land on a terminal. */
export function messageJson({ event, id, data }: WatchMessage): string {
  return JSON.stringify({ event, id, data }).replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
