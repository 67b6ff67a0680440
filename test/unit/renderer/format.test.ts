import { describe, expect, it } from 'vitest';
import { ageText, dayStart, parseTime, timeText } from '../../../src/renderer/format/format.ts';
import { webUrl } from '../../../src/renderer/format/web-url.ts';

describe('ageText', () => {
  it.each([
    [-2000, '0 s'],
    [999, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3_599_999, '59 min'],
    [3_600_000, '1 h'],
    [47 * 3_600_000, '47 h'],
    [48 * 3_600_000, '2 d'],
  ])('%s ms is %s', (ageMs, text) => {
    expect(ageText(ageMs)).toBe(text);
  });
});

it('a time has its day only where it is not today', () => {
  const noon = new Date(2026, 0, 28, 12, 0, 0).getTime();
  expect(timeText(new Date(2026, 0, 28, 9, 3, 22).getTime(), noon)).toBe('09:03:22');
  expect(timeText(new Date(2026, 0, 27, 23, 59, 0).getTime(), noon)).toBe('27 Jan, 23:59');
  expect(timeText(null, noon)).toBe('–');
  expect(dayStart(noon)).toBe(new Date(2026, 0, 28).getTime());
});

it('a time that is none is not known', () => {
  expect(parseTime('2026-01-28T22:55:08Z')).toBe(Date.UTC(2026, 0, 28, 22, 55, 8));
  expect(parseTime('yesterday')).toBeNull();
  expect(parseTime(null)).toBeNull();
});

it.each([
  ['http://20.1.2.3:8006', 'http://20.1.2.3:8006/'],
  ['https://vnc.example/a?b', 'https://vnc.example/a?b'],
  ['javascript:alert(1)', null],
  [' \tjava\nscript:alert(1)', null],
  ['data:text/html,x', null],
  ['20.1.2.3:8006', null],
  [null, null],
])('%j leads to %j', (text, url) => {
  expect(webUrl(text)).toBe(url);
});
