/** Says how the files of an attempt are found: by its times, and by those of the other attempts at the same task. */
import type { ScreenTask } from '../../../shared/screens.ts';
import type { Feed, StoredRun, TaskRecord } from '../feed/index.ts';
import { attemptLimits, type AttemptTimes } from './attempt-limits.ts';

export type Attempt = Pick<TaskRecord, 'runId' | 'taskId' | 'domain' | 'attempt' | 'startedAt' | 'endedAt'>;

type History = Pick<Feed, 'run' | 'attemptsAt' | 'snapshot'>;

/** No file on the VM is of the attempt for certain, but a copy is. */
const onlyKept = { notBefore: null, notFrom: Number.NEGATIVE_INFINITY };

/** Returns the attempt that runs on the VM now; null: none is known. Its number is 0, because the journal has it when it is over. */
export function currentAttempt(feed: Pick<Feed, 'snapshot'>, vm: string): Attempt | null {
  const { run_id: runId, current_task: taskId, domain, state } = feed.snapshot(vm).progress ?? {};
  if (runId === undefined || taskId == null || (state !== 'running' && state !== 'stalled')) return null;
  return { runId, taskId, domain: domain ?? null, attempt: 0, startedAt: null, endedAt: null };
}

/**
 * Returns what an attempt's files are found by; null if no time separates them from those of another attempt.
 * @param isKept they were copied while they could still be told apart
 */
export function attemptTask(
  feed: History,
  run: StoredRun,
  wanted: Attempt,
  isKept: boolean,
): ScreenTask | null {
  const { taskId, domain, attempt } = wanted;
  const current = currentAttempt(feed, run.vm);
  const recorded = feed.attemptsAt(run.vm, domain, taskId);
  const isAtSame = current?.taskId === taskId && (domain ?? current.domain) === (current.domain ?? domain);
  const all = [...recorded, ...(isAtSame ? [current] : [])];
  const limits = attemptLimits(
    all.map((one) => timesOf(feed, one)),
    attempt === 0
      ? all.length - 1
      : recorded.findIndex(
          (one) => one.runId === run.runId && one.attempt === attempt && one.domain === domain,
        ),
  );
  if (limits === null && !isKept) return null;
  return {
    vm: run.vm,
    runId: run.runId,
    log: run.log,
    resultDir: run.arguments.resultDir,
    ...{ domain, taskId, attempt },
    // A result alone has no start time. The task began within its run, but a run known only by results begins when its first task ends.
    startedAt: wanted.startedAt ?? (run.dialect === 'results' ? null : run.startedAt),
    endedAt: wanted.endedAt ?? run.endedAt,
    ...(limits ?? onlyKept),
  };
}

/** An attempt's own times, within those of its run. */
function timesOf(feed: History, { runId, startedAt, endedAt }: Attempt): AttemptTimes {
  const run = feed.run(runId);
  return {
    ...{ runId, startedAt, endedAt },
    runStartedAt: run?.startedAt ?? null,
    runEndedAt: run?.endedAt ?? null,
  };
}
