/** Tables of figures for a person. */

/** Name, unit, two figures, their ratio, the aim, and whether it is met. */
export type Row = readonly string[];
export type Goal = { readonly text: string; readonly isMet: boolean } | null;

/** Returns the lines of a table; figures and ratios are on the right of their columns. */
export function tableLines(rows: readonly Row[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column >= 2 && column <= 4 ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

/** @param goal receives the ratio of the first figure to the second */
export function comparedRow(
  name: string,
  unit: string,
  [first, second]: readonly [number, number],
  goal: (ratio: number) => Goal = () => null,
): Row {
  const ratio = first / second;
  const aim = goal(ratio);
  const verdict = aim === null ? '' : aim.isMet ? 'met' : 'MISSED';
  const times = Number.isFinite(ratio) ? `${ratio.toFixed(2)}×` : '';
  return [name, unit, numberText(first), numberText(second), times, aim?.text ?? '', verdict];
}

export function numberText(value: number): string {
  if (Math.abs(value) >= 100 || Number.isInteger(value)) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(Math.abs(value) < 10 ? 2 : 1);
}
