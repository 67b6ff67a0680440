/** Run events → the state of a run, and what has to be told about it. */
import {
  addAttempt,
  currentAttempt,
  endAttempt,
  isEnded,
  updateAttempt,
  type AttemptEnd,
  type EndedAttempt,
} from './attempts.ts';
import { countsOf } from './counts.ts';
import type { RunArguments, RunEvent, RunState } from './model.ts';

export interface RunIdentity {
  /** The id of the run with this key, see `runIdFor`. */
  readonly runIdFor: (key: string) => string;
  /** From which score on a task without a verdict counts as a success. */
  readonly successThreshold: number;
}

/** What happened, in its order. Each attempt ends exactly once. */
export type RunEffect =
  | { readonly type: 'run_started'; readonly run: RunState }
  | { readonly type: 'task_ended'; readonly task: EndedAttempt; readonly runId: string }
  | { readonly type: 'run_ended'; readonly run: RunState };

export interface RunStep {
  readonly run: RunState | null;
  readonly effects: readonly RunEffect[];
}

const noArguments: RunArguments = {
  maxSteps: null,
  model: null,
  agent: null,
  resultDir: null,
  emulatorIp: null,
};

/** Folds one event. What belongs to no run that is on changes nothing: the same state comes back. */
export function reduceRun(run: RunState | null, event: RunEvent, identity: RunIdentity): RunStep {
  if (event.type === 'run_started') return startRun(run, event, identity);
  if (run === null || !goesOn(run, event)) return { run, effects: [] };
  const now: RunState = {
    ...run,
    state: 'running',
    endedAt: null,
    endMessage: null,
    lastEventAt: latest(run.lastEventAt, event.at),
  };
  switch (event.type) {
    case 'run_planned':
      return { run: planRun(now, event), effects: [] };
    case 'run_arguments':
      return { run: { ...now, arguments: { ...now.arguments, ...event.arguments } }, effects: [] };
    case 'task_started':
      return { run: addAttempt(now, event), effects: [] };
    case 'task_instruction':
      return { run: updateCurrent(now, event.worker, { instruction: event.text }), effects: [] };
    case 'task_step': {
      const steps = Math.max(event.step, currentAttempt(now, event.worker)?.steps ?? 0);
      return { run: updateCurrent(now, event.worker, { steps }), effects: [] };
    }
    case 'task_ended':
      return endTask(now, event, identity.successThreshold);
    case 'run_ended':
      return close(now, event);
  }
}

/**
 * For a process that is gone without a line that says so; `message` says why. What it was at ends as `interrupted`. A run that is
 * over stays as it is.
 */
export function endRun(
  run: RunState,
  state: 'crashed' | 'interrupted',
  atMs: number | null,
  message: string | null = null,
): { readonly run: RunState; readonly effects: readonly RunEffect[] } {
  return run.state === 'running'
    ? close(run, { state, at: atMs, averageScore: null, message })
    : { run, effects: [] };
}

function startRun(
  run: RunState | null,
  event: Extract<RunEvent, { type: 'run_started' }>,
  identity: RunIdentity,
): RunStep {
  const runId = identity.runIdFor(event.key);
  if (run?.runId === runId) return { run, effects: [] };
  const former =
    run === null ? [] : endRun(run, 'interrupted', null, 'Another run began in the same log.').effects;
  const started: RunState = {
    runId,
    dialect: event.dialect,
    state: 'running',
    startedAt: event.at,
    lastEventAt: event.at,
    endedAt: null,
    totalTasks: 0,
    arguments: noArguments,
    tasks: [],
    averageScore: null,
    endMessage: null,
  };
  return { run: started, effects: [...former, { type: 'run_started', run: started }] };
}

/** A task that begins without a new run shows that a run which was taken for dead is not: its process was only not seen. */
function goesOn(run: RunState, event: RunEvent): boolean {
  return run.state === 'running' || (run.state !== 'finished' && event.type === 'task_started');
}

function planRun(run: RunState, event: Extract<RunEvent, { type: 'run_planned' }>): RunState {
  const planned = { ...run, totalTasks: event.totalTasks };
  if (event.completedTasks === undefined) return planned;
  const seen = countsOf({ ...run, unseenTasks: 0 }).tasksCompleted;
  return { ...planned, unseenTasks: Math.max(0, event.completedTasks - seen) };
}

function updateCurrent(
  run: RunState,
  worker: string,
  change: { instruction: string } | { steps: number },
): RunState {
  const task = currentAttempt(run, worker);
  return task === undefined ? run : updateAttempt(run, task, change);
}

function endTask(
  run: RunState,
  event: Extract<RunEvent, { type: 'task_ended' }>,
  successThreshold: number,
): RunStep {
  const current = currentAttempt(run, event.worker);
  if (current === undefined || (event.taskId !== null && event.taskId !== current.taskId)) {
    return { run, effects: [] };
  }
  const { at, domain, outcome, score, verdict, message } = event;
  const reached = outcome === 'scored' && score !== null && score >= successThreshold;
  const ended = endAttempt(run, current, {
    at,
    domain,
    outcome,
    score,
    message,
    success: verdict ?? reached,
  });
  return { run: ended.run, effects: [{ type: 'task_ended', task: ended.task, runId: run.runId }] };
}

type RunEnd = Pick<Extract<RunEvent, { type: 'run_ended' }>, 'state' | 'at' | 'averageScore' | 'message'>;

/** Ends the run, and before it every attempt that is still on. */
function close(
  run: RunState,
  how: RunEnd,
): { readonly run: RunState; readonly effects: readonly RunEffect[] } {
  const { state, at } = how;
  const end: AttemptEnd = {
    at,
    domain: null,
    outcome: state === 'finished' ? 'lost' : 'interrupted',
    score: null,
    success: false,
    message: null,
  };
  const effects: RunEffect[] = [];
  let closed = run;
  for (const task of run.tasks) {
    if (isEnded(task)) continue;
    const ended = endAttempt(closed, task, end);
    closed = ended.run;
    effects.push({ type: 'task_ended', task: ended.task, runId: run.runId });
  }
  closed = {
    ...closed,
    state,
    endedAt: at ?? run.lastEventAt,
    averageScore: how.averageScore,
    endMessage: how.message,
  };
  return { run: closed, effects: [...effects, { type: 'run_ended', run: closed }] };
}

function latest(before: number | null, at: number | null): number | null {
  return before === null || at === null ? (at ?? before) : Math.max(before, at);
}
