/** The series of the charts of a run. Pure. */
import { countingAttempts, type EndedAttempt } from './attempts.ts';
import type { Scores } from './score-text.ts';
import { kindOf, type CellKind } from './strip-cells.ts';

export interface DomainScore extends Scores {
  readonly domain: string | null;
  /** Tasks that ended, with a score or without. */
  readonly tasks: number;
}

/** Returns the figures of each domain, the best mean score first and the domains without a score last. */
export function domainScores(attempts: readonly EndedAttempt[]): readonly DomainScore[] {
  const byDomain = Map.groupBy(countingAttempts(attempts), ({ domain }) => domain);
  return Array.from(byDomain, ([domain, tasks]) => {
    const scored = tasks.filter(({ score }) => score !== null);
    const sum = scored.reduce((all, { score }) => all + (score ?? 0), 0);
    return {
      domain,
      tasks: tasks.length,
      tasks_scored: scored.length,
      mean_score: scored.length === 0 ? null : sum / scored.length,
      pass_rate: scored.length === 0 ? null : scored.filter(({ success }) => success).length / scored.length,
    };
  }).sort(
    (a, b) =>
      (b.mean_score ?? -1) - (a.mean_score ?? -1) || (a.domain ?? '').localeCompare(b.domain ?? '', 'en'),
  );
}

export interface ScorePoint {
  /** Epoch milliseconds, or the number of the task where not every task has a time. */
  readonly at: number;
  readonly mean: number;
  /** Tasks behind the mean. */
  readonly count: number;
}

export interface RunningScore {
  readonly points: readonly ScorePoint[];
  readonly isTimed: boolean;
}

/** Epoch milliseconds; NaN where there is no time. */
const timeOf = (text: string | null): number => (text === null ? NaN : Date.parse(text));

/** Returns the mean score after each task with a score, in the order in which they ended. */
export function runningScore(attempts: readonly EndedAttempt[]): RunningScore {
  const scored = countingAttempts(attempts).flatMap(({ score, finished_at }) =>
    score === null ? [] : [{ score, atMs: timeOf(finished_at) }],
  );
  const isTimed = scored.length > 0 && scored.every(({ atMs }) => !Number.isNaN(atMs));
  const inOrder = isTimed ? scored.toSorted((a, b) => a.atMs - b.atMs) : scored;
  let sum = 0;
  const points = inOrder.map(({ score, atMs }, index) => {
    sum += score;
    const count = index + 1;
    return { at: isTimed ? atMs : count, mean: sum / count, count };
  });
  return { points, isTimed };
}

export interface TaskBar {
  readonly kind: CellKind;
  readonly value: number;
  readonly task: EndedAttempt;
  /** Its place among the attempts, from 1. */
  readonly place: number;
}

/** Returns a bar for each attempt of which the value is known, in the order in which they ended. */
export function taskBars<Attempt extends EndedAttempt>(
  attempts: readonly Attempt[],
  valueOf: (task: Attempt) => number | null,
): readonly TaskBar[] {
  return attempts.flatMap((task, index) => {
    const value = valueOf(task);
    return value === null ? [] : [{ kind: kindOf(task), value, task, place: index + 1 }];
  });
}

/** Returns the median, which one slow task does not move; null of no values. */
export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)];
  if (upper === undefined) return null;
  const lower = sorted[Math.ceil(middle) - 1] ?? upper;
  return (lower + upper) / 2;
}

/** Bars of a chart that has room for some only. */
export interface FewerBars {
  readonly bars: readonly TaskBar[];
  /** Number of attempts that share a bar: 1 if each has its own. */
  readonly each: number;
}

/** Returns at most `most` bars: of neighbours that share one, the highest is drawn. */
export function fewerBars(bars: readonly TaskBar[], most: number): FewerBars {
  const each = Math.max(1, Math.ceil(bars.length / most));
  if (each === 1) return { bars, each };
  const groups = Array.from({ length: Math.ceil(bars.length / each) }, (_, index) =>
    bars.slice(index * each, (index + 1) * each),
  );
  return {
    bars: groups.map((group) => group.reduce((top, bar) => (bar.value > top.value ? bar : top))),
    each,
  };
}

/** Returns at most `most` points and the last one, evenly chosen. */
export function fewerPoints(points: readonly ScorePoint[], most: number): readonly ScorePoint[] {
  const each = Math.max(1, Math.ceil(points.length / most));
  return points.filter((_, index) => index % each === 0 || index === points.length - 1);
}
