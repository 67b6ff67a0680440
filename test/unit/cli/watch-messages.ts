/** Messages as the stream sends them, for the tests of `watch`. */
import type { StreamMessage } from '../../../src/main/engine/client/index.ts';
import type { ProgressPayload, StatusPayload, TaskCompletePayload } from '../../../src/shared/stream.ts';

export const status = (data: Partial<StatusPayload> = {}): StreamMessage => ({
  event: 'status',
  id: null,
  data: {
    type: 'vm_status',
    connected: true,
    phase: 'ready',
    waa_ready: true,
    probe: { status: 'ready', vnc_url: null },
    vm: 'waa',
    power_state: null,
    detail: {
      text: 'Windows answers',
      percent: null,
      reason: null,
      address: null,
      container: null,
      probe_address: null,
      log: null,
      runner: null,
      found: [],
    },
    checked_at: null,
    as_of: null,
    cost: null,
    open_errors: [],
    ...data,
  },
});

export const progress = (data: Partial<ProgressPayload> = {}): StreamMessage => ({
  event: 'progress',
  id: null,
  data: {
    tasks_completed: 4,
    total_tasks: 30,
    current_task: 'abc-WOS',
    current_step: 12,
    vm: 'waa',
    run_id: 'run-1',
    domain: 'notepad',
    max_steps: 15,
    instruction: 'Write a note',
    succeeded: 3,
    score_sum: 3.5,
    tasks_scored: 4,
    mean_score: 0.87,
    pass_rate: 0.75,
    success_rate_evaluated: 0.87,
    success_rate_planned: 0.11,
    faults: null,
    valid_tasks: null,
    score_valid: null,
    started_at: null,
    elapsed_seconds: 600,
    eta_seconds: 3600,
    as_of: null,
    state: 'running',
    domains: [],
    pool: null,
    ...data,
  },
});

export const taskComplete = (data: Partial<TaskCompletePayload> = {}): StreamMessage => ({
  event: 'task_complete',
  id: 'j-1',
  data: {
    task_id: 'abc-WOS',
    success: true,
    score: 1,
    vm: 'waa',
    run_id: 'run-1',
    domain: 'notepad',
    attempt: 1,
    steps: 12,
    duration_seconds: 65,
    outcome: 'scored',
    finished_at: null,
    catch_up: false,
    ...data,
  },
});

export const connected = (gap?: true): StreamMessage => ({
  event: 'connected',
  id: 'j-0',
  data: { timestamp: '', interval: 5, version: '1', replayed: 0, ...(gap === undefined ? {} : { gap }) },
});

export const vms = (...names: readonly string[]): StreamMessage => ({
  event: 'vms',
  id: null,
  data: { vms: names.map((name) => ({ name })) },
});

export const problem = (text: string, hint: string | null = null): StreamMessage => ({
  event: 'problem',
  id: 'j-2',
  data: {
    message: text,
    vm: 'waa',
    code: 'ssh_unreachable',
    severity: 'critical',
    detail: null,
    hint,
    began_at: '',
  },
});
