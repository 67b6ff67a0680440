import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { poolsOf, poolView, type PooledRun } from '../../../src/main/engine/run/pool.ts';
import { at } from './run-events.ts';

const noArguments = {
  maxSteps: 15,
  model: 'gpt-4o',
  agent: 'navi',
  resultDir: null,
  emulatorIp: null,
  trialId: '0',
};
function part(
  workerId: number | null,
  change: Partial<PooledRun> & { readonly workers?: number; readonly model?: string } = {},
): PooledRun {
  const { workers = 3, model = 'gpt-4o', ...rest } = change;
  return {
    runId: `run-${String(workerId)}`,
    vm: `vm-${String(workerId)}`,
    state: 'running',
    startedAt: at(workerId ?? 0),
    endedAt: null,
    totalTasks: 10,
    tasksCompleted: 4,
    succeeded: 2,
    scored: 3,
    scoredSucceeded: 2,
    scoreSum: 2.1,
    arguments: { ...noArguments, model, workerId, workers },
    ...rest,
  };
}
const membersOf = (runs: readonly PooledRun[]) =>
  poolsOf(runs).map((pool) => pool.parts.map(({ runId }) => runId));

describe('runs on several VMs', () => {
  it('are parts of one where they share its tasks', () => {
    const [pool] = poolsOf([part(2), part(0), part(1)]);
    expect(pool).toMatchObject({ poolId: 'pool-run-0', workers: 3 });
    expect(pool?.parts.map(({ runId }) => runId)).toEqual(['run-0', 'run-1', 'run-2']);
  });

  it('are each on their own where they differ, or are alone', () => {
    expect(membersOf([part(0), part(1, { model: 'other' })])).toEqual([]);
    expect(membersOf([part(0), part(1, { workers: 4 })])).toEqual([]);
    expect(membersOf([part(0, { workers: 1 }), part(1, { workers: 1 })])).toEqual([]);
    expect(membersOf([part(0), part(null)])).toEqual([]);
    expect(membersOf([part(0)])).toEqual([]);
    expect(membersOf([part(0, { endedAt: at(0.5), state: 'finished' }), part(1)])).toEqual([]);
  });

  it('make two pools, one after the other', () => {
    const first = [0, 1].map((id) => part(id, { endedAt: at(60), state: 'finished' }));
    const second = [0, 1].map((id) => part(id, { runId: `again-${String(id)}`, startedAt: at(100 + id) }));
    expect(membersOf([...second, ...first])).toEqual([
      ['run-0', 'run-1'],
      ['again-0', 'again-1'],
    ]);
  });

  it('are parts of one on the same VM too, where each container plays one part and the next begins later', () => {
    const onOne = (id: number, from: number, change: Parameters<typeof part>[1] = {}) =>
      part(id, { vm: 'vm', startedAt: at(from), endedAt: at(from + 5), state: 'finished', ...change });
    expect(membersOf([onOne(0, 0), onOne(1, 20), onOne(2, 40)])).toEqual([['run-0', 'run-1', 'run-2']]);
    expect(membersOf([onOne(0, 0), onOne(1, 70)])).toEqual([]);
    const resultDir = './other';
    const elsewhere = { arguments: { ...noArguments, workerId: 1, workers: 3, resultDir } };
    expect(membersOf([onOne(0, 0), onOne(1, 20, elsewhere)])).toEqual([]);
  });

  it('stay one pool when a worker that broke down is begun anew', () => {
    const broken = part(1, { state: 'crashed', endedAt: at(10) });
    const anew = part(1, { runId: 'anew', startedAt: at(20) });
    const [pool] = poolsOf([part(0), broken, anew]);
    expect(pool?.parts.map(({ runId }) => runId)).toEqual(['run-0', 'anew']);
    expect(pool?.poolId).toBe('pool-run-0');
    expect(pool === undefined ? null : poolView(pool, broken.runId)).toBeNull();
  });

  it('are the same pool in whatever order they come to be known', () => {
    const runs = [part(0), part(1), part(2), part(0, { runId: 'x', startedAt: at(500), model: 'm' })];
    fc.assert(
      fc.property(fc.shuffledSubarray(runs, { minLength: runs.length }), (shuffled) => {
        expect(poolsOf(shuffled)).toEqual(poolsOf(runs));
      }),
    );
  });
});

describe('the view of a pool', () => {
  const view = (runs: readonly PooledRun[], runId = 'run-0') => {
    const [pool] = poolsOf(runs);
    return pool === undefined ? null : poolView(pool, runId);
  };

  it('adds up its parts', () => {
    expect(view([part(0), part(1, { tasksCompleted: 5 }), part(2)], 'run-1')).toMatchObject({
      pool_id: 'pool-run-0',
      worker_id: 1,
      workers: 3,
      tasks_completed: 13,
      total_tasks: 30,
      succeeded: 6,
      score_sum: 6.3,
      tasks_scored: 9,
      mean_score: 0.7,
      pass_rate: 0.666667,
      state: 'running',
    });
    expect(view([part(0), part(1, { totalTasks: 0 })])?.total_tasks).toBe(0);
  });

  it('takes the number of all tasks from a log that lists them, until all parts are known', () => {
    const [first, second, third] = [part(0, { poolTasks: 28 }), part(1, { poolTasks: 27 }), part(2)];
    expect(view([first, second])?.total_tasks).toBe(28);
    expect(view([first, second, third])?.total_tasks).toBe(30);
  });

  it.each([
    [['running', 'crashed', 'finished'], 'running'],
    [['stalled', 'crashed', 'finished'], 'stalled'],
    [['finished', 'crashed', 'interrupted'], 'crashed'],
    [['finished', 'interrupted', 'finished'], 'interrupted'],
    [['finished', 'finished', 'finished'], 'finished'],
    [['finished', 'finished'], 'running'],
  ] as const)('%j is %s', (states, state) => {
    expect(view(states.map((one, id) => part(id, { state: one })))?.state).toBe(state);
  });
});
