/** The attempts of a run: which one a worker is at, how one begins and how it ends. */
import type { TaskOutcome } from '../../../shared/stream.ts';
import { judgeEnd } from './faults/judge.ts';
import type { Quote } from './faults/model.ts';
import type { EndedAttempt, RunEvent, RunState, TaskAttempt } from './model.ts';

export interface AttemptEnd {
  /** Null where the log tells no time: the time of the newest event stands in for it. */
  readonly at: number | null;
  readonly domain: string | null;
  readonly outcome: TaskOutcome;
  readonly score: number | null;
  readonly success: boolean;
  readonly message: string | null;
  /** Missing: the attempt has it. */
  readonly startedAt?: number;
  /** The line that tells of an exception. Missing: no line does. */
  readonly line?: Quote;
}

/** Of one run, ten times the longest list of tasks: a log that begins more is none that a benchmark writes. */
const mostAttempts = 5_000;

/** No more attempts are taken in. */
export function isFull(run: RunState): boolean {
  return run.tasks.length >= mostAttempts;
}

export function isEnded(task: TaskAttempt): task is EndedAttempt {
  return task.outcome !== null;
}

/** The attempt that this worker is at. */
export function currentAttempt(run: RunState, worker: string): TaskAttempt | undefined {
  return run.tasks.findLast((task) => task.worker === worker && task.outcome === null);
}

export function addAttempt(run: RunState, event: Extract<RunEvent, { type: 'task_started' }>): RunState {
  const { at, worker, domain, taskId } = event;
  const started: TaskAttempt = {
    taskId,
    domain,
    attempt: attemptNumber(run.tasks, taskId, domain),
    worker,
    instruction: null,
    steps: 0,
    startedAt: at,
    endedAt: null,
    outcome: null,
    score: null,
    success: false,
    message: null,
  };
  return { ...run, tasks: [...run.tasks, started] };
}

export function updateAttempt(run: RunState, task: TaskAttempt, change: Partial<TaskAttempt>): RunState {
  return replaceAttempt(run, task, { ...task, ...change });
}

export function replaceAttempt(run: RunState, task: TaskAttempt, by: TaskAttempt): RunState {
  return { ...run, tasks: run.tasks.map((one) => (one === task ? by : one)) };
}

export function endAttempt(
  run: RunState,
  task: TaskAttempt,
  end: AttemptEnd,
): { readonly run: RunState; readonly task: EndedAttempt } {
  const { at, domain: toldDomain, ...result } = end;
  // The domain is part of what makes an attempt unique: where it comes to light at the end, the count is taken anew.
  const domain = task.domain ?? toldDomain;
  const others = run.tasks.slice(0, run.tasks.indexOf(task));
  const attempt = domain === task.domain ? task.attempt : attemptNumber(others, task.taskId, domain);
  const ended = withResult({ ...task, domain, attempt, endedAt: at ?? run.lastEventAt }, result);
  return { run: updateAttempt(run, task, ended), task: ended };
}

/** Returns the attempt with another result. Every end of an attempt, and every correction of one, goes through here. */
export function withResult(
  attempt: TaskAttempt,
  { line, ...result }: Omit<AttemptEnd, 'at' | 'domain'>,
): EndedAttempt {
  const { isUnexplained: _before, seen, fault: _fault, faultEvidence: _evidence, ...task } = attempt;
  const isUnexplained = result.outcome === 'exception' && result.message === null;
  // The traceback of an exception is still to come, and is judged by what was seen before.
  const isKept = seen !== undefined && result.outcome === 'exception';
  return {
    ...task,
    ...result,
    ...judgeEnd(attempt, line === undefined ? result : { ...result, line }),
    ...(isUnexplained ? { isUnexplained } : {}),
    ...(isKept ? { seen } : {}),
  };
}

/** Returns whether a score counts beside an exception. Many programs write a zero for a task that crashed, and nothing judged it. */
export function isScoreDespiteException(score: number): boolean {
  return score > 0;
}

/** The newest attempt at this task. A domain that is not known fits every domain. */
export function newestAttempt(run: RunState, taskId: string, domain: string | null): TaskAttempt | undefined {
  return run.tasks.findLast(
    (task) => task.taskId === taskId && (task.domain === domain || task.domain === null || domain === null),
  );
}

function attemptNumber(before: readonly TaskAttempt[], taskId: string, domain: string | null): number {
  return 1 + before.filter((task) => task.taskId === taskId && task.domain === domain).length;
}

/**
 * Returns the run without the long texts of its ended attempts. Their effects carry the texts into the history, so the state stays small
 * enough to be stored with each change.
 */
export function withoutTexts(run: RunState): RunState {
  return {
    ...run,
    tasks: run.tasks.map((task) => {
      const hasEvidence = task.faultEvidence !== undefined && task.faultEvidence !== null;
      const hasText = task.instruction !== null || task.message !== null || hasEvidence;
      if (task.outcome === null || !hasText) return task;
      const { faultEvidence, ...rest } = task;
      return {
        ...rest,
        ...{ instruction: null, message: null },
        ...(faultEvidence === null ? { faultEvidence } : {}),
      };
    }),
  };
}
