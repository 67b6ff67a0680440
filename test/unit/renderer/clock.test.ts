import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readClock, tidyClock } from '../../../src/renderer/format/clock.ts';

it.each([
  ['07:05', { hours: 7, minutes: 5, seconds: 0 }],
  [' 7.05 ', { hours: 7, minutes: 5, seconds: 0 }],
  ['0705', { hours: 7, minutes: 5, seconds: 0 }],
  ['23:59:58', { hours: 23, minutes: 59, seconds: 58 }],
  ['24:00', null],
  ['12:60', null],
  ['10:00 PM', null],
  ['7', null],
  ['', null],
])('%j as a time of day is %j', (text, clock) => {
  expect(readClock(text)).toEqual(clock);
});

it('a time is written as the configuration has it, and any other text stays', () => {
  expect(['7:05', '2200', '22:00:30', '10 PM', ''].map(tidyClock)).toEqual([
    '07:05',
    '22:00',
    '22:00',
    '10 PM',
    '',
  ]);
});

it('no field of the page shows times by the language of the browser', () => {
  const root = new URL('../../../src/renderer/', import.meta.url).pathname;
  const files = globSync('**/*.svelte', { cwd: root });
  expect(files.length).toBeGreaterThan(50);
  const byLocale = files.filter((file) =>
    /type="(?:time|date|datetime-local)"/.test(
      readFileSync(`${root}/${file}`, 'utf8').replace(/<!--.*?-->/gs, ''),
    ),
  );
  expect(byLocale).toEqual([]);
});
