/** The figures that people compare runs by, with the same words and the same denominator everywhere. */
import type { TaskFault } from '../../../shared/stream-words.ts';
import { isValid } from './faults/model.ts';

/** Counts that the figures come from. Each task counts once, by its newest attempt that ended. */
export interface ScoreCounts {
  /** Tasks that have a score. */
  readonly scored: number;
  /** How many of them passed. */
  readonly scoredSucceeded: number;
  readonly scoreSum: number;
}

/** Whose faults the ends of tasks are. Tasks with the fault `none` are in no field. */
export type FaultCounts = Readonly<Record<Exclude<TaskFault, 'none'>, number>>;

export interface FaultFigures {
  /** Tasks by their fault. Null: the fault of a task is not known, because an earlier version recorded it. */
  readonly faults: FaultCounts | null;
  /** Tasks that ended without a fault of model, machine or judge. Null like `faults`. */
  readonly valid_tasks: number | null;
  /** 0..1, mean score over the valid tasks that have a score. Null: there are none, or like `faults`. */
  readonly score_valid: number | null;
}

/** A task that ended, as far as its validity depends on it. */
export interface JudgedTask {
  readonly score: number | null;
  /** Missing: an earlier version recorded it. */
  readonly fault?: TaskFault;
}

export interface ScoreFigures {
  readonly tasks_scored: number;
  /** 0..1, over the scored tasks; null while there are none. */
  readonly mean_score: number | null;
  /** 0..1, over the scored tasks; null while there are none. */
  readonly pass_rate: number | null;
}

export interface RunFigures extends ScoreFigures {
  /** The older name of `mean_score`. */
  readonly success_rate_evaluated: number | null;
  /** 0..1, over all planned tasks; null while their number is unknown. */
  readonly success_rate_planned: number | null;
}

/** Computes mean score and pass rate, for a run, a domain or a pool. */
export function scoreFigures({ scored, scoredSucceeded, scoreSum }: ScoreCounts): ScoreFigures {
  return {
    tasks_scored: scored,
    mean_score: ratio(scoreSum, scored),
    pass_rate: ratio(scoredSucceeded, scored),
  };
}

/** Computes what is left of a run without the tasks that say nothing about its agent. Nothing is invented for tasks without a verdict. */
export function faultFigures(tasks: readonly JudgedTask[]): FaultFigures {
  const faults = { agent: 0, model_api: 0, environment: 0, evaluator: 0, unknown: 0 };
  const valid: JudgedTask[] = [];
  for (const task of tasks) {
    const { fault } = task;
    if (fault === undefined) return noFaultFigures;
    if (fault !== 'none') faults[fault] += 1;
    if (isValid(fault)) valid.push(task);
  }
  const scores = valid.flatMap(({ score }) => (score === null ? [] : [score]));
  const sum = scores.reduce((total, score) => total + score, 0);
  return { faults, valid_tasks: valid.length, score_valid: ratio(sum, scores.length) };
}

/** The figures of a run without verdicts. */
export const noFaultFigures: FaultFigures = { faults: null, valid_tasks: null, score_valid: null };

/** Computes all figures of one run. @param totalTasks 0 while unknown */
export function runFigures(counts: ScoreCounts, totalTasks: number): RunFigures {
  const figures = scoreFigures(counts);
  return {
    ...figures,
    success_rate_evaluated: figures.mean_score,
    success_rate_planned: ratio(counts.scoreSum, totalTasks),
  };
}

/** Divides, rounded to six decimals; null where there is nothing to divide by. */
function ratio(value: number, by: number): number | null {
  return by === 0 ? null : Math.round((value / by) * 1e6) / 1e6;
}
