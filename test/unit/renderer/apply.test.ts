import { describe, expect, it } from 'vitest';
import type { TaskCompletePayload } from '../../../src/shared/stream.ts';
import {
  applyMessage,
  applyOpenErrors,
  applyRecord,
  applyVmNames,
  dismissProblem,
} from '../../../src/renderer/state/apply.ts';
import {
  initialState,
  type DashboardState,
  type StreamMessage,
  type VmView,
} from '../../../src/renderer/state/model.ts';
import { errorOf, progressOf, statusOf } from '../feed/fixtures.ts';

const heardAtMs = Date.parse('2026-01-28T23:00:00Z');
const hear = (state: DashboardState, ...messages: StreamMessage[]): DashboardState =>
  messages.reduce((known, message) => applyMessage(known, message, heardAtMs), state);
const status: StreamMessage = { event: 'status', data: statusOf('vm-a') };
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
  const data = { timestamp: '2026-01-28T23:00:05Z', interval: 1, version: '1.2.3', replayed: 0 };
  expect(hear(initialState, { event: 'connected', data })).toMatchObject({
    clockOffsetMs: 5000,
    version: '1.2.3',
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

it('takes over which VMs there are and keeps what it knows of them', () => {
  const named = applyVmNames(watched, ['vm-b', 'vm-a']);
  expect(named.vms?.map((vm) => vm.name)).toEqual(['vm-b', 'vm-a']);
  expect(vmOf(named)).toBe(vmOf(watched));
  expect(applyVmNames(named, ['vm-b']).vms?.map((vm) => vm.name)).toEqual(['vm-b']);
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
    const record = { run_id: 'run-1', ended_at: null, model: 'm', agent: null };
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

  it('are taken from the server where the stream has told nothing newer', () => {
    const state = hear(watched, problem('disk_full'), problem('run_crashed'));
    const open = [errorOf('vm-a', { code: 'probe_down', began_at: '0' })];
    expect(codes(applyOpenErrors(state, 'vm-a', open, () => false))).toEqual(['probe_down', 'run_crashed']);
    const isDecided = (code: string): boolean => code === 'disk_full' || code === 'probe_down';
    expect(codes(applyOpenErrors(state, 'vm-a', open, isDecided))).toEqual(['disk_full', 'run_crashed']);
  });
});
