/** Builds HTML in which every text is on one line, has lost its secrets and is escaped. There is no other way for a text into a report. */
import { html as escapingHtml, raw } from 'hono/html';
import { maskSecrets } from '../../../shared/mask-secrets.ts';
import { cutText, plainText } from '../../../shared/plain-text.ts';

/** HTML that is complete as it is. */
export interface Markup {
  readonly isEscaped: true;
  toString(): string;
}

/** A value in a template. Texts are escaped; null prints nothing. */
export type Part = Markup | string | number | null | readonly Part[];

export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  // Its other result is for promises, which a part cannot be.
  return escapingHtml(strings, ...parts.map(harmless)) as Markup;
}

/** Takes over HTML that this program has written itself: a tag that another piece closes, or the points of a line. */
export function ownMarkup(text: string): Markup {
  return raw(text);
}

/** Returns a text as a report shows it, with an ellipsis if it is longer than this. Masked before it is cut: half a secret is not recognised. */
export function shownText(text: string, limit: number): string {
  return cutText(maskSecrets(plainText(text)), limit);
}

function harmless(part: Part): Part {
  if (typeof part === 'string') return maskSecrets(plainText(part));
  return Array.isArray(part) ? (part as readonly Part[]).map(harmless) : part;
}
