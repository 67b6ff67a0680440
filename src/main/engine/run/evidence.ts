/** Takes evidence into the attempts of a run. It tells nothing by itself, except a traceback that explains an exception. */
import { currentAttempt, isEnded, replaceAttempt, updateAttempt } from './attempts.ts';
import type { EvidenceEvent } from './faults/collect.ts';
import { judgeTrace } from './faults/judge.ts';
import { asJudged, withRelief, withSign } from './faults/sign-record.ts';
import type { SignRecord } from './faults/model.ts';
import type { EndedAttempt, FoldStep, RunEvent, RunState, TaskAttempt } from './model.ts';

/** Returns whether an event is only about whose fault the end of a task is. */
export function isEvidence(event: RunEvent): event is EvidenceEvent {
  switch (event.type) {
    case 'task_sign':
    case 'task_relief':
    case 'task_judged':
    case 'task_traced':
      return true;
    default:
      return false;
  }
}

/** Folds evidence. If no task is on that it could be about, the same state comes back. */
export function takeEvidence(run: RunState, event: EvidenceEvent): FoldStep {
  if (event.type === 'task_traced') return takeTrace(run, event);
  let now = run;
  for (const task of attemptsOf(run, event)) {
    const seen = seenWith(task.seen, event);
    if (seen !== task.seen && seen !== undefined) now = updateAttempt(now, task, { seen });
  }
  return { run: now, effects: [] };
}

/** Returns the change of an attempt whose signs are now these. */
export function seenAfter(task: TaskAttempt, seen: SignRecord | undefined): Partial<TaskAttempt> {
  return seen === undefined || seen === task.seen ? {} : { seen };
}

/** A line that names no process is about the only task that is on: among several, it could be about any. */
function attemptsOf(
  run: RunState,
  event: Exclude<EvidenceEvent, { type: 'task_traced' }>,
): readonly TaskAttempt[] {
  const isOfRun = event.type === 'task_sign' && event.ofRun === true;
  if (event.worker !== null && !isOfRun) {
    const task = currentAttempt(run, event.worker);
    return task === undefined ? [] : [task];
  }
  const open = run.tasks.filter((task) => !isEnded(task));
  return isOfRun || open.length === 1 ? open : [];
}

function seenWith(
  seen: SignRecord | undefined,
  event: Exclude<EvidenceEvent, { type: 'task_traced' }>,
): SignRecord | undefined {
  switch (event.type) {
    case 'task_sign':
      return withSign(seen, event.sign, event.quote);
    case 'task_relief':
      return withRelief(seen, event.relief);
    case 'task_judged':
      return asJudged(seen);
  }
}

/** The log has the traceback behind the end of its task. */
function takeTrace(
  run: RunState,
  { worker, trace }: Extract<EvidenceEvent, { type: 'task_traced' }>,
): FoldStep {
  const before = run.tasks.findLast((task) => task.worker === worker);
  if (before === undefined || !isEnded(before) || before.outcome !== 'exception') return { run, effects: [] };
  const verdict = judgeTrace(before, trace);
  if (verdict === null) return { run, effects: [] };
  const task: EndedAttempt = { ...before, ...verdict };
  return {
    run: replaceAttempt(run, before, task),
    effects: [{ type: 'task_corrected', task, before, runId: run.runId }],
  };
}
