/** Payloads of the stream with everything filled in, for tests that care about a few fields only. */
import type {
  ErrorPayload,
  ProgressPayload,
  RecoveredPayload,
  StatusPayload,
  StreamEvent,
  TaskCompletePayload,
} from '../../../src/shared/stream.ts';

export function connected(replayed = 0, gap = false): StreamEvent {
  const data = { timestamp: '2026-01-28T12:00:00.000Z', interval: 5, version: '0.0.0', replayed };
  return { type: 'connected', data: gap ? { ...data, gap: true } : data };
}

export function vms(...names: readonly string[]): StreamEvent {
  return { type: 'vms', data: { vms: names.map((name) => ({ name })) } };
}

export function task(change: Partial<TaskCompletePayload> = {}): StreamEvent & { type: 'task_complete' } {
  return {
    type: 'task_complete',
    data: {
      task_id: 'a1',
      success: true,
      score: 1,
      vm: 'waa-eval-vm',
      run_id: 'run-1',
      domain: 'clock',
      attempt: 1,
      steps: 4,
      duration_seconds: 80,
      outcome: 'scored',
      finished_at: '2026-01-28T12:00:00.000Z',
      catch_up: false,
      ...change,
    },
  };
}

export function failure(change: Partial<TaskCompletePayload> = {}): StreamEvent & { type: 'task_complete' } {
  return task({ success: false, score: 0, ...change });
}

export function error(change: Partial<ErrorPayload> = {}): StreamEvent & { type: 'error' } {
  return {
    type: 'error',
    data: {
      message: 'SSH connection failed',
      vm: 'waa-eval-vm',
      code: 'ssh_unreachable',
      severity: 'critical',
      detail: 'connect ECONNREFUSED 10.0.0.4:22',
      hint: 'Is the VM running?',
      began_at: '2026-01-28T12:00:00.000Z',
      ...change,
    },
  };
}

export function recovered(change: Partial<RecoveredPayload> = {}): StreamEvent & { type: 'recovered' } {
  return {
    type: 'recovered',
    data: {
      message: 'The SSH connection is back.',
      vm: 'waa-eval-vm',
      code: 'ssh_unreachable',
      began_at: '2026-01-28T12:00:00.000Z',
      lasted_seconds: 250,
      ...change,
    },
  };
}

export function progress(change: Partial<ProgressPayload> = {}): StreamEvent & { type: 'progress' } {
  return {
    type: 'progress',
    data: {
      tasks_completed: 5,
      total_tasks: 12,
      current_task: '0e763496',
      current_step: 3,
      vm: 'waa-eval-vm',
      run_id: 'run-1',
      domain: 'clock',
      max_steps: 15,
      instruction: 'Set an alarm',
      succeeded: 4,
      score_sum: 4,
      tasks_scored: 5,
      mean_score: 0.8,
      pass_rate: 0.8,
      success_rate_evaluated: 0.8,
      success_rate_planned: 0.33,
      faults: null,
      valid_tasks: null,
      score_valid: null,
      started_at: '2026-01-28T12:00:00.000Z',
      elapsed_seconds: 600,
      eta_seconds: 840,
      as_of: null,
      state: 'running',
      domains: [],
      pool: null,
      ...change,
    },
  };
}

export function status(change: Partial<StatusPayload> = {}): StreamEvent & { type: 'status' } {
  return {
    type: 'status',
    data: {
      type: 'vm_status',
      connected: true,
      phase: 'ready',
      waa_ready: true,
      probe: { status: 'ready', vnc_url: 'http://10.0.0.4:8006' },
      vm: 'waa-eval-vm',
      power_state: null,
      detail: {
        text: 'Ready',
        percent: null,
        reason: null,
        address: 'azureuser@10.0.0.4:22',
        container: 'winarena',
        probe_address: 'localhost:5000',
        log: null,
        runner: null,
        found: [],
      },
      checked_at: '2026-01-28T12:10:00.000Z',
      as_of: null,
      cost: null,
      open_errors: [],
      ...change,
    },
  };
}
