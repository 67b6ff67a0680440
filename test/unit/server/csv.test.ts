import { expect, it } from 'vitest';
import { toCsv } from '../../../src/main/server/csv.ts';

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

it.each(['=1+1', '+1', '-1', '@A1', '\t=1', '\r=1', '\n=1', '\uff1d1'])('disarms %j', (text) => {
  const [, row] = toCsv([{ text }], ['text']).split(/\r\n/);
  expect(row?.replace(/^"/, '')).toMatch(/^'/);
});
