/** Tables that fit the terminal. Into a file or a pipe, they are as wide as their texts. */
import { plainText } from '../../shared/plain-text.ts';
import type { CliIo, Output } from './io.ts';
import { fitMiddle, fitText, padText, widthOf } from './width.ts';

export interface Column<Row> {
  /** Empty in every column: the table has no line of titles. */
  readonly title: string;
  /** May be any text: the table makes it harmless. */
  readonly text: (row: Row) => string;
  /** Colours the text of a cell, or replaces it by another of the same width. */
  readonly paint?: (text: string, row: Row) => string;
  /** Numbers are below each other by their last digits. */
  readonly isNumber?: boolean;
  /** Which part of a text is left out where the terminal is narrow, and how many columns stay. Missing: no part. */
  readonly cut?: { readonly at: 'middle' | 'end'; readonly least: number };
  /** Whether the whole column is left out before others are cut, and when: 1 goes first. Missing: it stays. */
  readonly leaves?: number;
}

/** A column with the texts of its cells, which are on one line each. */
interface Measured<Row> {
  readonly column: Column<Row>;
  readonly cells: readonly string[];
  readonly natural: number;
  readonly least: number;
  width: number;
}

const gap = 2;

/** Returns the columns of the terminal; null: the output is no terminal. */
export function terminalColumns({ isTTY, columns }: Output): number | null {
  if (isTTY !== true) return null;
  // Some terminals of build services say 0.
  return columns === undefined || columns === 0 ? 80 : columns;
}

/** Prints painted lines in one piece. Their texts have to be harmless already, as those of a table are. */
export function printLines({ stdout }: Pick<CliIo, 'stdout'>, lines: readonly string[]): void {
  if (lines.length > 0) stdout.write(`${lines.join('\n')}\n`);
}

/**
 * Returns the lines of a table. A column without any text is left out.
 * @param columns of the terminal; null: no limit
 * @param paintTitle colours a title
 */
export function tableLines<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  terminal: number | null,
  paintTitle: (text: string) => string = (text) => text,
): readonly string[] {
  const measured = columns
    .map((column) => measure(column, rows))
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
  const fitted = terminal === null ? measured : fitColumns(measured, terminal);
  const titles = fitted.map(({ column, width }) => paintTitle(place(column.title, width, column)));
  const lines = rows.map((row, index) =>
    fitted.map(({ column, cells, width }) => {
      const text = place(cells[index] ?? '', width, column);
      return column.paint === undefined ? text : column.paint(text, row);
    }),
  );
  const hasTitles = fitted.some(({ column }) => column.title !== '');
  return [...(hasTitles ? [titles] : []), ...lines].map((cells) => cells.join(' '.repeat(gap)).trimEnd());
}

function measure<Row>(column: Column<Row>, rows: readonly Row[]): Measured<Row> {
  const cells = rows.map((row) => plainText(column.text(row)));
  const natural = Math.max(widthOf(column.title), ...cells.map(widthOf));
  const least = column.cut === undefined ? natural : Math.min(natural, column.cut.least);
  return { column, cells, natural, least, width: natural };
}

/** Leaves columns out until the rest fits at its least widths, then cuts the widest. */
function fitColumns<Row>(columns: readonly Measured<Row>[], terminal: number): readonly Measured<Row>[] {
  let kept = columns;
  for (;;) {
    if (widthOfAll(kept, ({ least }) => least) <= terminal) break;
    const next = firstToLeave(kept);
    if (next === null) break;
    kept = kept.filter((one) => one !== next);
  }
  for (;;) {
    const excess = widthOfAll(kept, ({ width }) => width) - terminal;
    const [widest] = kept
      .filter(({ column, width, least }) => column.cut !== undefined && width > least)
      .toSorted((a, b) => b.width - a.width);
    if (excess <= 0) return kept;
    if (widest === undefined) return squeezed(kept, terminal);
    widest.width -= 1;
  }
}

function firstToLeave<Row>(columns: readonly Measured<Row>[]): Measured<Row> | null {
  const order = ({ column }: Measured<Row>): number => column.leaves ?? Infinity;
  const [first] = columns.toSorted((a, b) => order(a) - order(b));
  return first === undefined || order(first) === Infinity ? null : first;
}

/** On a terminal that is too narrow even for that, the columns at the end lose their room. */
function squeezed<Row>(columns: readonly Measured<Row>[], terminal: number): readonly Measured<Row>[] {
  let room = terminal;
  return columns.flatMap((one) => {
    const width = Math.min(one.width, room);
    room -= width + gap;
    return width > 0 ? [{ ...one, width }] : [];
  });
}

function widthOfAll<Row>(
  columns: readonly Measured<Row>[],
  width: (column: Measured<Row>) => number,
): number {
  return columns.reduce((sum, column) => sum + width(column), gap * Math.max(0, columns.length - 1));
}

function place<Row>(text: string, width: number, { isNumber, cut }: Column<Row>): string {
  const fitted = cut?.at === 'middle' ? fitMiddle(text, width) : fitText(text, width);
  return isNumber === true
    ? ' '.repeat(Math.max(0, width - widthOf(fitted))) + fitted
    : padText(fitted, width);
}
