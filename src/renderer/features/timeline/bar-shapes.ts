/** Outcomes and severities as shapes: on a long run a bar is 2 pixels wide, so they differ in height and place. Pure. */
import type { Entry, Tone } from './timeline-entries.ts';

/** Top and bottom of the parts of a bar, in a row of 14 pixels. */
const parts: Readonly<Record<Tone, readonly (readonly [top: number, bottom: number])[]>> = {
  passed: [[0, 14]],
  failed: [[7, 14]],
  error: [[0, 7]],
  lost: [[5, 9]],
  interrupted: [
    [0, 4],
    [10, 14],
  ],
  running: [[2, 12]],
  planned: [[6, 8]],
  unseen: [[10, 14]],
  critical: [[0, 14]],
  warning: [[6, 14]],
  silence: [[0, 14]],
  mark: [[0, 14]],
};

export interface BarPlace {
  /** Pixels. */
  readonly start: number;
  readonly end: number;
  readonly top: number;
}

const leastWidth = 2;
/** Bars that follow each other stay apart if there is room for it. */
const apart = 1;

/** Returns the path of a bar: a diamond for an error that is a moment, an arrow for what has no end yet. */
export function barPath(
  { kind, tone, fromMs, toMs, lasts }: Pick<Entry, 'kind' | 'tone' | 'fromMs' | 'toMs' | 'lasts'>,
  { start, end, top }: BarPlace,
): string {
  if (kind === 'error' && !lasts && (toMs ?? fromMs) === fromMs) {
    const half = tone === 'critical' ? 7 : 5;
    return `M${start} ${top + 7 - half}l${half} ${half}l${-half} ${half}l${-half} ${-half}z`;
  }
  const width = end - start;
  const right = start + Math.max(leastWidth, width > 3 * apart ? width - apart : width);
  return parts[tone]
    .map(([from, to]) => {
      const middle = (from + to) / 2;
      const tip = lasts ? `L${right + 5} ${top + middle}` : '';
      return `M${start} ${top + from}H${right}${tip}L${right} ${top + to}H${start}z`;
    })
    .join('');
}
