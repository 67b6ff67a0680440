/** What of a run is told as events, and in which words. Pure. */
import type { ErrorPayload } from '../../../../shared/stream.ts';
import {
  countsOf,
  isContradiction,
  isOfJob,
  type EndedAttempt,
  type RunEffect,
  type RunState,
} from '../../run/index.ts';

/** A task that ended this long before it could be read is old news. */
const oldNewsMs = 60_000;
/** What happened this shortly before the VM was first seen counts as under our eyes: clocks differ, looks take time. */
const firstSeenSlackMs = 10_000;

export interface TellingContext {
  /** The log is read for the first time, up to its present end. */
  readonly isFirstSight: boolean;
  /** When this VM was seen for the first time; epoch milliseconds. */
  readonly firstSeenMs: number;
  readonly nowMs: number;
  /** The run that the effects have led to. */
  readonly run: RunState | null;
}

export type Telling = (runId: string, endedAtMs: number | null) => { tell: boolean; catchUp: boolean };

/**
 * Which tasks are told as events, and whether as old news. Live: all. On first sight of a log, runs that were over before the VM was
 * first seen go into the history only; a run that is still on is told from its beginning, as a catching up.
 */
export function tellingOf(effects: readonly RunEffect[], context: TellingContext): Telling {
  const { isFirstSight, firstSeenMs, nowMs, run } = context;
  const known = effects.flatMap((effect) => ('run' in effect ? [effect.run] : []));
  const early = new Set(
    [...known, ...(run === null ? [] : [run])]
      .filter(({ startedAt }) => (startedAt ?? 0) < firstSeenMs - firstSeenSlackMs)
      .map(({ runId }) => runId),
  );
  const isOn = (runId: string): boolean => run?.runId === runId && run.state === 'running';
  return (runId, endedAtMs) => {
    const isEarly = isFirstSight && early.has(runId);
    return {
      tell: !isEarly || isOn(runId),
      catchUp: isEarly || (endedAtMs !== null && nowMs - endedAtMs > oldNewsMs),
    };
  };
}

/** The moment to tell when a run has ended other than by itself. */
export function badEnd(run: RunState, vm: string, nowMs: number): ErrorPayload | null {
  if (run.state === 'finished' || run.state === 'running') return null;
  const { tasksCompleted } = countsOf(run);
  const done =
    run.totalTasks > 0
      ? `${tasksCompleted} of ${run.totalTasks} tasks are done`
      : `${tasksCompleted} tasks are done`;
  const crashed = run.state === 'crashed';
  return {
    message: crashed ? `The run has crashed: ${done}.` : `The run was interrupted: ${done}.`,
    vm,
    code: crashed ? 'run_crashed' : 'run_interrupted',
    severity: crashed ? 'critical' : 'warning',
    detail: run.endMessage,
    hint: crashed ? crashHint(run) : null,
    began_at: new Date(run.endedAt ?? nowMs).toISOString(),
  };
}

function crashHint({ dialect }: RunState): string {
  return isOfJob(dialect)
    ? 'Look at the output of the command. Resume the job to go on with what is left.'
    : 'Look at the last lines of the log. Start the run again to go on with what is left.';
}

/** The moment to tell when a result file says something else than the log; null where it only says more. */
export function mismatch(
  task: EndedAttempt,
  before: EndedAttempt,
  vm: string,
  context: Pick<TellingContext, 'firstSeenMs' | 'nowMs'>,
): ErrorPayload | null {
  if (task.score === null || !isContradiction(before, task.score)) return null;
  if ((before.endedAt ?? context.nowMs) < context.firstSeenMs - firstSeenSlackMs) return null;
  const logged =
    before.outcome === 'exception'
      ? `that ${task.taskId} raised an exception`
      : `${before.score?.toFixed(2) ?? 'nothing'} for ${task.taskId}`;
  return {
    message: `The log said ${logged}, its result file says ${scoreText(task.score)}.`,
    vm,
    code: 'result_mismatch',
    severity: 'warning',
    detail: task.domain === null ? null : `Domain ${task.domain}, attempt ${task.attempt}`,
    hint: 'The result file counts, as it does for the tools of the benchmark.',
    began_at: new Date(context.nowMs).toISOString(),
  };
}

/** As Python writes it. */
function scoreText(score: number): string {
  return Number.isInteger(score) ? score.toFixed(1) : String(score);
}
