/**
 * Text from a benchmark's log is written by whoever drives the benchmark. On a terminal, control characters could move the
 * cursor, rename the window or answer for the user; marks of writing direction could show text in another order.
 */
const notPrintable = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/** Whole escape sequences: CSI (colours, cursor) and OSC (titles, links). */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const escapeSequence = /(?:\u001b\[|\u009b)[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)/g;

/** The text on one line, without anything that a terminal would act on. */
export function plainText(text: unknown): string {
  // Sequences first, or what is left of them would stay as litter.
  return String(text).replace(escapeSequence, '').replace(notPrintable, ' ').trim();
}

/** At most `width` characters; where something is left out, the last of them is an ellipsis. */
export function shorten(text: string, width: number): string {
  const characters = Array.from(text);
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}
