/** Rows as CSV (RFC 4180), safe to open in a spreadsheet: a text that would be taken for a formula is quoted with "'". */
import { stringify } from 'csv-stringify/sync';

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
    // The library leaves LF out of what it quotes.
    cast: { boolean: String, string: (text) => (text.startsWith('\n') ? `'${text}` : text) },
  });
}
