import { expect, it } from 'vitest';
import { createFaultLog } from '../../../src/main/engine/server/http/fault-log.ts';

it('logs the first ten faults of a minute, and the number of the others in the next', () => {
  const lines: object[] = [];
  let nowMs = 0;
  const faults = createFaultLog({ error: (details) => lines.push(details) }, () => nowMs);
  for (let number = 1; number <= 1000; number += 1) faults.note(new Error('broken'), `/${'x'.repeat(5000)}`);
  expect(lines).toHaveLength(10);
  expect(lines[0]).toEqual({ err: new Error('broken'), path: `/${'x'.repeat(199)}` });
  nowMs = 60_000;
  faults.note(new Error('again'), '/?api_key=secret');
  expect(lines.slice(10)).toEqual([{ unlogged: 990 }, { err: new Error('again'), path: '/' }]);
});
