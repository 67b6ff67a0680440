/** A message of the stream with its id, which a client that comes back names. */
import { parseMessage, type StreamMessage as Message } from '../../../shared/stream-message.ts';
import type { StreamEvent } from '../../../shared/stream.ts';

export type StreamMessage = Message & {
  /** Null for snapshots, which have none. */
  readonly id: string | null;
};

/** Returns the message; null if the data is not a JSON object. */
export function toMessage(
  event: StreamMessage['event'],
  text: string,
  lastEventId: string,
): StreamMessage | null {
  const message = parseMessage(event, text);
  if (message === null) return null;
  // EventSource repeats the last id with events that have none.
  const isSnapshot = event === 'vms' || event === 'status' || event === 'progress';
  return { ...message, id: isSnapshot || lastEventId === '' ? null : lastEventId };
}

/** Returns the event under the server's own name for it. */
export function streamEventOf({ event, data }: StreamMessage): StreamEvent {
  return { type: event === 'problem' ? 'error' : event, data } as StreamEvent;
}
