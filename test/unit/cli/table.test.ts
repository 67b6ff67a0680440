import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tableLines, terminalColumns, type Column } from '../../../src/main/cli/table.ts';
import { fitMiddle, widthOf } from '../../../src/main/cli/width.ts';

interface Row {
  readonly id: string;
  readonly count: number;
  readonly note: string;
}

const columns: readonly Column<Row>[] = [
  { title: 'Id', text: ({ id }) => id, cut: { at: 'middle', least: 6 } },
  { title: 'Count', text: ({ count }) => String(count), isNumber: true },
  { title: 'Note', text: ({ note }) => note, cut: { at: 'end', least: 6 }, leaves: 1 },
];
const rows: readonly Row[] = [
  { id: 'waa-eval-vm-20260128', count: 7, note: 'a short one' },
  { id: 'short', count: 1234, note: '' },
];

describe('a table', () => {
  it('is as wide as its texts into a pipe', () => {
    expect(tableLines(rows, columns, null)).toEqual([
      'Id                    Count  Note',
      'waa-eval-vm-20260128      7  a short one',
      'short                  1234',
    ]);
  });

  it('cuts the widest column first, ids in the middle', () => {
    expect(tableLines(rows, columns, 32)).toEqual([
      'Id            Count  Note',
      'waa-ev…60128      7  a short one',
      'short          1234',
    ]);
  });

  it('leaves columns out before it cuts others below their least width', () => {
    expect(tableLines(rows, columns, 18)).toEqual([
      'Id           Count',
      'waa-e…60128      7',
      'short         1234',
    ]);
  });

  it('leaves out a column without any text, and has no titles if none is named', () => {
    const bare = columns.map((column) => ({ ...column, title: '' }));
    expect(tableLines([{ id: 'a', count: 1, note: '' }], bare, null)).toEqual(['a  1']);
  });

  it('puts nothing on the terminal that acts on it', () => {
    const [, line] = tableLines([{ id: 'a\u001b[2Jb', count: 1, note: 'x\ny\u202e' }], columns, null);
    expect(line).toBe('ab      1  x y');
  });

  it('paints cells and titles after they are cut', () => {
    const painted = [{ ...columns[0], paint: (text: string) => `<${text}>` } as Column<Row>];
    expect(tableLines(rows, painted, 9, (text) => `[${text}]`)).toEqual([
      '[Id       ]',
      '<waa-…0128>',
      '<short    >',
    ]);
  });

  it('is never wider than the terminal, whatever is in it', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 });
    const row = fc.record({ id: text, count: fc.nat(), note: text });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 5 }), fc.integer({ min: 1, max: 120 }), (some, terminal) => {
        for (const line of tableLines(some, columns, terminal))
          expect(widthOf(line)).toBeLessThanOrEqual(terminal);
      }),
    );
  });
});

it('cuts the middle of wide characters, too', () => {
  expect(fitMiddle('ab日本語cd', 7)).toBe('ab…cd');
  expect(fitMiddle('ab日本語cd', 9)).toBe('ab日…語cd');
  expect(fitMiddle('abc', 3)).toBe('abc');
  expect(fitMiddle('abcd', 2)).toBe('a…');
});

it('knows how wide the terminal is, if there is one', () => {
  const write = () => undefined;
  expect(terminalColumns({ write })).toBeNull();
  expect(terminalColumns({ write, columns: 100 })).toBeNull();
  expect(terminalColumns({ write, isTTY: true, columns: 100 })).toBe(100);
  expect(terminalColumns({ write, isTTY: true, columns: 0 })).toBe(80);
});
