import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openFeed, type Feed, type FeedEvent } from '../../../src/main/engine/feed/index.ts';
import { conditionOf, errorOf, followOf, progressOf, runOf, startMs, statusOf, taskOf } from './fixtures.ts';
import { pruneNow } from '../../support/prune.ts';
import { clockOf } from '../../support/step-clock.ts';

let dataDir: string;
let feed: Feed;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'benchtray-feed-'));
  feed = openFeed({ dataDir, clock: clockOf(() => startMs) });
});
afterEach(() => {
  feed.close();
  rmSync(dataDir, { recursive: true });
});

function reopen(): void {
  feed.close();
  feed = openFeed({ dataDir, clock: clockOf(() => startMs) });
}

const at = startMs;
const tell = (...tasks: ReturnType<typeof taskOf>[]) => tasks.map((record) => ({ record, tell: true }));
const moments = (vm: string, count: number) => {
  for (let number = 1; number <= count; number += 1) feed.commit({ vm, at, moments: [errorOf(vm)] });
};

describe('finished tasks', () => {
  it('are told with all that the stream promises', () => {
    const [event] = feed.commit({ vm: 'vm-a', at, tasks: tell(taskOf('t1', { catchUp: true })) });
    expect(event).toEqual({
      type: 'task_complete',
      seq: 1,
      id: `${feed.journalId}-1`,
      vm: 'vm-a',
      at,
      json: JSON.stringify(event?.data),
      data: {
        task_id: 't1',
        success: true,
        score: 1,
        vm: 'vm-a',
        run_id: 'run-1',
        domain: 'notepad',
        attempt: 1,
        steps: 7,
        duration_seconds: 12.5,
        outcome: 'scored',
        finished_at: '2026-01-28T22:55:20.500Z',
        catch_up: true,
      },
    });
  });

  it('never lasted less than nothing: the clock of a VM may be set back', () => {
    const [event] = feed.commit({
      vm: 'vm-a',
      at,
      tasks: tell(taskOf('t1', { startedAt: at, endedAt: at - 5000 })),
    });
    expect(event?.data).toMatchObject({ duration_seconds: 0 });
  });

  it('are told once, also when they are read again after a restart', () => {
    expect(feed.commit({ vm: 'vm-a', at, tasks: tell(taskOf('t1')) })).toHaveLength(1);
    expect(feed.commit({ vm: 'vm-a', at, tasks: tell(taskOf('t1')) })).toHaveLength(0);
    reopen();
    const again = tell(
      taskOf('t1', { score: 0 }),
      taskOf('t1', { attempt: 2 }),
      taskOf('t1', { domain: null }),
    );
    const told = feed.commit({ vm: 'vm-a', at, tasks: again });
    expect(told.map((event) => event.seq)).toEqual([2, 3]);
    expect(feed.tasksOf('run-1').map((task) => [task.domain, task.attempt, task.score])).toEqual([
      ['notepad', 1, 1],
      ['notepad', 2, 1],
      [null, 1, 1],
    ]);
  });

  it('may be recorded first and told later, as they are by then', () => {
    expect(
      feed.commit({ vm: 'vm-a', at, tasks: [{ record: taskOf('t1', { score: null }), tell: false }] }),
    ).toEqual([]);
    const told = feed.commit({ vm: 'vm-a', at, tasks: tell(taskOf('t1', { score: 0.5 })) });
    expect(told).toMatchObject([{ data: { score: 0.5 } }]);
    expect(feed.tasksOf('run-1')).toEqual([taskOf('t1', { score: 0.5 })]);
  });

  it('may be corrected later, which is written and not told', () => {
    feed.commit({
      vm: 'vm-a',
      at,
      tasks: tell(taskOf('t1', { instruction: 'Do it.', catchUp: true })),
      runs: [runOf('run-1')],
    });
    const version = feed.version();
    const better = taskOf('t1', { score: null, outcome: 'lost', success: false, instruction: null });
    expect(feed.commit({ vm: 'vm-a', at, corrected: [better, taskOf('t2')] })).toEqual([]);
    expect(feed.version()).toBeGreaterThan(version);
    reopen();
    expect(feed.tasksOf('run-1')).toEqual([
      { ...better, instruction: 'Do it.', catchUp: true },
      taskOf('t2'),
    ]);
    // Told as it was then, and not again.
    expect(feed.commit({ vm: 'vm-a', at, tasks: tell(better) })).toEqual([]);
  });

  it('are not told while they run', () => {
    expect(feed.commit({ vm: 'vm-a', at, tasks: tell(taskOf('t1', { outcome: null })) })).toEqual([]);
    expect(feed.commit({ vm: 'vm-a', at, tasks: tell(taskOf('t1')) })).toHaveLength(1);
  });
});

