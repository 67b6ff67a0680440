/** Text in the columns of a terminal, where a character takes none, one or two. */
import stringWidth from 'string-width';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Cuts to at most this many columns; where something is left out, the last one is an ellipsis. */
export function fitText(text: string, columns: number): string {
  if (stringWidth(text) <= columns) return text;
  if (columns < 1) return '';
  let fitted = '';
  let used = 1;
  for (const { segment } of graphemes.segment(text)) {
    used += stringWidth(segment);
    if (used > columns) break;
    fitted += segment;
  }
  return `${fitted.trimEnd()}…`;
}

/** Cuts out of the middle, so that at most this many columns are left: of an id, both ends tell. */
export function fitMiddle(text: string, columns: number): string {
  if (stringWidth(text) <= columns) return text;
  if (columns < 3) return fitText(text, columns);
  const segments = Array.from(graphemes.segment(text), ({ segment }) => segment);
  const start = firstOf(segments, Math.ceil((columns - 1) / 2));
  const end = firstOf(segments.toReversed(), Math.floor((columns - 1) / 2)).toReversed();
  return `${start.join('')}…${end.join('')}`;
}

function firstOf(segments: readonly string[], columns: number): readonly string[] {
  let used = 0;
  const beyond = segments.findIndex((segment) => (used += stringWidth(segment)) > columns);
  return beyond === -1 ? segments : segments.slice(0, beyond);
}

/** Cuts or fills up to exactly this many columns. */
export function padText(text: string, columns: number): string {
  const fitted = fitText(text, columns);
  return fitted + ' '.repeat(Math.max(0, columns - stringWidth(fitted)));
}

/** Breaks at spaces, into lines of at most this many columns. A word that is longer is cut. */
export function wrapText(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && stringWidth(longer) > columns) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line].map((one) => fitText(one, columns));
}

export const widthOf = (text: string): number => stringWidth(text);
