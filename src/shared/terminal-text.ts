/**
 * Makes text harmless for a terminal. Texts come from logs, VMs, configuration files and other servers: raw, an escape sequence in one could
 * hide lines, rewrite the title or fake an answer, and marks of writing direction could make a line read as something else.
 */

/** Controls but for the line feed and the tab, line and paragraph separators, and marks of direction. */
const harmful = /[[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]--[\n\t]]/gv;
/** The same, but for the carriage return. */
const harmfulInTables = /[[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]--[\n\t\r]]/gv;

/** Returns the text with every harmful character as JSON escapes it ("\u001b"). JSON that is printed so means the same as before. */
export function terminalText(text: string): string {
  return text.replace(harmful, escaped);
}

/** Returns the same for a cell of a table, where a carriage return may be part of a line end. */
export function tableText(text: string): string {
  return text.replace(harmfulInTables, escaped);
}

/** Returns the same value with every text in it, at any depth, made harmless. */
export function terminalTexts<T>(value: T): T {
  if (typeof value === 'string') return terminalText(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => terminalTexts(item)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, terminalTexts<unknown>(item)]),
  ) as T;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