describe('conditions', () => {
  it('are told at their edges only, across restarts', () => {
    const began = { vm: 'vm-a', at, began: [conditionOf('vm-a', 'ssh_unreachable')] };
    expect(feed.commit(began)).toMatchObject([{ type: 'error', data: { code: 'ssh_unreachable' } }]);
    reopen();
    expect(feed.commit(began)).toEqual([]);
    expect(feed.openConditions('vm-a')).toEqual([conditionOf('vm-a', 'ssh_unreachable')]);
    expect(feed.openConditions('vm-b')).toEqual([]);

    const over = {
      vm: 'vm-a',
      at: at + 4500,
      ended: [{ code: 'ssh_unreachable', message: 'Back.' }],
    } as const;
    expect(feed.commit(over)).toMatchObject([
      {
        type: 'recovered',
        data: {
          message: 'Back.',
          vm: 'vm-a',
          code: 'ssh_unreachable',
          began_at: '2026-01-28T22:55:08.000Z',
          lasted_seconds: 4.5,
        },
      },
    ]);
    expect(feed.commit(over)).toEqual([]);
    expect(feed.openConditions()).toEqual([]);
  });

  it('of one VM leave those of another alone', () => {
    feed.commit({ vm: 'vm-a', at, began: [conditionOf('vm-a', 'disk_full')] });
    expect(feed.commit({ vm: 'vm-b', at, ended: [{ code: 'disk_full', message: '' }] })).toEqual([]);
    expect(feed.commit({ vm: 'vm-b', at, began: [conditionOf('vm-b', 'disk_full')] })).toHaveLength(1);
    expect(feed.openConditions().map((condition) => condition.vm)).toEqual(['vm-a', 'vm-b']);
  });
});

describe('a change', () => {
  it('is written as a whole or not at all, and not told when it failed', () => {
    const heard: FeedEvent[] = [];
    feed.subscribe((event) => heard.push(event));
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const follow = { ...followOf('host:/log', 10), reader: circular };
    const version = feed.version();
    expect(() =>
      feed.commit({ vm: 'vm-a', at, tasks: tell(taskOf('t1')), runs: [runOf('run-1')], follow }),
    ).toThrow();
    expect([heard, feed.head(), feed.run('run-1'), feed.tasksOf('run-1')]).toEqual([[], 0, null, []]);
    expect(feed.version()).toBe(version);
    expect(feed.commit({ vm: 'vm-a', at, tasks: tell(taskOf('t1')) })).toMatchObject([{ seq: 1 }]);
  });

  // Writing pages is most of what publishing costs.
  it('writes four pages for an end of a task: the event and the task, and the key of each', () => {
    const walBytes = () => statSync(join(dataDir, 'journal.sqlite-wal')).size;
    feed.commit({ vm: 'vm-a', at, tasks: tell(taskOf('t1')) });
    const before = walBytes();
    feed.commit({ vm: 'vm-a', at, tasks: tell(taskOf('t2')) });
    const pageInWal = 24 + 4096;
    expect((walBytes() - before) / pageInWal).toBe(4);
  });

  it('with nothing but ends that were told writes nothing', () => {
    feed.commit({ vm: 'vm-a', at, tasks: tell(taskOf('t1')) });
    const bytes = statSync(join(dataDir, 'journal.sqlite-wal')).size;
    expect(feed.commit({ vm: 'vm-a', at, tasks: tell(taskOf('t1')) })).toEqual([]);
    expect(statSync(join(dataDir, 'journal.sqlite-wal')).size).toBe(bytes);
    moments('vm-a', 1);
    expect(feed.head()).toBe(2);
  });

  it('is told after it was written, in order, to everyone, whatever one of them does', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const seen: (number | string)[] = [];
    const others: number[] = [];
    feed.subscribe(() => {
      throw new Error('a bad listener');
    });
    feed.subscribe((told) => {
      if (told.kind !== 'journal') return;
      expect(feed.replay(told.event.seq - 1, null, 1)).toEqual([told.event]);
      // Causes another event while the others still wait for this one.
      if (told.event.seq === 1) feed.commit({ vm: 'vm-a', at, moments: [errorOf('vm-a')] });
      seen.push(told.event.seq);
    });
    const stop = feed.subscribe((told) => {
      if (told.kind === 'journal') others.push(told.event.seq);
    });
    feed.commit({ vm: 'vm-a', at, moments: [errorOf('vm-a')] });
    stop();
    feed.commit({ vm: 'vm-a', at, moments: [errorOf('vm-a')] });
    expect([seen, others]).toEqual([
      [1, 2, 3],
      [1, 2],
    ]);
    expect(warn).toHaveBeenCalledTimes(3);
    warn.mockRestore();
  });
});

