/** The figures of a comparison in words: the page, `compare` and the sentence use these. */
import type { ShareView } from './comparison.ts';
import { dash } from './wording.ts';

/** The usual threshold for p. */
export const significance = 0.05;

/** "p = 0.21". Rounding never takes p across the threshold. */
export function pText(p: number): string {
  if (p < 0.001) return 'p < 0.001';
  const text = p.toFixed(p < 0.1 ? 3 : 2);
  if (p < significance && Number(text) >= significance) return `p < ${significance}`;
  return `p = ${Number(text) === 1 ? '1' : text}`;
}

/** "35.7–51.0": percent; empty if there is none */
export function intervalText(interval: ShareView['interval']): string {
  if (interval === null) return '';
  return `${(interval.low * 100).toFixed(1)}–${(interval.high * 100).toFixed(1)}`;
}

/** "−1.8 to +8.3": points; empty if there is none */
export function deltaIntervalText(interval: ShareView['interval']): string {
  return interval === null ? '' : `${deltaText(interval.low)} to ${deltaText(interval.high)}`;
}

/** "+3.2", "−1.5", "0.0": points */
export function deltaText(delta: number | null): string {
  if (delta === null) return dash;
  const text = Math.abs(delta * 100).toFixed(1);
  if (Number(text) === 0) return text;
  return `${delta > 0 ? '+' : '−'}${text}`;
}
