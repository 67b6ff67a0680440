/** Run events → the state of a run, and what has to be told about it. */
import { addAttempt, currentAttempt, endAttempt, isFull, newestAttempt, updateAttempt } from './attempts.ts';
import { withBoundedNames } from './bounded-names.ts';
import { adoptAttempt, correctTask } from './correction.ts';
import { countsOf } from './counts.ts';
import { isEvidence, seenAfter, takeEvidence } from './evidence.ts';
import type { EvidenceEvent } from './faults/collect.ts';
import { withRelief } from './faults/sign-record.ts';
import type { FoldStep, RunEvent, RunState, RunStep, TaskAttempt } from './model.ts';
import { withSafeMessage } from './messages.ts';
import { hearEvent } from './pauses.ts';
import { backAtStart, mayGoOn } from './resume.ts';
import { newRun } from './run-birth.ts';
import { closeRun, decideNext, replaceRun } from './run-end.ts';
import { isOfJob } from './trials/job.ts';

export interface RunIdentity {
  /** The id of the run with this key, see `runIdFor`. */
  readonly runIdFor: (key: string) => string;
  /** From which score on a task without a verdict counts as a success. */
  readonly successThreshold: number;
}

/** Folds one event. What belongs to no run that is on changes nothing: the same state comes back. */
export function reduceRun(run: RunState | null, told: RunEvent, identity: RunIdentity): RunStep {
  const event = withSafeMessage(withBoundedNames(told));
  if (event.type === 'run_started') return startRun(run, event, identity);
  if (run === null) return { run, effects: [] };
  // Evidence is about tasks, and says nothing about whether a run goes on.
  if (isEvidence(event)) return takeEvidence(run, event);
  return run.next === null || event.type === 'task_corrected'
    ? fold(run, event, identity)
    : foldBehind(run, run.next, event, identity);
}

function startRun(
  run: RunState | null,
  event: Extract<RunEvent, { type: 'run_started' }>,
  identity: RunIdentity,
): RunStep {
  const started = newRun(identity.runIdFor(event.key), event);
  if (run === null) return { run: started, effects: [{ type: 'run_started', run: started }] };
  const known = run.parts.findIndex((part) => part.runId === started.runId);
  if (known >= 0) return { run: backAtStart(run, known, started), effects: [] };
  if (run.next?.runId === started.runId) return { run, effects: [] };
  if (mayGoOn(run, event.dialect)) return { run: { ...run, next: started }, effects: [] };
  return replaceRun(run, started);
}

/** An event behind a start of which it is not known yet what it is: its plan decides, or at the latest its first task. */
function foldBehind(
  run: RunState,
  next: RunState,
  event: Exclude<RunEvent, { type: 'run_started' } | EvidenceEvent>,
  identity: RunIdentity,
): RunStep {
  if (event.type === 'run_arguments' || event.type === 'run_planned') {
    const planned = fold(next, event, identity).run;
    // Numbers by domain are followed by the list of the tasks themselves.
    const isLast = event.type === 'run_planned' && (event.tasks !== null || event.domains === undefined);
    return isLast ? decideNext(run, planned) : { run: { ...run, next: planned }, effects: [] };
  }
  const decided = decideNext(run, next);
  const step = reduceRun(decided.run, event, identity);
  return { run: step.run, effects: [...decided.effects, ...step.effects] };
}

function fold(
  run: RunState,
  event: Exclude<RunEvent, { type: 'run_started' } | EvidenceEvent>,
  identity: RunIdentity,
): FoldStep {
  if (event.type === 'task_corrected') return correct(run, event, identity.successThreshold);
  if (run.state !== 'running' && !showsLife(run, event)) return { run, effects: [] };
  const { lastEventAt, pauses } = hearEvent(run, event.at);
  const now: RunState = { ...run, state: 'running', endedAt: null, endMessage: null, lastEventAt, pauses };
  switch (event.type) {
    case 'run_planned':
      return { run: planRun(now, event), effects: [] };
    case 'run_arguments':
      return { run: { ...now, arguments: { ...now.arguments, ...event.arguments } }, effects: [] };
    case 'task_started':
      return startTask(now, event);
    case 'task_instruction':
    case 'task_step':
    case 'task_handed_over': {
      const task = currentAttempt(now, event.worker);
      if (task === undefined) return { run: now, effects: [] };
      return { run: updateAttempt(now, task, changeOf(task, event)), effects: [] };
    }
    case 'task_ended':
      return endTask(now, event, identity.successThreshold);
    case 'run_ended':
      return closeRun(now, event);
  }
}

type TaskNews = Extract<RunEvent, { type: 'task_instruction' | 'task_step' | 'task_handed_over' }>;