describe('positions', () => {
  it('hold across a restart, and only for this journal', () => {
    expect([feed.head(), feed.parseId(feed.idOf(0))]).toEqual([0, 0]);
    moments('vm-a', 3);
    const id = feed.idOf(2);
    expect(id).toMatch(/^[a-z0-9]{8}-2$/);
    reopen();
    expect([feed.head(), feed.parseId(id)]).toEqual([3, 2]);
    const foreign = feed.journalId.startsWith('a') ? 'b' : 'a';
    for (const wrong of [
      '',
      '2',
      feed.idOf(4),
      `${id}\n`,
      ` ${id}`,
      `${id}.5`,
      feed.idOf(-1),
      `${foreign}${id.slice(1)}`,
    ]) {
      expect(feed.parseId(wrong), JSON.stringify(wrong)).toBeNull();
    }
    expect(feed.parseId(`${feed.journalId}-02`)).toBeNull();
    expect(feed.parseId(`${feed.journalId}-99999999999999999999`)).toBeNull();
  });

  it('replay what came after them, by VM and page by page', () => {
    moments('vm-a', 2);
    moments('vm-b', 1);
    moments('vm-a', 1);
    const replayed = (after: number, vm: string | null, limit = 100) =>
      feed.replay(after, vm, limit).map((event) => event.seq);
    expect(replayed(0, null)).toEqual([1, 2, 3, 4]);
    expect(replayed(1, 'vm-a')).toEqual([2, 4]);
    expect(replayed(0, null, 2)).toEqual([1, 2]);
    expect([feed.countAfter(1, null), feed.countAfter(1, 'vm-a'), feed.countAfter(4, null)]).toEqual([
      3, 2, 0,
    ]);
  });

  it('are never given twice, and it is known what was pruned', () => {
    moments('vm-a', 3);
    feed.commit({ vm: 'vm-b', at: at + 1000, moments: [errorOf('vm-b')] });
    pruneNow(feed, { olderThanMs: -500 });
    expect(feed.replay(0, null, 10).map((event) => event.seq)).toEqual([4]);
    expect([
      feed.hasPrunedAfter(2, null),
      feed.hasPrunedAfter(2, 'vm-a'),
      feed.hasPrunedAfter(3, null),
    ]).toEqual([true, true, false]);
    expect(feed.hasPrunedAfter(0, 'vm-b')).toBe(false);
    pruneNow(feed, { olderThanMs: -5000 });
    reopen();
    expect(feed.head()).toBe(4);
    moments('vm-a', 1);
    expect(feed.head()).toBe(5);
  });
});

