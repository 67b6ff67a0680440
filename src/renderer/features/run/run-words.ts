/** A run in words and figures. Pure. */
import { countingAttempts } from '../../../shared/attempts.ts';
import { spanCostUsd } from '../../../shared/span-cost.ts';
import type { ProgressPayload, RunOutcome, StatusPayload } from '../../../shared/stream.ts';
import { momentText, parseTime } from '../../format/format.ts';
import { isOn, type TaskResult } from '../../state/model.ts';
import type { CurrentTask } from '../../../shared/strip-cells.ts';
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

/** Counts of the tasks that did not pass. */
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

export interface RunEnd {
  /** Epoch milliseconds by the server's clock. */
  readonly atMs: number;
  /** "13:46", or with the date on another day. */
  readonly text: string;
}

/** Returns when a run is expected to end; null if it is over, or nothing tells. @param nowMs by the server's clock */
export function expectedEnd(
  progress: Pick<ProgressPayload, 'state' | 'eta_seconds'>,
  nowMs: number,
): RunEnd | null {
  if (!isOn(progress) || progress.eta_seconds === null) return null;
  const atMs = nowMs + progress.eta_seconds * 1000;
  return { atMs, text: momentText(atMs, nowMs) };
}

export interface RunCost {
  /** US dollars. */
  readonly soFarUsd: number;
  /** At the price of now; null if nothing tells when the run ends. */
  readonly atEndUsd: number | null;
}

/**
 * Returns what the VM costs for the run; null if it is over, or no price is known for all of its time.
 * @param nowMs by the server's clock
 */
export function costOfRun(
  progress: Pick<ProgressPayload, 'state' | 'eta_seconds' | 'started_at' | 'as_of'>,
  status: Pick<StatusPayload, 'cost'> | null,
  nowMs: number,
): RunCost | null {
  const startedAtMs = parseTime(progress.started_at);
  const cost = status?.cost ?? null;
  // A VM that is not heard may be off by now.
  const isHeard = progress.as_of === null && isOn(progress);
  if (cost === null || cost.unknown || startedAtMs === null || !isHeard) return null;
  const soFarUsd = spanCostUsd(cost, startedAtMs, nowMs);
  if (soFarUsd === null) return null;
  const end = expectedEnd(progress, nowMs);
  return { soFarUsd, atEndUsd: end === null ? null : spanCostUsd(cost, startedAtMs, end.atMs) };
}

/** Returns the task that a run is at; null if it is at none. */
export function currentTaskOf(progress: ProgressPayload | null): CurrentTask | null {
  if (progress?.current_task == null) return null;
  const { current_task: taskId, domain, instruction } = progress;
  return { taskId, domain, instruction };
}

/**
 * Returns what changes when the VM may have another screenshot of the current task; null before there can be one. A trajectory tells
 * better than the log: the log names a step when it begins, and its screenshot comes at its end.
 */
export function screenNews(
  progress: Pick<
    ProgressPayload,
    'current_step' | 'current_action' | 'current_thought' | 'current_action_step'
  >,
): string | null {
  const { current_step: step, current_action: action = null, current_thought: thought = null } = progress;
  const { current_action_step: acted = null } = progress;
  if (action !== null || thought !== null) return JSON.stringify([acted, action, thought]);
  return step < 2 ? null : String(step);
}
