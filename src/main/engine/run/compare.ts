/** Compares two runs task by task. Pure, deterministic, and independent of the order of the tasks. */
import type { AttemptChoice, TaskChange } from '../../../shared/comparison.ts';
import { significance } from '../../../shared/comparison-text.ts';
import type { TaskAttempt } from './model.ts';
import { mcnemarExactP, pairedDifferenceInterval, wilsonInterval, type Interval } from './statistics.ts';
import { domainOf, isJudged, pairTasks, type TaskPair } from './task-pairs.ts';

export type ComparedTask = TaskPair & {
  readonly domain: string | null;
  readonly change: TaskChange;
};

/** A mean of values from 0 to 1 over `count` tasks. */
export interface Share {
  readonly count: number;
  /** Null without a task. */
  readonly value: number | null;
  /** 95 %, Wilson. Null without a task, and if the values go beyond 0 to 1. */
  readonly interval: Interval | null;
}

/** One figure of both runs over the same tasks. */
export interface SharePair {
  readonly a: Share;
  readonly b: Share;
  /** B minus A; null without a task. */
  readonly delta: number | null;
}

/** The counts of all tasks, or of those of one domain. */
export interface Tally {
  readonly changes: Readonly<Record<TaskChange, number>>;
  /** Tasks that both runs have ended. */
  readonly common: number;
  /** Common tasks with a result in both runs. */
  readonly compared: number;
  /** Over the compared tasks that have a score in both runs. */
  readonly meanScore: SharePair;
  /** Over all compared tasks. */
  readonly passRate: SharePair;
}

export interface DomainComparison extends Tally {
  readonly domain: string | null;
}

export interface Comparison extends Tally {
  readonly choice: AttemptChoice;
  /** By domain, then id. */
  readonly tasks: readonly ComparedTask[];
  /** In the order of the tasks. */
  readonly domains: readonly DomainComparison[];
  /** 95 % interval of the difference of the mean scores; null: too few tasks differ in their scores. */
  readonly scoreDeltaInterval: Interval | null;
  readonly mcnemar: { readonly p: number; readonly onlyA: number; readonly onlyB: number };
  /**
   * The difference is unlikely to be chance: McNemar's p is below 0.05, and the interval of the difference of the mean scores is on
   * the same side of 0. If all scores differ by the same amount, that amount is. Runs without scores are judged by p alone.
   */
  readonly isDecisive: boolean;
}

/** Scores are decimal fractions: 0.1 + 0.2 and 0.3 are the same score. */
const sameScore = 1e-9;

export function compareRuns(
  a: readonly TaskAttempt[],
  b: readonly TaskAttempt[],
  choice: AttemptChoice = 'first',
): Comparison {
  const tasks = pairTasks(a, b, choice).map((pair): ComparedTask => ({
    ...pair,
    domain: domainOf(pair),
    change: changeOf(pair),
  }));
  const compared = tasks.flatMap(resultsOf);
  const onlyA = compared.filter((pair) => pair.a.success && !pair.b.success).length;
  const onlyB = compared.filter((pair) => pair.b.success && !pair.a.success).length;
  const mcnemar = { p: mcnemarExactP(onlyA, onlyB), onlyA, onlyB };
  const tally = tallyOf(tasks);
  const differences = compared.flatMap((pair) => scoreDifference(pair) ?? []);
  const scoreDeltaInterval = pairedDifferenceInterval(differences);
  const isDecisive =
    mcnemar.p < significance &&
    (differences.length === 0 || sideOfAll(differences, scoreDeltaInterval) === Math.sign(onlyB - onlyA));
  return {
    choice,
    ...tally,
    tasks,
    domains: domainsOf(tasks),
    scoreDeltaInterval,
    mcnemar,
    isDecisive,
  };
}

/** Returns 1 or -1 if all of an interval is above or below 0, else 0. */
export function sideOf(interval: Interval | null): -1 | 0 | 1 {
  if (interval === null) return 0;
  if (interval.low > 0) return 1;
  return interval.high < 0 ? -1 : 0;
}

/** Without an interval, the differences are all the same: B passed every task that A failed. */
function sideOfAll([first = 0]: readonly number[], interval: Interval | null): number {
  return interval === null ? Math.sign(first) : sideOf(interval);
}

interface Result {
  readonly score: number | null;
  readonly success: boolean;
}

interface ResultPair {
  readonly a: Result;
  readonly b: Result;
}

/** Returns what is compared of a task; nothing if one of the runs has no result for it. */
function resultsOf({ a, b }: TaskPair): readonly ResultPair[] {
  if (a === null || b === null || !isJudged(a.task) || !isJudged(b.task)) return [];
  return [{ a: a.task, b: b.task }];
}

/** Returns B minus A; null if one has no score. */
function scoreDifference({ a, b }: ResultPair): number | null {
  if (a.score === null || b.score === null) return null;
  const difference = b.score - a.score;
  return Math.abs(difference) < sameScore ? 0 : difference;
}

function changeOf(pair: TaskPair): TaskChange {
  if (pair.b === null) return 'only_a';
  if (pair.a === null) return 'only_b';
  const [results] = resultsOf(pair);
  if (results === undefined) return 'invalid';
  // Without scores, the verdicts differ or not.
  const difference = scoreDifference(results) ?? Number(results.b.success) - Number(results.a.success);
  if (difference === 0) return 'same';
  return difference > 0 ? 'improved' : 'regressed';
}

function domainsOf(tasks: readonly ComparedTask[]): readonly DomainComparison[] {
  return Array.from(
    Map.groupBy(tasks, ({ domain }) => domain),
    ([domain, ofDomain]) => ({ domain, ...tallyOf(ofDomain) }),
  );
}

function tallyOf(tasks: readonly ComparedTask[]): Tally {
  const changes = { improved: 0, regressed: 0, same: 0, invalid: 0, only_a: 0, only_b: 0 };
  for (const { change } of tasks) changes[change] += 1;
  const compared = tasks.flatMap(resultsOf);
  const scored = compared.filter((pair) => scoreDifference(pair) !== null);
  return {
    changes,
    common: tasks.length - changes.only_a - changes.only_b,
    compared: compared.length,
    meanScore: sharePair(scored, ({ score }) => score ?? 0),
    passRate: sharePair(compared, ({ success }) => Number(success)),
  };
}

function sharePair(pairs: readonly ResultPair[], valueOf: (result: Result) => number): SharePair {
  const a = shareOf(pairs.map((pair) => valueOf(pair.a)));
  const b = shareOf(pairs.map((pair) => valueOf(pair.b)));
  const delta = a.value === null || b.value === null ? null : rounded(b.value - a.value);
  return { a, b, delta };
}

function shareOf(values: readonly number[]): Share {
  const sum = values.reduce((total, value) => total + value, 0);
  const isShare = values.every((value) => value >= 0 && value <= 1);
  return {
    count: values.length,
    value: values.length === 0 ? null : rounded(sum / values.length),
    interval: isShare ? wilsonInterval(sum, values.length) : null,
  };
}

/** Six decimals, as all figures of a run. */
function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
