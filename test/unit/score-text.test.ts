import { describe, expect, it } from 'vitest';
import {
  meanScorePart,
  passRatePart,
  percentText,
  scoresText,
  scoreText,
} from '../../src/shared/score-text.ts';

const scores = { tasks_scored: 11, mean_score: 0.431818, pass_rate: 0.363636 };

describe('scoresText', () => {
  it('names both figures with the tasks behind them', () => {
    expect(scoresText(scores)).toBe('Mean score 43.2 % (n = 11) · Pass rate 36.4 % (4 of 11)');
  });

  it('says nothing while nothing is scored', () => {
    expect(scoresText({ tasks_scored: 0, mean_score: null, pass_rate: null })).toBeNull();
  });
});

it('the parts of a figure stand on their own', () => {
  expect(meanScorePart(scores)).toEqual({ label: 'Mean score', value: '43.2 %', basis: 'n = 11' });
  expect(passRatePart(scores)).toEqual({ label: 'Pass rate', value: '36.4 %', basis: '4 of 11' });
});

it('a percentage has one decimal, and an unknown one is a dash', () => {
  expect([0, 0.5, 7 / 12, 1, null].map(percentText)).toEqual(['0.0 %', '50.0 %', '58.3 %', '100.0 %', '–']);
});

it('a score has two decimals at most, and an unknown one is a dash', () => {
  expect([0, 1, 1 / 3, null].map(scoreText)).toEqual(['0', '1', '0.33', '–']);
});
