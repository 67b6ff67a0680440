import type { StreamMessage } from '../../engine/client/index.ts';

/** One line of JSON. Control characters that JSON lets through raw are escaped, since this may land on a terminal. */
export function messageJson({ event, id, data }: StreamMessage): string {
  return JSON.stringify({ event, id, data }).replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
