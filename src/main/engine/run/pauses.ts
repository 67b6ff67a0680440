/** How long a run is silent when nothing is wrong with it. */
import { resultsDialect } from './correction.ts';
import type { RunState } from './model.ts';

/** How much longer than what a run has come through before a silence has to be. */
const stallFactor = 2;

/** With an event at this time: the two longest silences of the run. */
export function addPause(run: RunState, at: number | null): RunState['pauses'] {
  if (at === null || run.lastEventAt === null || run.state !== 'running') return run.pauses;
  const pauseMs = at - run.lastEventAt;
  const [longest, second] = run.pauses;
  if (pauseMs > longest) return [pauseMs, longest];
  return pauseMs > second ? [longest, pauseMs] : run.pauses;
}

/**
 * After how long a silence this run counts as stalled. Never before `configuredMs`; later where the run itself has come through long
 * silences. One of them alone proves nothing, hence the second longest. A run that is only seen by its results never does: silence is
 * how it ends.
 */
export function stallAfterMs(run: RunState, configuredMs: number): number {
  if (run.dialect === resultsDialect) return Number.POSITIVE_INFINITY;
  const [, second] = run.pauses;
  return Math.max(configuredMs, stallFactor * second);
}