it('makes room by size: events first, then the oldest runs, never the newest', () => {
  const big = 'x'.repeat(20_000);
  for (const [index, runId] of ['old', 'newer', 'newest'].entries()) {
    feed.commit({
      vm: 'vm-a',
      at,
      runs: [runOf(runId, { startedAt: at + index })],
      tasks: tell(taskOf(`${runId}-task`, { runId, message: big, instruction: big })),
      moments: [errorOf('vm-a', { detail: big.repeat(10) })],
    });
  }
  pruneNow(feed, { maxBytes: 400_000 });
  expect(feed.countAfter(0, null)).toBe(0);
  expect(feed.runs({ limit: 10 })).toHaveLength(3);
  pruneNow(feed, { maxBytes: 1 });
  expect(feed.runs({ limit: 10 }).map((run) => run.runId)).toEqual(['newest']);
  expect(feed.tasksOf('old')).toEqual([]);
  expect(feed.tasksOf('newest')).toHaveLength(1);
});

describe('runs', () => {
  it('come newest first, page by page', () => {
    feed.commit({
      vm: 'vm-a',
      at,
      runs: [runOf('b', { startedAt: at }), runOf('a', { startedAt: at - 5000 })],
    });
    feed.commit({ vm: 'vm-b', at, runs: [runOf('c', { vm: 'vm-b', startedAt: null, lastEventAt: at + 1 })] });
    const ids = (query: Parameters<Feed['runs']>[0]) => feed.runs(query).map((run) => run.runId);
    expect(ids({ limit: 10 })).toEqual(['c', 'b', 'a']);
    expect(ids({ limit: 10, vm: 'vm-a' })).toEqual(['b', 'a']);
    expect(ids({ limit: 1, before: 'c' })).toEqual(['b']);
    expect(ids({ limit: 10, before: 'unheard-of' })).toEqual([]);
  });

  it('are replaced by what is known later, and count the tasks that got a score', () => {
    feed.commit({ vm: 'vm-a', at, runs: [runOf('run-1')] });
    const changed = runOf('run-1', { state: 'finished', endedAt: at + 1 });
    feed.commit({
      vm: 'vm-a',
      at,
      runs: [changed],
      tasks: tell(
        taskOf('t1'),
        taskOf('t1', { attempt: 2 }),
        taskOf('t1', { domain: 'other' }),
        taskOf('t2', { outcome: 'exception', score: null }),
      ),
    });
    expect(feed.run('run-1')).toMatchObject({ ...changed, figures: { tasks_scored: 0, mean_score: null } });
  });
});

describe('the figures of a run', () => {
  it('come from the counts in its record', () => {
    feed.commit({
      vm: 'vm-a',
      at,
      runs: [runOf('run-1', { totalTasks: 4, succeeded: 2, scored: 3, scoredSucceeded: 1, scoreSum: 1.5 })],
    });
    expect(feed.run('run-1')?.figures).toEqual({
      tasks_scored: 3,
      mean_score: 0.5,
      pass_rate: 0.333333,
      success_rate_evaluated: 0.5,
      success_rate_planned: 0.375,
    });
  });
});

describe('the state version', () => {
  it('grows with what happens and rests while only clocks move', () => {
    const grows = (action: () => void): boolean => {
      const before = feed.version();
      action();
      return feed.version() > before;
    };
    const cost = { per_hour_usd: 1, so_far_usd: 1, since: '', unknown: false, as_of: null };
    expect(grows(() => feed.setStatus('vm-a', statusOf('vm-a', { cost })))).toBe(true);
    const later = statusOf('vm-a', { checked_at: '2026-01-28T23:00:00Z', cost: { ...cost, so_far_usd: 2 } });
    expect(grows(() => feed.setStatus('vm-a', later))).toBe(false);
    expect(feed.snapshot('vm-a').status).toEqual(later);
    expect(grows(() => feed.setStatus('vm-a', statusOf('vm-a', { power_state: 'running' })))).toBe(true);
    expect(grows(() => feed.setProgress('vm-a', progressOf('vm-a'), true))).toBe(true);
    const ticked = progressOf('vm-a', { elapsed_seconds: 99, eta_seconds: 4 });
    expect(grows(() => feed.setProgress('vm-a', ticked, false))).toBe(false);
    expect(grows(() => feed.setProgress('vm-a', progressOf('vm-a', { current_step: 4 }), false))).toBe(true);
    expect(grows(() => feed.commit({ vm: 'vm-a', at, runs: [runOf('run-1')] }))).toBe(true);
    expect(grows(() => feed.commit({ vm: 'vm-a', at, runs: [runOf('run-1')] }))).toBe(false);
    expect(grows(() => feed.commit({ vm: 'vm-a', at, follow: followOf('host:/log', 1) }))).toBe(false);
    expect(grows(() => feed.forgetVm('vm-a'))).toBe(true);
    expect(feed.snapshot('vm-a')).toEqual({ status: null, progress: null });
  });
});

