import type { StreamEvent } from '../../../shared/stream.ts';
import type { StreamMessage } from './message.ts';

/** The event as the server means it, under its own name. */
export function streamEventOf({ event, data }: StreamMessage): StreamEvent {
  return { type: event === 'problem' ? 'error' : event, data } as StreamEvent;
}
