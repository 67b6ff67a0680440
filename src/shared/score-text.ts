/** Scores and pass rates in words: the page, `watch`, hooks, tray and notifications all use these. */
import { intervalText } from './comparison-text.ts';
import { wilsonInterval } from './wilson.ts';
import { dash } from './wording.ts';

export interface Scores {
  readonly tasks_scored: number;
  readonly mean_score: number | null;
  readonly pass_rate: number | null;
}

/** A figure with its name, and the number of tasks behind it. */
export interface ScorePart {
  readonly label: string;
  readonly value: string;
  readonly basis: string;
}

/** 1 → "1", 0.33333 → "0.33"; a dash where there is none. */
export function scoreText(score: number | null): string {
  return score === null ? dash : String(Math.round(score * 100) / 100);
}

/** 0.43182 → "43.2 %"; a dash where nothing is known. A server of an older version sends no figure at all. */
export function percentText(ratio: number | null): string {
  return typeof ratio === 'number' ? `${(ratio * 100).toFixed(1)} %` : dash;
}

/** "Mean score", "43.2 %", "n = 11" */
export function meanScorePart({ tasks_scored: scored, mean_score: mean }: Scores): ScorePart {
  return { label: 'Mean score', value: percentText(mean), basis: `n = ${scored}` };
}

/** "Pass rate", "36.4 %", "4 of 11" */
export function passRatePart({ tasks_scored: scored, pass_rate: rate }: Scores): ScorePart {
  return {
    label: 'Pass rate',
    value: percentText(rate),
    basis: `${Math.round((rate ?? 0) * scored)} of ${scored}`,
  };
}

/**
 * Returns the 95 % interval (Wilson) of a mean score or a pass rate, "15.2–72.3 %"; null if there is none.
 * @param scored the number of tasks behind it
 */
export function rangeText(ratio: number | null, scored: number): string | null {
  const interval = typeof ratio === 'number' ? wilsonInterval(ratio * scored, scored) : null;
  return interval === null ? null : `${intervalText(interval)} %`;
}

/** "Mean score 43.2 % (n = 11)"; null while nothing is scored. */
export function meanScoreText(scores: Scores): string | null {
  return typeof scores.mean_score === 'number' ? partText(meanScorePart(scores)) : null;
}

/** "Pass rate 36.4 % (4 of 11)"; null while nothing is scored. */
export function passRateText(scores: Scores): string | null {
  return typeof scores.pass_rate === 'number' ? partText(passRatePart(scores)) : null;
}

/** "Mean score 43.2 % (n = 11) · Pass rate 36.4 % (4 of 11)"; null while nothing is scored. */
export function scoresText(scores: Scores): string | null {
  const parts = [meanScoreText(scores), passRateText(scores)].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(' · ');
}

function partText({ label, value, basis }: ScorePart): string {
  return `${label} ${value} (${basis})`;
}
