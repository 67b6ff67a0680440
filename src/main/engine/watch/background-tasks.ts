/** What is known of a VM → the tasks that `GET /api/tasks` lists: the machine, its container, its run. Pure. */
import type { BackgroundTask } from '../../../shared/background-task.ts';
import type { Finding, Phase, ProgressPayload } from '../../../shared/stream.ts';
import { progressOf, type LastHeard, type RunState } from '../run/index.ts';
import { cloudText, currentFacts, powerStateOf } from './cloud/cloud-sight.ts';
import { findingsOf } from './findings.ts';
import { isReady, type Sight } from './sight.ts';
import { knownNow, lastHeard, newestRun, type VmFacts } from './state.ts';
import { phaseOf, phaseText, unreachedText } from './status.ts';
import { isBeyondKnowing } from './link/unreached.ts';
import type { VmClock } from './vm-clock.ts';

/** How far Windows is in each phase, roughly, percent: downloading and installing take by far the most time. */
const phasePercent: Readonly<Record<Phase, number | null>> = {
  offline: 0,
  starting: 2,
  downloading: 5,
  extracting: 35,
  configuring: 42,
  building: 45,
  booting: 50,
  oobe: 60,
  ready: 100,
  stopping: null,
  unknown: null,
};

/** Since when things are as they are; epoch milliseconds, null where it is not known. */
export interface Since {
  readonly connectedAtMs: number | null;
  readonly containerStartedAtMs: number | null;
  /** Set while the VM is not heard: all figures stay as they were at that time. */
  readonly lastHeard: LastHeard | null;
}

export function backgroundTasks(
  vm: string,
  sight: Sight,
  run: RunState | null,
  since: Since,
  nowMs: number,
): BackgroundTask[] {
  const { lastHeard } = since;
  const elapsed = (atMs: number | null) =>
    atMs === null ? null : Math.max(0, Math.round(((lastHeard?.runMs ?? nowMs) - atMs) / 1000));
  const asOf = lastHeard === null ? null : new Date(lastHeard.wallMs).toISOString();
  const tasks = [
    machineTask(vm, sight, elapsed(since.connectedAtMs), asOf),
    containerTask(vm, sight, elapsed(since.containerStartedAtMs), asOf),
  ];
  if (run !== null) tasks.push(runTask(vm, sight, run, progressOf(run, vm, nowMs, false, lastHeard)));
  return tasks;
}

/** Returns the tasks of a VM as they are now. @param clock gives the present */
export function tasksIn(state: VmFacts, clock: Pick<VmClock, 'runMs' | 'monotonicMs'>): BackgroundTask[] {
  const nowMs = clock.runMs();
  const { connectedAtMs: upSinceMs } = state;
  const startedAtMs = Date.parse(state.startedAt ?? '');
  const since: Since = {
    connectedAtMs: upSinceMs === null ? null : nowMs - (clock.monotonicMs() - upSinceMs),
    containerStartedAtMs: Number.isNaN(startedAtMs) ? null : startedAtMs,
    lastHeard: lastHeard(state),
  };
  return backgroundTasks(state.config.name, knownNow(state), newestRun(state), since, nowMs);
}

function machineTask(
  vm: string,
  sight: Sight,
  elapsedSeconds: number | null,
  asOf: string | null,
): BackgroundTask {
  const { ssh } = sight;
  const problem = ssh.kind === 'down' ? ssh.problem : null;
  const facts = currentFacts(sight);
  const phase = ssh.kind === 'down' ? phaseOf(sight) : 'connected';
  const isMoving = phase === 'starting' || phase === 'stopping';
  return {
    task_id: `${vm}-vm`,
    task_type: 'vm_provision',
    status:
      ssh.kind !== 'down' ? 'completed' : isMoving ? 'running' : problem === null ? 'pending' : 'failed',
    phase,
    title: `VM ${vm}`,
    description: machineText(sight),
    progress_percent: ssh.kind === 'down' ? 0 : 100,
    elapsed_seconds: elapsedSeconds,
    metadata: {
      vm,
      as_of: asOf,
      detail: problem?.detail ?? null,
      power_state: powerStateOf(sight),
      provisioning_state: facts?.provisioningState ?? null,
      provisioning_error: facts?.provisioningError ?? null,
      size: facts?.size ?? null,
      location: facts?.location ?? null,
    },
  };
}

function machineText(sight: Sight): string {
  const { ssh } = sight;
  if (ssh.kind !== 'down') return 'Connected by SSH';
  return isBeyondKnowing(sight)
    ? unreachedText(sight)
    : (cloudText(sight) ?? ssh.problem?.message ?? 'Connecting');
}

function containerTask(
  vm: string,
  sight: Sight,
  elapsedSeconds: number | null,
  asOf: string | null,
): BackgroundTask {
  const phase = phaseOf(sight);
  const { container, boot } = sight;
  const status = isReady(sight)
    ? 'completed'
    : container.kind === 'running'
      ? 'running'
      : container.kind === 'stopped' && container.state !== 'created'
        ? 'failed'
        : 'pending';
  return {
    task_id: `${vm}-container`,
    task_type: 'docker_container',
    status,
    phase,
    title:
      container.kind === 'running' || container.kind === 'stopped'
        ? `Container ${container.name}`
        : 'Container',
    description: phaseText(sight, phase),
    progress_percent: phasePercent[phase],
    elapsed_seconds: elapsedSeconds,
    metadata: {
      vm,
      as_of: asOf,
      phase_percent: boot.percent,
      probe_address: sight.probe.place,
      found: foundOf(sight, 'container', 'guest'),
    },
  };
}

function runTask(vm: string, sight: Sight, run: RunState, progress: ProgressPayload): BackgroundTask {
  const { tasks_completed, total_tasks } = progress;
  return {
    task_id: run.runId,
    task_type: 'benchmark_run',
    status: run.state === 'running' ? 'running' : run.state === 'finished' ? 'completed' : 'failed',
    phase: run.state,
    title: `Run ${run.runId}`,
    description:
      progress.current_task === null
        ? `${tasks_completed} of ${total_tasks} tasks done`
        : `${tasks_completed} of ${total_tasks} tasks done, at ${progress.current_task}, step ${progress.current_step}`,
    progress_percent: total_tasks > 0 ? Math.min(100, (100 * tasks_completed) / total_tasks) : null,
    elapsed_seconds: progress.elapsed_seconds,
    metadata: {
      vm,
      as_of: progress.as_of,
      log: sight.log.path,
      model: run.arguments.model,
      agent: run.arguments.agent,
      found: foundOf(sight, 'runner', 'results', 'log'),
    },
  };
}

function foundOf(sight: Sight, ...pieces: readonly Finding['piece'][]): Finding[] {
  return findingsOf(sight).filter(({ piece }) => pieces.includes(piece));
}
