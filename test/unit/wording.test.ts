import { describe, expect, it } from 'vitest';
import { messageOf } from '../../src/shared/message-of.ts';
import { durationText, formatClock, formatDuration, plural } from '../../src/shared/wording.ts';

it.each([
  [0, '0 tasks'],
  [1, '1 task'],
  [12, '12 tasks'],
])('%d with its noun is "%s"', (count, text) => {
  expect(plural(count, 'task')).toBe(text);
});

it.each([
  [-3, '0 s'],
  [35, '35 s'],
  [59.6, '1 min'],
  [250, '4 min'],
  [3600, '1 h'],
  [3900, '1 h 5 min'],
])('%d seconds in words are "%s"', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

it.each([
  [-3, '0:00', '0:00:00'],
  [0, '0:00', '0:00:00'],
  [65, '1:05', '0:01:05'],
  [3599.6, '1:00:00', '1:00:00'],
  [359_999.6, '100:00:00', '100:00:00'],
])('%d seconds on a clock are "%s", and with hours "%s"', (seconds, short, long) => {
  expect([formatClock(seconds), formatClock(seconds, true)]).toEqual([short, long]);
});

describe('durationText', () => {
  it.each([
    [null, '–'],
    [undefined, '–'],
    [0, '0:00'],
    [7.4, '0:07'],
    [59.6, '1:00'],
    [125, '2:05'],
    [3599, '59:59'],
    [3725, '1:02:05'],
    [360_000, '100:00:00'],
    [-3, '0:00'],
  ])('%s seconds is %s', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });
});

describe('the message of what was thrown', () => {
  it('is that of an error of any class', () => {
    expect([new Error('no disk'), new TypeError('no list')].map(messageOf)).toEqual(['no disk', 'no list']);
  });

  it('is the text of anything else', () => {
    expect(['no disk', 7, null, undefined].map(messageOf)).toEqual(['no disk', '7', 'null', 'undefined']);
  });
});
