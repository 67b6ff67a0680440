/** Turns the state of a VM into what the stream shows: its status, the progress of its run, and its troubles. Pure. */
import { cutText } from '../../../shared/plain-text.ts';
import type { ProgressPayload, VmStatus } from '../../../shared/stream.ts';
import { attemptOn, progressOf, type RunState } from '../run/index.ts';
import { addressOf } from '../vm/index.ts';
import { isOff } from './cloud/cloud-sight.ts';
import { vncUrl } from './link/vm-address.ts';
import { assess, type Assessment } from './rules/conditions.ts';
import type { ConditionSettings, CutRun } from './rules/rule.ts';
import { currentRun, isSettling, knownNow, lastHeard, newestRun, type VmFacts } from './state.ts';
import { statusOf } from './status.ts';

/** Docker, or a script that starts containers, may be restarting. */
const missingAfterMs = 5_000;

export interface Projection {
  /** Null until the first look on a connection is through: an incomplete status would be wrong. */
  readonly status: VmStatus | null;
  /** Null: no run is known. It needs the log alone, so it does not wait for the first look. */
  readonly progress: ProgressPayload | null;
  readonly conditions: Assessment;
}

/** @param runMs the present on the timeline of the VM's runs; epoch milliseconds */
export function project(state: VmFacts, runMs: number): Projection {
  const conditions = conditionsIn(state);
  return {
    status: isSettling(state) ? null : statusIn(state),
    progress: progressIn(state, runMs, conditions),
    conditions,
  };
}

/** Returns which troubles hold and which do not. Before the first look is through, both lists are empty. */
export function conditionsIn(state: VmFacts): Assessment {
  return isSettling(state) ? { holding: [], clear: [] } : assess(knownNow(state), settingsOf(state));
}

function statusIn(state: VmFacts): VmStatus {
  const { config, target, checkedAtMs, heard, cost } = state;
  return statusOf(knownNow(state), {
    vm: config.name,
    address: target?.ok === true ? addressOf(target.value) : null,
    vncUrl: vncUrl(config, target),
    checkedAtMs,
    heardAtMs: heard?.wallMs ?? null,
    cost,
  });
}

function progressIn(state: VmFacts, runMs: number, conditions: Assessment): ProgressPayload | null {
  const { config, journalRun, heardBefore } = state;
  const run = currentRun(state);
  if (run !== null)
    return {
      ...progressOf(run, config.name, runMs, isStalled(state, conditions), lastHeard(state)),
      ...newestStepOf(run, state),
    };
  if (journalRun === null) return null;
  // Its figures stay as they were at the last answer of the VM, or else at the newest event in the journal.
  const atMs = heardBefore?.at ?? journalRun.lastEventAt ?? journalRun.startedAt;
  const heard = atMs === null ? null : { runMs: atMs, wallMs: atMs };
  return progressOf(journalRun, config.name, runMs, false, heard);
}

/** Characters of each text: a dashboard shows some lines of it. */
const mostCharacters = 500;

/** Returns what the agent did last in the task that is on. */
function newestStepOf(
  run: RunState,
  { newestStep }: VmFacts,
): Pick<ProgressPayload, 'current_action' | 'current_thought' | 'current_action_step'> {
  const attempt = attemptOn(run);
  const isOfIt =
    attempt !== null &&
    newestStep?.runId === run.runId &&
    newestStep.taskId === attempt.taskId &&
    newestStep.domain === attempt.domain &&
    newestStep.attempt === attempt.attempt;
  const { action = null, thought = null, step = null } = isOfIt ? newestStep : {};
  return {
    current_action: action === null ? null : cutText(action, mostCharacters),
    current_thought: thought === null ? null : cutText(thought, mostCharacters),
    current_action_step: step,
  };
}

/** Returns whether the run is stalled. If nothing is known now, the last verdict stays. */
function isStalled({ troubles }: VmFacts, { holding, clear }: Assessment): boolean {
  if (holding.some(({ code }) => code === 'run_stalled')) return true;
  return troubles.has('run_stalled') && !clear.includes('run_stalled');
}

function settingsOf(state: VmFacts): ConditionSettings {
  const { config } = state;
  return {
    stalledAfterMs: config.stalledAfterMinutes * 60_000,
    idleAfterMs: config.idleAfterMinutes * 60_000,
    missingAfterMs,
    cutRun: isOff(state) ? cutRunOf(state) : null,
  };
}

function cutRunOf(state: VmFacts): CutRun | null {
  const run = newestRun(state);
  if (run === null) return null;
  const { tasks_completed, total_tasks, current_task, current_step } = progressOf(
    run,
    state.config.name,
    0,
    false,
  );
  const total = total_tasks > 0 ? ` of ${total_tasks}` : '';
  return {
    wasOn: run.state === 'running',
    position:
      current_task === null
        ? `The run had done ${tasks_completed}${total} tasks`
        : `The run was at task ${tasks_completed + 1}${total} (${current_task}), step ${current_step}`,
  };
}
