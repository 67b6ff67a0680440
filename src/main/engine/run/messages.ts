/**
 * Hides the secrets in what an exception says: an API may repeat the key that it refuses, and a URL may hold one. Messages go into the
 * journal, to every client and to hooks. Pure.
 */
import { maskSecrets } from '../../../shared/mask-secrets.ts';
import type { RunEvent } from './model.ts';

/** A line may have 64 KB, and the search for secrets takes long in long words. */
const longestMessage = 4_000;

/** Returns the event with a message that may be shown: without secrets, and cut. */
export function withSafeMessage(event: RunEvent): RunEvent {
  switch (event.type) {
    case 'task_ended':
    case 'task_corrected':
    case 'run_ended':
      return event.message === null ? event : { ...event, message: safeMessage(event.message) };
    default:
      return event;
  }
}

/** Returns the message without secrets, and cut. */
export function safeMessage(message: string): string {
  return maskSecrets(message.slice(0, longestMessage).toWellFormed());
}
