import { describe, expect, it } from 'vitest';
import type { TaskCompletePayload } from '../../../src/shared/stream.ts';
import { applyMessage, applyRecord, dismissProblem } from '../../../src/renderer/state/apply.ts';
import { initialState, type DashboardState, type VmView } from '../../../src/renderer/state/model.ts';
import type { StreamMessage } from '../../../src/shared/stream-message.ts';
import { errorOf, progressOf, statusOf } from '../feed/fixtures.ts';

const heardAtMs = Date.parse('2026-01-28T23:00:00Z');
const hear = (state: DashboardState, ...messages: StreamMessage[]): DashboardState =>
  messages.reduce((known, message) => applyMessage(known, message, heardAtMs), state);
const status: StreamMessage = { event: 'status', data: statusOf('vm-a') };
const connected = (gap = false): StreamMessage => {
  const data = { timestamp: '2026-01-28T23:00:05Z', interval: 1, version: '1.2.3', replayed: 0 };
  return { event: 'connected', data: gap ? { ...data, gap: true } : data };
};
const vms = (...names: readonly string[]): StreamMessage => ({
  event: 'vms',
  data: { vms: names.map((name) => ({ name })) },
});
const progress = (runId = 'run-1'): StreamMessage => ({
  event: 'progress',
  data: progressOf('vm-a', { run_id: runId }),
});
const result = (taskId: string, changes: Partial<TaskCompletePayload> = {}): TaskCompletePayload => ({
  task_id: taskId,
  success: true,
  score: 1,
  vm: 'vm-a',
  run_id: 'run-1',
  domain: 'notepad',
  attempt: 1,
  steps: 4,
  duration_seconds: 12,
  outcome: 'scored',
  finished_at: null,
  catch_up: false,
  ...changes,
});
const done = (taskId: string, changes: Partial<TaskCompletePayload> = {}): StreamMessage => ({
  event: 'task_complete',
  data: result(taskId, changes),
});
const problem = (code: 'probe_down' | 'disk_full' | 'run_crashed', beganAt = '1'): StreamMessage => ({
  event: 'problem',
  data: errorOf('vm-a', { code, began_at: beganAt }),
});
const recovered: StreamMessage = {
  event: 'recovered',
  data: { message: 'Back.', vm: 'vm-a', code: 'probe_down', began_at: '1', lasted_seconds: 3 },
};
const vmOf = (state: DashboardState, name = 'vm-a'): VmView | undefined =>
  state.vms?.find((vm) => vm.name === name);
const taskIds = (state: DashboardState) => vmOf(state)?.results.map((task) => task.task_id);
const codes = (state: DashboardState) => vmOf(state)?.problems.map(({ code }) => code);

const watched = hear(initialState, status, progress());

it('takes the time from the server', () => {
  expect(hear(initialState, connected())).toMatchObject({
    clockOffsetMs: 5000,
    version: '1.2.3',
    connectedAtMs: heardAtMs,
  });
});

it('shows a VM that has a status, and none that only the journal knows', () => {
  expect(vmOf(watched)?.status).toEqual(statusOf('vm-a'));
  const other = hear(watched, done('t1', { vm: 'gone' }), {
    event: 'problem',
    data: errorOf('gone'),
  });
  expect(other.vms?.map((vm) => vm.name)).toEqual(['vm-a']);
});

describe('the list of VMs', () => {
  it('is unknown until the server has sent it', () => {
    expect(hear(initialState, connected()).vms).toBeNull();
    expect(hear(initialState, connected(), vms()).vms).toEqual([]);
  });

  it('sets the order and keeps what is known of the VMs that stay', () => {
    const named = hear(watched, vms('vm-b', 'vm-a'));
    expect(named.vms?.map((vm) => vm.name)).toEqual(['vm-b', 'vm-a']);
    expect(vmOf(named)).toBe(vmOf(watched));
    expect(hear(named, vms('vm-b')).vms?.map((vm) => vm.name)).toEqual(['vm-b']);
  });

  it('keeps out VMs of which only replayed events tell', () => {
    const back = hear(watched, connected(), vms('vm-b'), problem('disk_full'), done('t1'));
    expect(back.vms?.map((vm) => vm.name)).toEqual(['vm-b']);
  });
});