it('tells which VMs are watched when the list or its order has changed', () => {
  const told: FeedEvent[] = [];
  feed.subscribe((event) => told.push(event));
  for (const names of [[], [], ['vm-a', 'vm-b'], ['vm-a', 'vm-b'], ['vm-b', 'vm-a'], ['vm-b']])
    feed.setVms(names);
  expect(told).toEqual([
    { kind: 'vms', names: [] },
    { kind: 'vms', names: ['vm-a', 'vm-b'] },
    { kind: 'vms', names: ['vm-b', 'vm-a'] },
    { kind: 'vms', names: ['vm-b'] },
  ]);
});

it('a status names the errors that are open, from their beginning to their end', () => {
  const codes = () => feed.snapshot('vm-a').status?.open_errors.map(({ code }) => code);
  feed.setStatus('vm-a', statusOf('vm-a'));
  expect(codes()).toEqual([]);
  feed.commit({ vm: 'vm-a', at, began: [conditionOf('vm-a', 'disk_full')] });
  expect(codes()).toEqual(['disk_full']);
  reopen();
  feed.setStatus('vm-a', statusOf('vm-a'));
  expect(codes()).toEqual(['disk_full']);
  feed.commit({ vm: 'vm-a', at, ended: [{ code: 'disk_full', message: 'It is over.' }] });
  expect(codes()).toEqual([]);
});

it('calls a status urgent when phase, connected or waa_ready changed, and only then', () => {
  const urgent: boolean[] = [];
  feed.subscribe((event) => urgent.push(event.kind === 'status' && event.urgent));
  for (const changes of [
    {},
    { power_state: 'running' },
    { phase: 'booting' },
    { phase: 'booting', connected: true },
    { phase: 'booting', connected: true, waa_ready: true },
    { phase: 'booting', connected: true, waa_ready: true, checked_at: 'now' },
  ] as const) {
    feed.setStatus('vm-a', statusOf('vm-a', changes));
  }
  expect(urgent).toEqual([true, false, true, true, true, false]);
});

it('remembers how far each log was read, and when a VM was first seen', () => {
  feed.commit({ vm: 'vm-a', at, follow: followOf('host:/one', 10) });
  feed.commit({ vm: 'vm-a', at, follow: followOf('host:/two', 20) });
  feed.commit({ vm: 'vm-a', at, follow: followOf('host:/one', 30) });
  expect([feed.firstSeen('vm-a', 5), feed.firstSeen('vm-a', 9)]).toEqual([5, 5]);
  reopen();
  expect(feed.loadFollow('vm-a', 'host:/two')).toEqual(followOf('host:/two', 20));
  expect(feed.latestFollow('vm-a')).toEqual(followOf('host:/one', 30));
  expect([feed.loadFollow('vm-b', 'host:/two'), feed.latestFollow('vm-b')]).toEqual([null, null]);
  expect(feed.firstSeen('vm-a', 9)).toBe(5);
  pruneNow(feed, { olderThanMs: -5000 });
  expect(feed.loadFollow('vm-a', 'host:/two')).toBeNull();
  expect(feed.latestFollow('vm-a')).toEqual(followOf('host:/one', 30));
});

it('keeps any text as it is', () => {
  const message = 'a\r\nb\0c\u2028\ufeff\ud83d 😀';
  feed.commit({ vm: 'vm-a', at, moments: [errorOf('vm-a', { message })] });
  reopen();
  expect(feed.replay(0, null, 1)).toMatchObject([{ data: { message } }]);
});
