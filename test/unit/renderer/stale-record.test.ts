import { describe, expect, it } from 'vitest';
import { isRecordStale } from '../../../src/renderer/state/stale-record.ts';
import type { StreamMessage } from '../../../src/shared/stream-message.ts';
import { errorOf, progressOf } from '../feed/fixtures.ts';

const known = progressOf('vm-a');
const mismatch: StreamMessage = { event: 'problem', data: errorOf('vm-a', { code: 'result_mismatch' }) };

describe('the record of a run is read again', () => {
  it.each([
    ['when the run is new', { run_id: 'run-2' }],
    ['when it ends', { state: 'finished' }],
    ['when its plan is known', { total_tasks: 31 }],
    ['when a score was corrected', { score_sum: 1.5 }],
    ['when a verdict was corrected', { succeeded: 1 }],
  ] as const)('%s', (_when, changes) => {
    expect(isRecordStale(known, { ...known, ...changes }, [])).toBe(true);
  });

  it('when a result file disagrees with the log of that VM', () => {
    expect(isRecordStale(known, known, [mismatch])).toBe(true);
    expect(isRecordStale(known, progressOf('vm-b'), [mismatch])).toBe(false);
  });

  it('not for each step and each task', () => {
    const further = progressOf('vm-a', { tasks_completed: 5, succeeded: 3, score_sum: 3, current_step: 1 });
    expect(isRecordStale(known, further, [])).toBe(false);
    expect(isRecordStale(null, known, [])).toBe(true);
  });
});
