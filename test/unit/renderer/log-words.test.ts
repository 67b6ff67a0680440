import { describe, expect, it } from 'vitest';
import { attemptAt, targetOf, taskChoices } from '../../../src/renderer/features/log/log-tasks.ts';
import { foundLine, shownLine, type Part } from '../../../src/renderer/features/log/log-text.ts';
import { hitBeside, hitsText } from '../../../src/renderer/features/log/log-hits.ts';
import { sizeText } from '../../../src/renderer/format/format.ts';
import type { LoggedAttempt } from '../../../src/renderer/state/log-api.ts';
import { attemptOf } from './runs-fixtures.ts';

const joined = (parts: readonly Part[]): string => parts.map(({ text }) => text).join('');
const hits = (parts: readonly Part[]): readonly string[] =>
  parts.flatMap(({ text, isHit }) => (isHit ? [text] : []));

describe('a line in its row', () => {
  it('is whole, with every find marked', () => {
    const line = shownLine('a.b A.B axb', 'a.b');
    expect([joined(line.parts), hits(line.parts), line.hidden]).toEqual(['a.b A.B axb', ['a.b', 'A.B'], 0]);
    expect(shownLine('', 'x').parts).toEqual([]);
    expect(hits(shownLine('[{(*+?^$|\\', '{(*+?^$|\\').parts)).toHaveLength(1);
  });

  it('is cut where it is long, and says how much is left out', () => {
    const { parts, hidden } = shownLine('x'.repeat(5_000), null);
    expect([joined(parts).length, hidden]).toEqual([1_000, 4_000]);
  });

  it('shows a find that is far behind, and cuts no character in two', () => {
    const { parts, hidden } = shownLine(`${'🎬'.repeat(2_000)}needle${'y'.repeat(50)}`, 'NEEDLE');
    expect([hits(parts), joined(parts).isWellFormed()]).toEqual([['needle'], true]);
    expect(joined(parts).length).toBeLessThan(1_010);
    expect(hidden).toBeGreaterThan(3_000);
  });

  it('is short in the list of finds, with its beginning and the find', () => {
    const parts = foundLine(
      `[2026-01-28 23:43:22,054 ${'x'.repeat(300)} needle ${'y'.repeat(300)}`,
      'needle',
    );
    expect(joined(parts)).toMatch(/^\[2026-01-28 23:43:22,054 .*… x+ needle y+$/);
    expect(joined(parts).length).toBeLessThanOrEqual(245);
    expect(joined(foundLine('short needle', 'needle'))).toBe('short needle');
  });
});

describe('what is found, in words', () => {
  const line = { from: 0, to: 1, text: '' };
  const found = (count: number, changes = {}) => ({
    ...{ hits: Array.from({ length: count }, () => line), isSearching: false, isMore: false },
    ...{ before: 0, next: 1, size: 1 },
    ...changes,
  });
  it.each([
    [found(0), -1, 'No line found'],
    [found(1), -1, '1 line'],
    [found(128), 2, '3 of 128 lines'],
    [found(1000, { isMore: true }), -1, 'More than 1,000 lines'],
    [found(1000, { isMore: true, before: 1000 }), 0, '1,001 of more than 2,000 lines'],
    [found(0, { isSearching: true, size: 0 }), -1, 'Searching…'],
    [found(0, { isSearching: true, next: 64e6, size: 200e6 }), -1, 'Searching… 32 % of 200 MB'],
  ])('%#', (search, current, text) => expect(hitsText(search, current)).toBe(text));

  it('sizes', () => {
    expect([812, 65_536, 999_499, 999_500, 1_843_188, 200_000_000].map(sizeText)).toEqual([
      ...['812 bytes', '66 kB', '999 kB', '1.0 MB', '1.8 MB', '200 MB'],
    ]);
  });

  it('the next is behind the marked line, and goes on at the other end', () => {
    const lines = [10, 20, 30].map((from) => ({ ...line, from }));
    expect([null, 5, 10, 25, 30].map((from) => hitBeside(lines, from, 'next'))).toEqual([0, 0, 1, 2, 0]);
    expect([null, 5, 10, 25, 30].map((from) => hitBeside(lines, from, 'previous'))).toEqual([2, 2, 2, 1, 1]);
    expect(hitBeside([], 5, 'next')).toBe(-1);
  });
});

describe('the tasks of a log', () => {
  const logged = (index: number, changes: Partial<LoggedAttempt> = {}): LoggedAttempt => {
    const { task_id, domain, attempt } = attemptOf(index);
    const from = index * 100;
    return { task_id, domain, attempt, from, to: from + 100, error: null, ...changes };
  };
  const attempts = [
    logged(0),
    logged(5, { from: 100, to: 200, error: { from: 150, to: 160 } }),
    logged(0, { attempt: 2, from: 200, to: 300 }),
    logged(3, { attempt: 0, from: 300, to: 400 }),
  ];
  const choices = taskChoices(attempts, [attemptOf(0), attemptOf(5), attemptOf(0, { attempt: 2 })]);

  it('are named by what was to be done, and how it ended', () => {
    expect(choices.map(({ label }) => label)).toEqual([
      expect.stringMatching(/^1\. Open Notepad.*… \(passed\)$/),
      expect.stringMatching(/^2\. Open Notepad.*… \(error\)$/),
      expect.stringMatching(/^3\. .* \(passed, attempt 2\)$/),
      expect.stringMatching(/^4\. 10023757-.*-WOS \(running\)$/),
    ]);
  });

  it('are found by a place', () => {
    const numbers = [null, 0, 199, 250, 999].map((byte) => attemptAt(choices, byte)?.attempt.from ?? null);
    expect(numbers).toEqual([null, 0, 100, 200, null]);
  });

  it('lead to their error, or to their beginning', () => {
    const of = (index: number, attempt: number | null, domain = attemptOf(index).domain) =>
      targetOf(attempts, { taskId: attemptOf(index).task_id, domain, attempt });
    expect([of(5, 1), of(0, 1), of(0, null), of(0, null, null), of(0, 3), of(0, 1, 'other')]).toEqual([
      ...[150, 0, 200, 200, null, null],
    ]);
  });
});
