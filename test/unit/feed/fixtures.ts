/** Things to put into a feed, complete and plausible; a test names only what it is about. */
import type { ErrorPayload, ProgressPayload, StateCode, StatusPayload } from '../../../src/shared/stream.ts';
import type {
  FollowState,
  OpenCondition,
  RunRecord,
  TaskRecord,
} from '../../../src/main/engine/feed/index.ts';
import { firstStatus } from '../../../src/main/engine/server/stream/pictures.ts';

export const startMs = Date.parse('2026-01-28T22:55:08Z');

export function statusOf(vm: string, changes: Partial<StatusPayload> = {}): StatusPayload {
  return { ...firstStatus({ name: vm, address: '20.123.45.67' }), ...changes };
}

export function progressOf(vm: string, changes: Partial<ProgressPayload> = {}): ProgressPayload {
  return {
    tasks_completed: 4,
    total_tasks: 30,
    current_task: 'task_005',
    current_step: 3,
    vm,
    run_id: 'run-1',
    domain: 'notepad',
    max_steps: 15,
    instruction: null,
    succeeded: 2,
    score_sum: 2,
    tasks_scored: 4,
    mean_score: 0.5,
    pass_rate: 0.5,
    success_rate_evaluated: 0.5,
    success_rate_planned: 2 / 30,
    faults: null,
    valid_tasks: null,
    score_valid: null,
    started_at: new Date(startMs).toISOString(),
    elapsed_seconds: 10,
    eta_seconds: null,
    as_of: null,
    state: 'running',
    domains: [],
    pool: null,
    ...changes,
  };
}

export function errorOf(vm: string, changes: Partial<ErrorPayload> = {}): ErrorPayload {
  return {
    message: 'Something broke.',
    vm,
    code: 'internal',
    severity: 'warning',
    detail: null,
    hint: null,
    began_at: new Date(startMs).toISOString(),
    ...changes,
  };
}

export function conditionOf(vm: string, code: StateCode, beganAt = startMs): OpenCondition {
  return { vm, code, beganAt, error: errorOf(vm, { code }) };
}

export function taskOf(taskId: string, changes: Partial<TaskRecord> = {}): TaskRecord {
  return {
    taskId,
    domain: 'notepad',
    attempt: 1,
    worker: 'MainProcess',
    instruction: null,
    steps: 7,
    startedAt: startMs,
    endedAt: startMs + 12_500,
    outcome: 'scored',
    score: 1,
    success: true,
    message: null,
    runId: 'run-1',
    vm: 'vm-a',
    catchUp: false,
    ...changes,
  };
}

export function runOf(runId: string, changes: Partial<RunRecord> = {}): RunRecord {
  return {
    runId,
    vm: 'vm-a',
    log: 'host:/tmp/waa_benchmark.log',
    dialect: 'waa',
    state: 'running',
    startedAt: startMs,
    lastEventAt: startMs,
    endedAt: null,
    totalTasks: 30,
    arguments: {
      maxSteps: 15,
      model: 'gpt-4o',
      agent: 'navi',
      resultDir: null,
      emulatorIp: null,
      workerId: null,
      workers: null,
      trialId: null,
    },
    averageScore: null,
    endMessage: null,
    tasksCompleted: 0,
    succeeded: 0,
    scored: 0,
    scoredSucceeded: 0,
    scoreSum: 0,
    ...changes,
  };
}

export function followOf(log: string, offset: number): FollowState {
  return {
    log,
    fingerprint: 'abc',
    fingerprintBytes: 3,
    offset,
    reader: { pending: ['x'] },
    runnerSeen: false,
    run: null,
  };
}
