import { describe, expect, it } from 'vitest';
import { recogniseLog } from '../../../src/main/engine/run/index.ts';
import { sampleRun } from '../../support/sample-run.ts';
import { makeRunLog, runLogKinds } from '../../support/run-logs/index.ts';

/** What the doctor looks at of a log. */
const partBytes = 60_000;

describe('whose log it is', () => {
  it.each(runLogKinds)('%s', (kind) => {
    const { text, truth } = makeRunLog(kind, 1, { tasks: 4 });
    expect(recogniseLog(text.slice(0, partBytes)).dialect).toBe(truth.dialect);
  });

  it('is seen from a piece out of its middle', () => {
    const text = sampleRun(Date.UTC(2026, 0, 28));
    expect(recogniseLog(text).dialect).toBe('waa');
    expect(recogniseLog(text.slice(12_345)).dialect).toBe('waa');
  });

  it.each(['', '\n\n', 'GET / 200\n'.repeat(100), '\u0000\u0001', 'Step by step\nResult: none\n'])(
    "is nobody's: %j",
    (text) => {
      expect(recogniseLog(text).dialect).toBeNull();
    },
  );

  it('lines with something in them are counted, the last one without its end too', () => {
    expect(recogniseLog('a\n\n  \r\nb\rc').lines).toBe(3);
  });
});
