import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toCsv } from '../../../src/main/engine/server/routes/csv.ts';

it('quotes what would break a row, and what a spreadsheet would run', () => {
  const rows = [
    { task: 'a,b "c"\r\nd', score: 0.5, ok: true, note: null },
    { task: '=HYPERLINK("http://x")', score: -1, ok: false, note: '@SUM(1)' },
  ];
  expect(toCsv(rows, ['task', 'ok', 'score', 'note'])).toBe(
    'task,ok,score,note\r\n"a,b ""c""\r\nd",true,0.5,\r\n"\'=HYPERLINK(""http://x"")",false,-1,\'@SUM(1)\r\n',
  );
  expect(toCsv<{ task: string }>([], ['task'])).toBe('task\r\n');
});

it.each([
  ...['=1+1', '+1', '-1', '@A1', '\t=1', '\r=1', '\n=1', '\t', '\r', '\n'],
  ...['\uff1d1', '\uff0b1', '\uff0d1', '\uff20A1'],
])('disarms %j', (text) => {
  const [, row] = toCsv([{ text }], ['text']).split(/\r\n/);
  expect(row?.replace(/^"/, '')).toMatch(/^'/);
});

it('disarms what a spreadsheet that separates by ";" would take for a cell of its own', () => {
  const attacks = ['a;=cmd', 'a\n=cmd', 'a\r\n@cmd', 'a\t+cmd', '";=cmd', 'a;\uff1dcmd'];
  const table = toCsv(
    attacks.map((text) => ({ id: 'x', text })),
    ['id', 'text'],
  );
  expect(table.split(/[;\t\r\n]/).filter((cell) => /^"?[=+\-@\uff1d]/.test(cell))).toEqual([]);
  // What is no attack stays as it is.
  const harmless = 'a; b = c\nd - e';
  expect(toCsv([{ text: harmless }], ['text'])).toBe(`text\r\n"${harmless}"\r\n`);
});

it('escapes what would act on a terminal that shows it, and leaves numbers numbers', () => {
  const rows = [{ text: 'a\u001b]0;evil\u0007b\u009b2J \u202egnp.exe', score: -0.5, note: '\u001b=1' }];
  expect(toCsv(rows, ['text', 'score', 'note'])).toBe(
    'text,score,note\r\n"a\\u001b]0;evil\\u0007b\\u009b2J \\u202egnp.exe",-0.5,\\u001b=1\r\n',
  );
});

/** As RFC 4180 says, and nothing else. */
function readCsv(text: string): string[][] {
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  const rows: string[][] = [];
  let row: string[] = [];
  let length = 0;
  for (const [all, quoted, plain = '', end] of text.matchAll(field)) {
    length += all.length;
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  expect(length).toBe(text.length);
  return rows;
}

it('is read back by a program as it was, but for the disarming', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', '"', ',', ';', '\t', '\r', '\n', ' ', '=', '+', '-', '@', "'", 'é'),
  });
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (texts) => {
      const table = toCsv(
        texts.map((one) => ({ id: 1, text: one, end: true })),
        ['id', 'text', 'end'],
      );
      const rows = readCsv(table).slice(1);
      expect(rows.map(([id, , end]) => [id, end])).toEqual(texts.map(() => ['1', 'true']));
      const undone = rows.map(([, shown = '']) => shown.replaceAll("'", ''));
      expect(undone).toEqual(texts.map((one) => one.replaceAll("'", '')));
    }),
  );
});
