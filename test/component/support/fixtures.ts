/** What components are given, complete and plausible; a test names only what it is about. */
import type {
  DomainTally,
  ErrorPayload,
  PoolPart,
  PoolView,
  ProgressPayload,
  StatusPayload,
} from '../../../src/shared/stream.ts';
import { readyDetail } from '../../support/ready-detail.ts';
import type { Dashboard } from '../../../src/renderer/state/dashboard.svelte.ts';
import type { Link, RunRecord, TaskResult, VmView } from '../../../src/renderer/state/model.ts';

export const vmName = 'waa-eval-vm';
/** The time of every test, at noon in whatever place it runs. */
export const nowMs = new Date(2026, 0, 28, 12, 0, 0).getTime();

export const isoBefore = (seconds: number): string => new Date(nowMs - seconds * 1000).toISOString();

/** Text that would do harm if it were taken for markup. */
export const markup = '<img src=x onerror="window.hacked=1"><b>bold</b>\u202eevil';

export function statusOf(changes: Partial<StatusPayload> = {}): StatusPayload {
  return {
    type: 'vm_status',
    connected: true,
    phase: 'ready',
    waa_ready: true,
    probe: { status: 'ready', vnc_url: 'http://20.123.45.67:8006' },
    vm: vmName,
    power_state: 'running',
    detail: readyDetail,
    checked_at: isoBefore(3),
    as_of: null,
    cost: { per_hour_usd: 0.19, so_far_usd: 1.234, since: isoBefore(23_000), unknown: false, as_of: null },
    open_errors: [],
    ...changes,
  };
}

export function progressOf(changes: Partial<ProgressPayload> = {}): ProgressPayload {
  return {
    tasks_completed: 5,
    total_tasks: 12,
    current_task: '366de66e-cbae-4d72-b042-26390db2b145-WOS',
    current_step: 7,
    vm: vmName,
    run_id: 'run-1',
    domain: 'notepad',
    max_steps: 15,
    instruction: 'Open Notepad and save the file.',
    succeeded: 3,
    score_sum: 3.5,
    tasks_scored: 5,
    mean_score: 0.7,
    pass_rate: 0.6,
    success_rate_evaluated: 0.7,
    success_rate_planned: 0.29,
    faults: null,
    valid_tasks: null,
    score_valid: null,
    started_at: isoBefore(4321),
    elapsed_seconds: 4321,
    eta_seconds: 6400,
    as_of: null,
    state: 'running',
    domains: [],
    pool: null,
    ...changes,
  };
}

/** The nth domain of a run (from 0). */
export function domainOf(index: number, changes: Partial<DomainTally> = {}): DomainTally {
  return {
    domain: `domain-${String(index)}`,
    total_tasks: 10,
    tasks_completed: index,
    succeeded: 0,
    score_sum: index / 2,
    tasks_scored: index,
    mean_score: index === 0 ? null : 0.5,
    pass_rate: index === 0 ? null : 0,
    ...changes,
  };
}

/** The part of a pool that the VM of this worker (from 0) plays. */
export function partOf(worker: number, changes: Partial<PoolPart> = {}): PoolPart {
  return {
    vm: `vm-${String(worker)}`,
    run_id: `run-${String(worker)}`,
    worker_id: worker,
    tasks_completed: 10,
    total_tasks: 39,
    state: 'running',
    ...changes,
  };
}

export function poolOf(parts: readonly PoolPart[], changes: Partial<PoolView> = {}): PoolView {
  const sum = (value: (part: PoolPart) => number) => parts.reduce((all, part) => all + value(part), 0);
  return {
    pool_id: 'pool-run-0',
    worker_id: 0,
    workers: parts.length,
    tasks_completed: sum((part) => part.tasks_completed),
    total_tasks: sum((part) => part.total_tasks),
    succeeded: 20,
    score_sum: 24,
    tasks_scored: 40,
    mean_score: 0.6,
    pass_rate: 0.5,
    state: 'running',
    parts,
    ...changes,
  };
}

export function problemOf(changes: Partial<ErrorPayload> = {}): ErrorPayload {
  return {
    message: 'The benchmark server in Windows has stopped answering.',
    vm: vmName,
    code: 'probe_down',
    severity: 'critical',
    detail: 'Connection refused',
    hint: 'Look at the screen of the guest by VNC.',
    began_at: isoBefore(90),
    ...changes,
  };
}

export function resultOf(index: number, changes: Partial<TaskResult> = {}): TaskResult {
  return {
    task_id: `task-${String(index).padStart(3, '0')}`,
    domain: 'notepad',
    attempt: 1,
    success: true,
    score: 1,
    steps: 3 + index,
    duration_seconds: 30 + index,
    outcome: 'scored',
    finished_at: isoBefore(3600 - index),
    ...changes,
  };
}

export const resultsOf = (count: number): readonly TaskResult[] =>
  Array.from({ length: count }, (_, index) => resultOf(index));

export function recordOf(changes: Partial<RunRecord> = {}): RunRecord {
  return {
    run_id: 'run-1',
    ended_at: null,
    model: 'gpt-4o',
    agent: 'navi',
    tasks_completed: 5,
    cost_usd: null,
    results: [],
    ...changes,
  };
}

export function vmOf(changes: Partial<VmView> = {}): VmView {
  return {
    name: vmName,
    status: statusOf(),
    progress: progressOf(),
    record: recordOf(),
    results: resultsOf(5),
    problems: [],
    ...changes,
  };
}

export const openLink: Link = { kind: 'open', heardAtMs: nowMs };
export const lostLink: Link = { kind: 'lost', heardAtMs: nowMs - 30_000 };

export function dashboardOf(
  link: Link,
  vms: readonly VmView[] = [],
  changes: Partial<Dashboard> = {},
): Dashboard {
  return {
    state: { vms, version: '1.2.3', connectedAtMs: nowMs, clockOffsetMs: 0 },
    link,
    nowMs,
    serverNowMs: nowMs,
    announcement: null,
    dismiss: () => undefined,
    start: () => undefined,
    stop: () => undefined,
    ...changes,
  };
}
