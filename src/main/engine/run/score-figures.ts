/** The figures that people compare runs by, with the same words and the same denominator everywhere. */

/** Counts that the figures come from. Each task counts once, by its newest attempt that ended. */
export interface ScoreCounts {
  /** Tasks that have a score. */
  readonly scored: number;
  /** How many of them passed. */
  readonly scoredSucceeded: number;
  readonly scoreSum: number;
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
