/** One run of run.py, from its start to its end, as timed steps. */
import { thoughtBehind } from './actions.ts';
import type { EndedTask, PlayStep, RecordedStep } from './acts.ts';
import type { PlannedAttempt, PlannedStep, RunPlan } from './run-plan.ts';
import { error, info, type RunRecord } from './run-records.ts';
import type { CatalogueTask } from './tasks.ts';
import {
  beforeEvaluation,
  begin,
  closing,
  commandAnswer,
  opening,
  raised,
  scored,
  setup,
} from './run-text.ts';

/** How the time of one attempt is spent: what is left over goes to the steps. */
const setupShare = 0.15;
const evaluationShare = 0.1;
/** From the last line of the log until the process is gone, at speed 1. */
const exitMs = 200;

export function* playRun(plan: RunPlan): Generator<PlayStep> {
  yield { afterMs: 0, act: { type: 'run_started', model: plan.model } };
  yield write(0, opening(plan));
  for (const attempt of plan.attempts) yield* playAttempt(attempt);
  yield write(0, closing(plan));
  yield { afterMs: exitMs, act: { type: 'run_ended' } };
}

function write(afterMs: number, records: readonly RunRecord[]): PlayStep {
  return { afterMs, act: { type: 'run_log', records } };
}

function* playAttempt(attempt: PlannedAttempt): Generator<PlayStep> {
  const { task, steps, end, durationMs } = attempt;
  const setupMs = durationMs * setupShare;
  const stepMs = (durationMs * (1 - setupShare - evaluationShare)) / steps.length;
  const ended: EndedTask = {
    domain: task.domain,
    taskId: task.id,
    instruction: task.instruction,
    steps: steps.length,
    score: end.kind === 'scored' ? end.score : null,
    exception: end.kind === 'exception' ? end.message : null,
  };

  yield write(0, begin(attempt));
  yield write(setupMs / 2, setup(attempt));
  yield write(setupMs / 2, [info('desktop_env/288', 'Environment setup complete.')]);
  yield record(task, { step: 0, action: null, thought: null, done: false });
  for (const [index, step] of steps.entries()) {
    // Where a task raises, it does so while its last step is being carried out.
    yield* playStep(task, step, stepMs, end.kind === 'exception' && index === steps.length - 1);
  }
  if (end.kind === 'scored') yield write(0, beforeEvaluation(attempt));
  const records = end.kind === 'scored' ? scored(attempt, end.score) : raised(attempt, end.message);
  yield { afterMs: durationMs * evaluationShare, act: { type: 'task_ended', records, task: ended } };
}

function record(
  { domain, id: taskId }: CatalogueTask,
  step: Omit<RecordedStep, 'domain' | 'taskId'>,
): PlayStep {
  return { afterMs: 0, act: { type: 'step_recorded', step: { domain, taskId, ...step } } };
}

function* playStep(
  task: CatalogueTask,
  step: PlannedStep,
  stepMs: number,
  raises: boolean,
): Generator<PlayStep> {
  if (step.actions.length === 0) {
    yield write(stepMs, [
      error('lib_run_single/36', 'Observation is None. Waiting a little to do next step.'),
    ]);
    return;
  }
  yield write(0, [
    info('lib_run_single/41', 'Agent: Thinking...'),
    info('agent/180', 'Processing screenshot...'),
  ]);
  yield write(stepMs * 0.4, [info('agent/401', 'Thinking...')]);
  yield write(stepMs * 0.3, [info('python/62', 'Updated computer successfully')]);
  const actMs = (stepMs * 0.3) / step.actions.length;
  for (const [index, action] of step.actions.entries()) {
    yield write(0, [info('lib_run_single/56', `Step ${step.number}: ${action}`)]);
    if (raises && index === step.actions.length - 1) return;
    const ends = action === 'DONE' || action === 'FAIL';
    yield write(actMs, [
      ...(ends || action === 'WAIT' ? [] : [info('python/180', commandAnswer)]),
      info('lib_run_single/60', 'Reward: 0.00'),
      info('lib_run_single/61', `Done: ${ends ? 'True' : 'False'}`),
    ]);
    const thought = thoughtBehind(action, step.number, task.instruction);
    yield record(task, { step: step.number, action, thought, done: ends });
  }
}