describe('a reconnect', () => {
  const before = hear(watched, done('t1'), problem('disk_full'), problem('run_crashed'));

  it('keeps the run, its results and the problems', () => {
    expect(hear(before, connected()).vms).toBe(before.vms);
  });

  it('to a server with a new journal forgets them until its snapshots have come', () => {
    const back = hear(before, connected(true), vms('vm-a'));
    expect(vmOf(back)).toMatchObject({ progress: null, record: null, results: [], problems: [] });
    expect(vmOf(back)?.status).toBe(vmOf(before)?.status);
    expect(vmOf(hear(back, progress('run-9')))?.progress?.run_id).toBe('run-9');
  });
});

describe('results', () => {
  it('come in order, and a repeated one once', () => {
    const state = hear(watched, done('t1'), done('t2'), done('t1'), done('t1', { attempt: 2 }));
    expect(taskIds(state)).toEqual(['t2', 't1', 't1']);
  });

  it('of another run are not shown, and end with their run', () => {
    const state = hear(watched, done('t1'), done('other', { run_id: 'run-0' }));
    expect(taskIds(state)).toEqual(['t1']);
    expect(taskIds(hear(state, progress('run-2')))).toEqual([]);
  });

  it('that were heard while the record was read stand behind it', () => {
    const record = {
      run_id: 'run-1',
      ended_at: null,
      tasks_completed: 0,
      cost_usd: null,
      model: 'm',
      agent: null,
    };
    const heard = hear(watched, done('t2'), done('t3'));
    const state = applyRecord(heard, 'vm-a', { ...record, results: [result('t1'), result('t2')] });
    expect(taskIds(state)).toEqual(['t1', 't2', 't3']);
    expect(vmOf(state)?.record?.model).toBe('m');
    expect(applyRecord(state, 'vm-a', { ...record, run_id: 'run-0', results: [] })).toEqual(state);
  });
});

describe('problems', () => {
  it('are there until they recover', () => {
    const state = hear(watched, problem('probe_down'), problem('disk_full'), problem('probe_down'));
    expect(codes(state)).toEqual(['disk_full', 'probe_down']);
    expect(codes(hear(state, recovered))).toEqual(['disk_full']);
  });

  it('that have no end are there until they are dismissed or the next run begins', () => {
    const state = hear(
      watched,
      problem('run_crashed', '1'),
      problem('run_crashed', '2'),
      problem('disk_full'),
    );
    expect(codes(state)).toEqual(['run_crashed', 'run_crashed', 'disk_full']);
    expect(codes(hear(state, progress('run-2')))).toEqual(['disk_full']);
    const [first = errorOf('vm-a')] = vmOf(state)?.problems ?? [];
    expect(codes(dismissProblem(state, first))).toEqual(['run_crashed', 'disk_full']);
  });

  it('of one kind and one moment are several, each told once', () => {
    const mismatch = (message: string): StreamMessage => ({
      event: 'problem',
      data: errorOf('vm-a', { code: 'result_mismatch', message }),
    });
    const state = hear(watched, mismatch('of a'), mismatch('of b'), mismatch('of a'));
    expect(vmOf(state)?.problems.map(({ message }) => message)).toEqual(['of b', 'of a']);
  });

  it('are those that the status names, besides moments', () => {
    const state = hear(watched, problem('disk_full'), problem('run_crashed'));
    const open = [errorOf('vm-a', { code: 'probe_down', began_at: '0' })];
    const told = hear(state, { event: 'status', data: statusOf('vm-a', { open_errors: open }) });
    expect(codes(told)).toEqual(['probe_down', 'run_crashed']);
    expect(codes(hear(told, recovered))).toEqual(['run_crashed']);
    expect(codes(hear(told, status))).toEqual(['run_crashed']);
  });

  it('stay as events told them where an older server names none in its status', () => {
    const { open_errors: _, ...older } = statusOf('vm-a');
    const state = hear(watched, problem('disk_full'), { event: 'status', data: older } as StreamMessage);
    expect(codes(state)).toEqual(['disk_full']);
  });
});
