import { describe, expect, it } from 'vitest';
import { pageTitle, type TitleContext } from '../../../src/renderer/features/vm/page-title.ts';
import { worstVm } from '../../../src/renderer/features/vm/vm-words.ts';
import type { VmView } from '../../../src/renderer/state/model.ts';
import { allRuns, allTasks, nowRoute } from '../../../src/renderer/state/route.ts';
import type { PoolView } from '../../../src/shared/stream.ts';
import { errorOf, progressOf, statusOf } from '../feed/fixtures.ts';

const progress = progressOf('a', { tasks_completed: 5, total_tasks: 12 });
const vm = (name: string, changes: Partial<VmView> = {}): VmView => ({
  name,
  status: statusOf(name, { phase: 'ready', connected: true, waa_ready: true }),
  progress: null,
  record: null,
  results: [],
  problems: [],
  ...changes,
});
const critical = (name: string) => [errorOf(name, { severity: 'critical' })];
const warning = (name: string) => [errorOf(name, { severity: 'warning' })];
const title = (vms: readonly VmView[], changes: Partial<TitleContext> = {}) =>
  pageTitle({ vms, isConnected: true, route: nowRoute, runTitle: '', ...changes });
const inView = (name: string): Partial<TitleContext> => ({ route: { page: 'vm', vm: name } });

describe('pageTitle', () => {
  it('names the run that is on', () => {
    const ended = vm('other', { progress: { ...progress, state: 'finished' } });
    expect(title([ended, vm('a', { progress })])).toBe('5/12 – a – BenchTray');
    expect(title([ended])).toBe('5/12 – other – BenchTray');
    expect(title([vm('a')])).toBe('a – BenchTray');
    expect(title([])).toBe('BenchTray');
  });

  it('names the VM with the critical error, not the one that runs', () => {
    const vms = [vm('a', { progress }), vm('b', { progress, problems: critical('b') })];
    expect(title(vms)).toBe('! 5/12 – b – BenchTray');
    expect(title(vms, inView('a'))).toBe('! 5/12 – b – BenchTray');
    expect(title([vm('a', { progress }), vm('b', { problems: critical('b') })])).toBe('! b – BenchTray');
  });

  it('names the VM in view before one with a warning', () => {
    const vms = [vm('a', { progress }), vm('b', { progress, problems: warning('b') }), vm('c')];
    expect(title(vms, inView('a'))).toBe('5/12 – a – BenchTray');
    expect(title(vms, inView('c'))).toBe('c – BenchTray');
    expect(title(vms)).toBe('5/12 – b – BenchTray');
    expect(title(vms, inView('gone'))).toBe('gone – BenchTray');
  });

  it('names the page where that is not about one VM', () => {
    expect(title([vm('a', { progress })], { route: { page: 'doctor' } })).toBe('Doctor – BenchTray');
    expect(title([vm('a')], { route: { page: 'setup' }, isConnected: false })).toBe(
      'Not connected – Add a VM – BenchTray',
    );
    expect(title([], { route: { page: 'runs', filters: allRuns } })).toBe('Runs – BenchTray');
    const run = { page: 'run', runId: 'run-1', tab: 'tasks', filters: allTasks } as const;
    expect(title([], { route: run })).toBe('Run – BenchTray');
    expect(title([], { route: run, runTitle: 'Run of a, 28 Jan, 22:55' })).toBe(
      'Run of a, 28 Jan, 22:55 – BenchTray',
    );
    expect(title([vm('a')], { route: { page: 'unknown', hash: '#/x' } })).toBe('No such page – BenchTray');
  });

  it('counts the whole of a pool, unless one VM of it is in trouble', () => {
    const pool: PoolView = {
      pool_id: 'pool-run-0',
      worker_id: 1,
      workers: 4,
      tasks_completed: 37,
      total_tasks: 154,
      succeeded: 20,
      score_sum: 20,
      tasks_scored: 37,
      mean_score: 0.54,
      pass_rate: 0.54,
      state: 'running',
      parts: [],
    };
    const part = { progress: { ...progress, pool } };
    expect(title([vm('a', part)])).toBe('37/154 – pool of 4 – BenchTray');
    expect(title([vm('a', part), vm('b', { ...part, problems: critical('b') })])).toBe(
      '! 5/12 – b – BenchTray',
    );
  });
});

describe('worstVm', () => {
  it('is the one with the worst error, the first of several, and none where all is well', () => {
    const ready = vm('a');
    const warned = vm('b', { problems: warning('b') });
    const broken = vm('c', { problems: critical('c') });
    expect(worstVm([ready, warned, broken, { ...broken, name: 'd' }])?.name).toBe('c');
    expect(worstVm([ready, warned])?.name).toBe('b');
    expect(worstVm([ready, vm('e', { progress: { ...progress, state: 'crashed' } })])?.name).toBe('e');
    expect(worstVm([ready])).toBeNull();
    expect(worstVm([])).toBeNull();
  });
});
