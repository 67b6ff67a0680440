/** A run in words and figures. Pure. */
import { countingAttempts } from '../../../shared/attempts.ts';
import type { RunOutcome } from '../../../shared/stream.ts';
import type { TaskResult } from '../../state/model.ts';
import type { MarkedWord } from '../../ui/mark.ts';

const stateWords: Readonly<Record<string, MarkedWord>> = {
  running: { mark: 'run', word: 'Running' },
  finished: { mark: 'ok', word: 'Finished' },
  crashed: { mark: 'bad', word: 'Crashed' },
  interrupted: { mark: 'pause', word: 'Interrupted' },
  stalled: { mark: 'warn', word: 'Stalled' },
} satisfies Record<RunOutcome, MarkedWord>;

/** A run that was on when it was last seen may be anything by now. */
export function runState(state: RunOutcome, isStale: boolean): MarkedWord {
  // A newer server may tell of a state that this page does not know.
  const { mark, word } = stateWords[state] ?? { mark: 'unknown', word: state };
  return isStale ? { mark: 'unknown', word: `Last known: ${word}` } : { mark, word };
}

export interface Tally {
  readonly failed: number;
  /** Tasks that raised an exception. */
  readonly errors: number;
  readonly lost: number;
}

/** What became of the tasks that did not pass. */
export function tally(results: readonly TaskResult[]): Tally {
  const ended = countingAttempts(results);
  return {
    failed: ended.filter((result) => result.outcome === 'scored' && !result.success).length,
    errors: ended.filter((result) => result.outcome === 'exception').length,
    lost: ended.filter((result) => result.outcome === 'lost').length,
  };
}

/** "5/12", or "5" while the total is unknown. */
export function countOfTotal(done: number, total: number): string {
  return total === 0 ? String(done) : `${String(done)}/${String(total)}`;
}
