import { describe, expect, it } from 'vitest';
import { parseBracketPrefix } from '../../../src/main/engine/run/log-prefix.ts';

const at = (line: string): number | undefined => parseBracketPrefix(line, 0)?.timestampMs;
const place = (line: string): unknown => {
  const record = parseBracketPrefix(line, 0);
  return record === null ? null : [record.module, record.lineNumber, record.message];
};

describe('the prefix of a line', () => {
  it('has the time of its own second, also in a minute that was read before', () => {
    expect(at('[2026-01-28 22:55:08,318 INFO run/394-MainProcess] a')).toBe(
      Date.UTC(2026, 0, 28, 22, 55, 8, 318),
    );
    expect(at('[2026-01-28 22:55:59,001 INFO run/394-MainProcess] a')).toBe(
      Date.UTC(2026, 0, 28, 22, 55, 59, 1),
    );
    expect(at('[2026-01-28 22:56:00,000 INFO run/394-MainProcess] a')).toBe(Date.UTC(2026, 0, 28, 22, 56));
  });

  it.each(['5x,318', '59.318', '59,31x', '59,31', '5'])('is none with the seconds %s', (seconds) => {
    expect(at('[2026-01-28 22:55:08,318 INFO run/394-MainProcess] a')).toBeDefined();
    expect(at(`[2026-01-28 22:55:${seconds} INFO run/394-MainProcess] a`)).toBeUndefined();
  });

  it('has its own place, also where another one is usually next', () => {
    const lines = ['run/1', 'agent/22', 'run/1', 'agent/22', 'run/1', 'agent/222', 'run/1', 'agent/2'];
    const read = lines.map((origin) =>
      place(`[2026-01-28 22:55:08,318 INFO ${origin}-MainProcess] ${origin}`),
    );
    expect(read).toEqual(
      lines.map((origin) => [...origin.split('/').map((v, i) => (i === 0 ? v : Number(v))), origin]),
    );
  });
});