function changeOf(task: TaskAttempt, event: TaskNews): Partial<TaskAttempt> {
  switch (event.type) {
    case 'task_instruction':
      return { instruction: event.text };
    case 'task_step':
      return { steps: Math.max(event.step, task.steps), ...seenAfter(task, withRelief(task.seen, 'step')) };
    case 'task_handed_over':
      return { isHandedOver: true };
  }
}

/**
 * A task that starts without a new run, or that ends, shows that a run taken for dead goes on: only its process was not seen. A job can be
 * resumed even after its end.
 */
function showsLife(run: RunState, event: RunEvent): boolean {
  if (run.state === 'finished' && !isOfJob(run.dialect)) return false;
  return event.type === 'task_started' || takenForDead(run, event) !== undefined;
}

/** The attempt that was told as interrupted with its run, and whose end the log tells now. */
function takenForDead(run: RunState, event: RunEvent): TaskAttempt | undefined {
  if (event.type !== 'task_ended' || event.taskId === null) return undefined;
  if (event.outcome !== 'scored' && event.outcome !== 'exception') return undefined;
  const last = run.tasks.findLast(({ worker }) => worker === event.worker);
  return last?.outcome === 'interrupted' && last.taskId === event.taskId ? last : undefined;
}

/**
 * A list of tasks wins over a number, and a newer plan over an older one of its kind. A run that resumes plans only what is left, so the
 * first plan stays.
 */
function planRun(run: RunState, event: Extract<RunEvent, { type: 'run_planned' }>): RunState {
  const tasksBefore = run.parts.at(-1)?.tasksBefore ?? 0;
  const isWhole = run.parts.length === 1;
  const domainPlan = (isWhole ? event.domains : null) ?? run.domainPlan;
  if (run.plan !== null && (event.tasks === null || !isWhole)) return { ...run, domainPlan };
  const planned = {
    ...run,
    totalTasks: tasksBefore + event.totalTasks,
    plan: isWhole ? event.tasks : null,
    domainPlan,
  };
  if (event.completedTasks === undefined) return planned;
  const seen = countsOf({ ...run, unseenTasks: 0 }).tasksCompleted;
  const unseenTasks = Math.max(0, tasksBefore + event.completedTasks - seen);
  return event.skippedTasks === undefined
    ? { ...planned, unseenTasks }
    : { ...planned, unseenTasks, skippedTasks: event.skippedTasks };
}

function startTask(run: RunState, event: Extract<RunEvent, { type: 'task_started' }>): FoldStep {
  const adopted = adoptAttempt(run, event);
  if (adopted === null) return { run: isFull(run) ? run : addAttempt(run, event), effects: [] };
  const { task, before } = adopted;
  return { run: adopted.run, effects: [{ type: 'task_corrected', task, before, runId: run.runId }] };
}

function correct(
  run: RunState,
  event: Extract<RunEvent, { type: 'task_corrected' }>,
  successThreshold: number,
): FoldStep {
  if (isFull(run) && newestAttempt(run, event.taskId, event.domain) === undefined)
    return { run, effects: [] };
  const { run: corrected, task, before } = correctTask(run, event, successThreshold);
  const { runId } = run;
  return {
    run: event.score === null ? corrected : withThreshold(corrected, successThreshold),
    effects: [
      before === null ? { type: 'task_ended', task, runId } : { type: 'task_corrected', task, before, runId },
    ],
  };
}

function endTask(
  run: RunState,
  event: Extract<RunEvent, { type: 'task_ended' }>,
  successThreshold: number,
): FoldStep {
  const current = currentAttempt(run, event.worker);
  const dead = current === undefined ? takenForDead(run, event) : undefined;
  if (dead !== undefined && !isFull(run)) {
    // What was told stays told: it goes on as another attempt, of which this is the end.
    const { taskId, domain, worker, startedAt } = dead;
    const again = addAttempt(run, { type: 'task_started', at: startedAt, worker, domain, taskId });
    return endTask(again, event, successThreshold);
  }
  if (current === undefined || (event.taskId !== null && event.taskId !== current.taskId)) {
    return { run, effects: [] };
  }
  const { at, domain, outcome, score, verdict, message, startedAt, line } = event;
  const reached = outcome === 'scored' && score !== null && score >= successThreshold;
  const ended = endAttempt(run, current, {
    at,
    domain,
    outcome,
    score,
    message,
    success: verdict ?? reached,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(line === undefined ? {} : { line }),
  });
  const isByThreshold = verdict === null && outcome === 'scored' && score !== null;
  return {
    run: isByThreshold ? withThreshold(ended.run, successThreshold) : ended.run,
    effects: [{ type: 'task_ended', task: ended.task, runId: run.runId }],
  };
}

/** Notes that the threshold decided a task. If earlier decisions are unknown, so is the list. */
function withThreshold(run: RunState, threshold: number): RunState {
  const { successThresholds: known } = run;
  if (known === undefined || known.includes(threshold)) return run;
  return { ...run, successThresholds: [...known, threshold] };
}
