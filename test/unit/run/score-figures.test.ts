import { describe, expect, it } from 'vitest';
import { countsOf } from '../../../src/main/engine/run/index.ts';
import { runFigures } from '../../../src/main/engine/run/score-figures.ts';
import { begin, end, foldAll, start } from './run-events.ts';

describe('runFigures', () => {
  it('divides mean score and pass rate by the scored tasks', () => {
    expect(runFigures({ scored: 11, scoredSucceeded: 4, scoreSum: 4.75 }, 154)).toEqual({
      tasks_scored: 11,
      mean_score: 0.431818,
      pass_rate: 0.363636,
      success_rate_evaluated: 0.431818,
      success_rate_planned: 0.030844,
    });
  });

  it('is null where nothing is scored', () => {
    expect(runFigures({ scored: 0, scoredSucceeded: 0, scoreSum: 0 }, 0)).toEqual({
      tasks_scored: 0,
      mean_score: null,
      pass_rate: null,
      success_rate_evaluated: null,
      success_rate_planned: null,
    });
  });

  it('never counts a task that passed without a score', () => {
    const { run } = foldAll([
      begin('first'),
      start('a'),
      end(1, { score: 0 }),
      start('b'),
      end(2, { score: null, verdict: true }),
    ]);
    const counts = countsOf(run);
    expect(counts).toMatchObject({ succeeded: 1, scored: 1, scoredSucceeded: 0 });
    expect(runFigures(counts, 2)).toMatchObject({ tasks_scored: 1, mean_score: 0, pass_rate: 0 });
  });
});
