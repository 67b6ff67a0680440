/**
 * Text for banners, tooltips, menus and terminals. Much of it comes from a benchmark's log, which is written by whoever drives the
 * benchmark: control characters and marks of writing direction could make it read as something else than it is. Markup is
 * left as the plain text that it is.
 */

/** Whole escape sequences: CSI (colours, cursor) and OSC (titles, links). */
// eslint-disable-next-line no-control-regex -- each sequence begins with a control character
const escapeSequence = /(?:\u001b\[|\u009b)[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)/g;
const notPrintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** The text on one line, without anything that could act on what shows it. */
export function plainText(text: unknown): string {
  // Sequences first, or what is left of them would stay as litter.
  const printable = String(text).toWellFormed().replace(escapeSequence, '').replace(notPrintable, ' ');
  return printable.replace(/\s+/g, ' ').trim();
}

/** Line ends and tabs are part of code and of what an agent thought. */
const notPrintableInLines = /[[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]--[\n\t]]/gv;

/** Most lines of a log: nothing in them is to be left out. */
const isPlain = /^[\t\n -~]*$/;

/** Returns the text with its lines, without anything that could act on what shows it. */
export function plainLines(text: string): string {
  if (isPlain.test(text)) return text;
  return text
    .toWellFormed()
    .replace(escapeSequence, '')
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(notPrintableInLines, '');
}

/** At most `limit` code points; where something is left out, the last of them is an ellipsis. */
export function cutText(text: string, limit: number): string {
  const characters = Array.from(text);
  return characters.length <= limit
    ? text
    : `${characters
        .slice(0, Math.max(0, limit - 1))
        .join('')
        .trimEnd()}…`;
}
