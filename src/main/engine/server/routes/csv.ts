/**
 * Rows as CSV (RFC 4180), safe to open in a spreadsheet and to print on a terminal: a text that would be taken for a formula begins with
 * "'" (OWASP), and control characters are escaped as in JSON. Numbers stay numbers.
 */
import { stringify } from 'csv-stringify/sync';
import { tableText } from '../../../../shared/terminal-text.ts';

/**
 * A spreadsheet of a country that writes "0,5" takes ";" for what separates, and the quotes around a field for a part of it: there a
 * cell may begin in the midst of a text. LF at the beginning of one is here, too: the library leaves it out of what it escapes.
 */
const cellWithin = /(?<=[;\t\r\n])(?=[=+\-@\uff1d\uff0b\uff0d\uff20])|^(?=\n)/g;

/** @param columns in this order, also where there are no rows */
export function toCsv<Row extends object>(
  rows: readonly Row[],
  columns: readonly (keyof Row & string)[],
): string {
  return stringify([...rows], {
    header: true,
    columns: [...columns],
    record_delimiter: 'windows',
    escape_formulas: true,
    // The library thinks of commas, quotes and the whole of CR LF, but a single one of the two ends a row as well.
    quoted_match: /[\r\n;\t]/,
    cast: { boolean: String, string: (text) => tableText(text).replace(cellWithin, "'") },
  });
}
