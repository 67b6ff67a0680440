/** Which steps are those of an attempt, where several wrote into the same file. */
import { describe, expect, it } from 'vitest';
import { anyAttempt, entryOf, fileOf, linesOf, oneOfMany, readAll, startMs } from './support.ts';

const hour = 3_600_000;
const earlier = { action_timestamp: '20260128@215512' };
const later = { action_timestamp: '20260128@235512' };

describe('the steps of an attempt', () => {
  it('are those of its time: what was there before or came later is counted', () => {
    const text = linesOf(entryOf(1, earlier), entryOf(0), entryOf(1), entryOf(1, later), entryOf(2, later));
    const reading = readAll([fileOf('traj.jsonl', text, { modifiedAt: startMs + hour })], oneOfMany);
    expect(reading).toMatchObject({ steps: [{ step: 0 }, { step: 1 }], otherAttemptLines: 3 });
  });

  it('are none in a file that a later attempt began anew', () => {
    const text = linesOf(entryOf(1, later), entryOf(2, { action_timestamp: 'soon' }), { Error: 'later' });
    const reading = readAll([fileOf('traj.jsonl', text, { modifiedAt: startMs + hour })], oneOfMany);
    expect(reading).toMatchObject({ steps: [], error: null, source: null, otherAttemptLines: 2 });
  });

  it('without times are believed if the file was last written to in the attempt', () => {
    const text = linesOf(entryOf(1, { action_timestamp: null }), entryOf(2));
    expect(readAll([fileOf('traj.jsonl', text)], oneOfMany).steps).toHaveLength(2);
    const untimed = linesOf(entryOf(1, { action_timestamp: null }));
    expect(readAll([fileOf('traj.jsonl', untimed)], oneOfMany).steps).toHaveLength(1);
    const old = fileOf('traj.jsonl', untimed, { modifiedAt: startMs - hour });
    expect(readAll([old], oneOfMany)).toMatchObject({ steps: [], otherAttemptLines: 1 });
  });

  it('lose their times where the clock of the writer is not known, and nobody else can have written them', () => {
    const text = linesOf(entryOf(1, later), entryOf(2, later));
    const alone = { ...oneOfMany, hasOthers: false };
    const file = fileOf('traj.jsonl', text);
    expect(readAll([file], alone).steps.map(({ at, elapsedSeconds }) => [at, elapsedSeconds])).toEqual([
      [null, null],
      [null, null],
    ]);
    expect(readAll([file], oneOfMany)).toMatchObject({ steps: [], otherAttemptLines: 2 });
  });

  it('have the times of our clock, since the start or the first of them', () => {
    const file = fileOf('traj.jsonl', linesOf(entryOf(1), entryOf(3)));
    const ahead = { ...anyAttempt, clockOffsetMs: -hour, startedAt: null };
    expect(readAll([file], ahead).steps.map(({ at, elapsedSeconds }) => [at, elapsedSeconds])).toEqual([
      [startMs + 3_000 - hour, 0],
      [startMs + 5_000 - hour, 2],
    ]);
    const late = { ...anyAttempt, startedAt: startMs + 4_000 };
    expect(readAll([file], late).steps.map(({ elapsedSeconds }) => elapsedSeconds)).toEqual([0, 1]);
  });

  it('come from the best file that has any', () => {
    const log = fileOf('runtime.log', 'RESPONSE: I know.\n');
    const broken = fileOf('traj.jsonl', 'version https://git-lfs.github.com/spec/v1\n');
    expect(readAll([log, broken])).toMatchObject({
      source: 'runtime.log',
      skippedLines: 1,
      steps: [{ thought: 'I know.' }],
    });
    expect(readAll([log, fileOf('traj.jsonl', linesOf(entryOf(4)))])).toMatchObject({
      ...{ source: 'traj.jsonl', steps: [{ step: 4 }] },
    });
    expect(readAll([fileOf('instruction.txt', 'Do it.\n')])).toMatchObject({
      steps: [],
      source: null,
      instruction: 'Do it.',
    });
    expect(readAll([])).toMatchObject({ steps: [], source: null, isCut: false });
  });

  it('say if their file is longer than what was read', () => {
    const file = fileOf('traj.jsonl', linesOf(entryOf(1)), { isCut: true });
    expect(readAll([file])).toMatchObject({ isCut: true, steps: [{ step: 1 }] });
  });
});
