import { describe, expect, it } from 'vitest';
import { lineFits, logLevel } from '../../src/shared/log-line.ts';

describe('the level of a line', () => {
  it.each([
    ['[2026-01-28 23:43:22,054 ERROR desktop_env/413-MainProcess] Not implemented!', 'error'],
    ['2026-01-28 22:55:08 - root - CRITICAL - out of memory', 'error'],
    ['2026-01-28 22:55:08.318 | ERROR    | runner:main:12 - broken', 'error'],
    ['ERROR:root:no such file', 'error'],
    ['[FATAL] the end', 'error'],
    ['{"time":"2026-01-28","level":"error","msg":"broken"}', 'error'],
    ['time=2026-01-28 level=warn msg="slow"', 'warning'],
    ['[2026-01-28 23:43:22,054 WARNING requests/88] Connection pool is full', 'warning'],
    ['WARN  [main] deprecated', 'warning'],
    ['Traceback (most recent call last):', 'error'],
    ['openai.RateLimitError: Error code: 429', 'error'],
    ['KeyboardInterrupt', 'error'],
  ] as const)('is found in %j', (line, level) => expect(logLevel(line)).toBe(level));

  it.each([
    '',
    '[2026-01-28 23:43:22,054 INFO agent/118-MainProcess] The page says ERROR: no such file',
    'DEBUG:root:WARNING signs were read',
    'There was an error in the report, says the user.',
    'The errors are listed below',
    `${'x'.repeat(200)} ERROR far behind the prefix`,
    '  File "run.py", line 250, in test',
    'TypeErrors: 3',
  ])('is none in %j', (line) => expect(logLevel(line)).toBeNull());
});

describe('a search', () => {
  const lines = ['INFO Reward: 1', 'WARNING reward is late', 'ERROR no reward', 'ERROR nothing'];
  it.each([
    [{ text: 'REWARD' }, [0, 1, 2]],
    [{ level: 'error' as const }, [2, 3]],
    [{ level: 'warning' as const }, [1, 2, 3]],
    [{ text: 'reward', level: 'error' as const }, [2]],
    [{}, [0, 1, 2, 3]],
    [{ text: null, level: null }, [0, 1, 2, 3]],
  ])('for %j finds the lines %j', (search, found) => {
    expect(lines.flatMap((line, index) => (lineFits(search)(line) ? [index] : []))).toEqual(found);
  });
});
