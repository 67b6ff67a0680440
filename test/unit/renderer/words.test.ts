import { describe, expect, it } from 'vitest';
import type { Phase, RunOutcome } from '../../../src/shared/stream.ts';
import { countOfTotal, runState, screenNews, tally } from '../../../src/renderer/features/run/run-words.ts';
import {
  isCritical,
  saysMoreThanItsPhase,
  staleness,
  vmState,
} from '../../../src/renderer/features/vm/vm-words.ts';
import type { TaskResult, VmView } from '../../../src/renderer/state/model.ts';
import { errorOf, progressOf, statusOf } from '../feed/fixtures.ts';

const vm = (changes: Partial<VmView> = {}): VmView => ({
  name: 'waa-eval-vm',
  status: statusOf('waa-eval-vm', { phase: 'ready', connected: true, waa_ready: true }),
  progress: null,
  record: null,
  results: [],
  problems: [],
  ...changes,
});
const open = { kind: 'open', heardAtMs: 5000 } as const;

describe('screenNews', () => {
  const log = (current_step: number) => ({ current_step, current_action: null, current_thought: null });
  const told = (current_step: number, current_action: string) => ({ ...log(current_step), current_action });

  it('comes with the line of the trajectory, not with the step that the log begins', () => {
    expect(screenNews(told(7, 'click(1)'))).toBe(screenNews(told(8, 'click(1)')));
    expect(screenNews(told(8, 'click(2)'))).not.toBe(screenNews(told(8, 'click(1)')));
  });

  it('comes with each line of the trajectory, also if the agent does the same again', () => {
    const wait = (current_action_step: number) => ({ ...told(8, 'WAIT'), current_action_step });
    expect(screenNews(wait(7))).not.toBe(screenNews(wait(6)));
    expect(screenNews(wait(7))).toBe(screenNews({ ...wait(7), current_step: 9 }));
  });

  it('comes with each step after the first where only the log tells', () => {
    expect([screenNews(log(0)), screenNews(log(1))]).toEqual([null, null]);
    expect(screenNews(log(2))).not.toBeNull();
    expect(screenNews(log(3))).not.toBe(screenNews(log(2)));
    // An older server tells neither.
    expect(screenNews({ current_step: 2 })).toBe(screenNews(log(2)));
  });
});

describe('vmState', () => {
  it('shows the worst of what is known', () => {
    expect(vmState(vm(), false)).toEqual({ mark: 'ok', word: 'Ready' });
    const warning = errorOf('waa-eval-vm', { severity: 'warning' });
    const critical = errorOf('waa-eval-vm', { severity: 'critical' });
    expect(vmState(vm({ problems: [warning] }), false).mark).toBe('warn');
    expect(vmState(vm({ problems: [warning, critical] }), false).mark).toBe('bad');
  });

  it('is not broken for not answering when it is told to be off, unless being off is that bad', () => {
    const silent = errorOf('waa-eval-vm', { code: 'ssh_unreachable', severity: 'critical' });
    const off = errorOf('waa-eval-vm', { code: 'vm_not_running', severity: 'warning' });
    expect(vmState(vm({ problems: [silent] }), false).mark).toBe('bad');
    expect(vmState(vm({ problems: [silent, off] }), false).mark).toBe('warn');
    expect(vmState(vm({ problems: [silent, { ...off, severity: 'critical' }] }), false).mark).toBe('bad');
    expect(isCritical(vm({ problems: [silent, off] }))).toBe(false);
  });

  it('says why nothing is known', () => {
    const status = statusOf('waa-eval-vm', { phase: 'unknown' });
    const detail = { ...status.detail, text: 'Unknown: the key file /x does not exist' };
    const view = vm({ status: { ...status, detail } });
    expect(vmState(view, false)).toEqual({ mark: 'unknown', word: detail.text });
    expect(saysMoreThanItsPhase({ ...status, detail })).toBe(false);
  });

  it('never looks well when it is out of date or not known', () => {
    expect(vmState(vm(), true)).toEqual({ mark: 'unknown', word: 'Last known: Ready' });
    expect(vmState(vm({ status: null }), false).mark).toBe('unknown');
    const status = statusOf('waa-eval-vm', { phase: 'hibernating' as Phase });
    expect(vmState(vm({ status }), false)).toEqual({ mark: 'unknown', word: 'hibernating' });
  });
});

it('does not say the phase twice', () => {
  const say = (text: string): boolean =>
    saysMoreThanItsPhase(statusOf('vm', { phase: 'ready', detail: { ...statusOf('vm').detail, text } }));
  expect([say('Ready'), say(''), say('Ready, as far as one can tell')]).toEqual([false, false, true]);
});

describe('staleness', () => {
  const running = progressOf('waa-eval-vm');
  it('comes of a lost link, whatever else is known', () => {
    expect(staleness(vm({ progress: running }), open, 0)).toBeNull();
    expect(staleness(vm(), { kind: 'lost', heardAtMs: 5000 }, 0)).toEqual({ reason: 'link', asOfMs: 5000 });
  });

  it('comes of a VM that is not reached while a run was on', () => {
    const status = statusOf('waa-eval-vm', { connected: false, checked_at: '1970-01-01T00:00:09Z' });
    // The clock of the server is 2 s ahead.
    const expected = { reason: 'vm', asOfMs: 7000 };
    expect(staleness(vm({ status, progress: running }), open, 2000)).toEqual(expected);
    expect(staleness(vm({ status, progress: { ...running, state: 'finished' } }), open, 2000)).toBeNull();
    expect(staleness(vm({ status }), open, 2000)).toBeNull();
  });
});

it('a run that may have changed meanwhile does not look well', () => {
  expect(runState('running', false)).toEqual({ mark: 'run', word: 'Running' });
  expect(runState('running', true)).toEqual({ mark: 'unknown', word: 'Last known: Running' });
  expect(runState('paused' as RunOutcome, false)).toEqual({ mark: 'unknown', word: 'paused' });
});

it('the last attempt of a task counts, and an interrupted one does not', () => {
  const result = (task: string, changes: Partial<TaskResult>): TaskResult => ({
    task_id: task,
    domain: null,
    attempt: 1,
    success: false,
    score: 0,
    steps: 1,
    duration_seconds: null,
    outcome: 'scored',
    finished_at: null,
    ...changes,
  });
  const results = [
    result('a', {}),
    result('b', { outcome: 'exception', score: null }),
    result('c', { outcome: 'lost', score: null }),
    result('d', { outcome: 'interrupted', score: null }),
    result('a', { attempt: 2, success: true, score: 1 }),
    result('e', {}),
    result('e', { attempt: 2, outcome: 'interrupted', score: null }),
  ];
  expect(tally(results)).toEqual({ failed: 1, errors: 1, lost: 1 });
});

describe('countOfTotal', () => {
  it('shows no total that is not known', () => {
    expect([countOfTotal(3, 0), countOfTotal(3, 8)]).toEqual(['3', '3/8']);
  });
});
