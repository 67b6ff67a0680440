/** The events of the stream as our own clients ask for them: the tray, the command line and the page. */
import type { StreamEvent } from './stream.ts';

/** An event as it came. `problem` is the name that our clients ask for in place of `error`, which EventSource uses itself. */
export type StreamMessage = {
  readonly [Type in StreamEvent['type']]: {
    readonly event: Type extends 'error' ? 'problem' : Type;
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

/** Returns the message; null if the data is not a JSON object. Its fields are taken as docs/api.md has them. */
export function parseMessage(event: StreamMessage['event'], text: string): StreamMessage | null {
  try {
    const data: unknown = JSON.parse(text);
    if (typeof data !== 'object' || data === null || Array.isArray(data)) return null;
    return { event, data } as unknown as StreamMessage;
  } catch {
    return null;
  }
}
