/** Finding runs in the history. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFeed, type Feed, type RunQuery, type RunRecord } from '../../../src/main/engine/feed/index.ts';
import { runOf, startMs, taskOf } from './fixtures.ts';

let dataDir: string;
let feed: Feed;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'benchtray-search-'));
  feed = openFeed({ dataDir });
});
afterEach(() => {
  feed.close();
  rmSync(dataDir, { recursive: true });
});

let minute = 0;
/** Adds a run that began after those before it. */
function add(
  runId: string,
  changes: Partial<RunRecord> & { agent?: string; model?: string | null } = {},
): void {
  const { agent = 'navi', model = 'gpt-4o', ...others } = changes;
  const plain = runOf(runId, { startedAt: startMs + 60_000 * (minute += 1), state: 'finished' });
  const run = { ...plain, arguments: { ...plain.arguments, agent, model }, ...others };
  feed.commit({ vm: run.vm, at: startMs, runs: [run] });
}

/** Adds a scored attempt for each of these tasks. */
function score(runId: string, taskIds: readonly string[], domain: string | null = 'notepad'): void {
  const tasks = taskIds.map((taskId) => ({ record: taskOf(taskId, { runId, domain }), tell: false }));
  feed.commit({ vm: 'vm-a', at: startMs, tasks });
}

const ids = (query: Partial<RunQuery> = {}): string[] =>
  feed.runs({ limit: 100, ...query }).map(({ runId }) => runId);

describe('the filters', () => {
  beforeEach(() => {
    add('one', { agent: 'Navi', model: 'gpt-4o' });
    add('two', { vm: 'vm-b', state: 'crashed', log: 'container:winarena:/client/100%_done.log' });
    add('three', { state: 'interrupted', model: 'gpt-4o-mini' });
    add('four', { state: 'running', agent: 'coact_1', model: null });
  });

  it('give runs of a VM, in some states, of an agent or of a model', () => {
    expect(ids()).toEqual(['four', 'three', 'two', 'one']);
    expect(ids({ vm: 'vm-b' })).toEqual(['two']);
    expect(ids({ states: ['crashed', 'interrupted'] })).toEqual(['three', 'two']);
    expect(ids({ states: [] })).toEqual([]);
    expect(ids({ agent: 'navi' })).toEqual(['three', 'two', 'one']);
    expect(ids({ model: 'GPT-4o' })).toEqual(['two', 'one']);
    expect(ids({ vm: 'vm-a', agent: 'NAVI', states: ['finished'] })).toEqual(['one']);
  });

  it.each([
    ['TWO', ['two']],
    ['vm-b', ['two']],
    ['mini', ['three']],
    ['coact_1', ['four']],
    ['coactX1', []],
    ['%', ['two']],
    ['100%_done', ['two']],
    ['100_', []],
    ['\\', []],
    ["'", []],
    ['osworld', []],
    ['waa mini', ['three']],
    ['  mini   vm-a ', ['three']],
    ['mini vm-b', []],
    ['', ['four', 'three', 'two', 'one']],
    [' ', ['four', 'three', 'two', 'one']],
  ])('find %j in id, VM, agent, model, dialect or log', (text, expected) => {
    expect(ids({ text })).toEqual(expected);
  });

  it('do not find a text across two of these', () => {
    expect(ids({ text: 'onevm' })).toEqual([]);
  });

  it('page through what fits, whatever the run before the page is', () => {
    expect(ids({ states: ['finished', 'crashed'], limit: 1 })).toEqual(['two']);
    expect(ids({ states: ['finished', 'crashed'], limit: 1, before: 'two' })).toEqual(['one']);
    expect(ids({ states: ['finished', 'crashed'], limit: 1, before: 'one' })).toEqual([]);
    expect(ids({ states: ['finished', 'crashed'], before: 'three' })).toEqual(['two', 'one']);
  });

  it('leave out damaged rows, and fill the page beyond them', () => {
    feed.close();
    const database = new DatabaseSync(join(dataDir, 'journal.sqlite'));
    database.prepare("UPDATE runs SET record = '{' WHERE run_id = 'three'").run();
    database.close();
    feed = openFeed({ dataDir });
    expect(ids({ text: 'vm-a', limit: 2 })).toEqual(['four', 'one']);
    expect(ids({ agent: 'navi', limit: 1 })).toEqual(['two']);
  });
});

it('names the VMs that have runs', () => {
  expect(feed.vmsWithRuns()).toEqual([]);
  for (const vm of ['b', 'a', 'b']) add(`run-${minute}`, { vm });
  expect(feed.vmsWithRuns()).toEqual(['a', 'b']);
});

describe('the benchmark of a run', () => {
  const benchmark = (runId: string) => feed.run(runId)?.benchmark;

  it('comes from its dialect, or from the names of its tasks', () => {
    add('waa');
    add('files', { dialect: 'results' });
    add('job', { dialect: 'harbor' });
    add('mixed', { dialect: 'harbor' });
    expect(['waa', 'files', 'job', 'mixed'].map(benchmark)).toEqual(['waa', null, null, null]);
    score('files', ['02F10F89-7171-4D37-8550-A00BA8930CDF-WOS']);
    score('job', ['a', 'b'], 'terminal-bench');
    score('mixed', ['a'], 'terminal-bench');
    score('mixed', ['a'], 'swe-bench');
    expect(['files', 'job', 'mixed'].map(benchmark)).toEqual(['waa', 'terminal-bench', null]);
    expect(feed.runs({ limit: 2 }).map((run) => run.benchmark)).toEqual([null, 'terminal-bench']);
  });
});

describe('the comparable run before', () => {
  const comparable = (runId: string): string | null => {
    const run = feed.run(runId);
    return run === null ? null : (feed.comparableBefore(run)?.runId ?? null);
  };
  const names = (count: number) => Array.from({ length: count }, (_, index) => `t${index}`);

  it('is the newest one with at least half of the scored tasks', () => {
    add('first');
    add('second');
    add('newest');
    score('first', names(10));
    score('second', names(5));
    score('newest', names(10));
    expect([comparable('newest'), comparable('second'), comparable('first')]).toEqual([
      'second',
      'first',
      null,
    ]);
    score('newest', ['t10']);
    expect(comparable('newest')).toBe('first');
  });

  it('is over, of the same benchmark, and has the tasks in the same domains', () => {
    add('good', { vm: 'vm-b', model: 'other' });
    add('other benchmark', { dialect: 'osworld' });
    add('other domain');
    add('unscored');
    add('running', { state: 'running' });
    add('newest');
    for (const runId of ['good', 'other benchmark', 'running', 'newest']) score(runId, ['t1', 't2']);
    score('other domain', ['t1', 't2'], 'vlc');
    feed.commit({
      vm: 'vm-a',
      at: startMs,
      tasks: ['t1', 't2'].map((taskId) => ({
        record: taskOf(taskId, { runId: 'unscored', outcome: 'lost', score: null }),
        tell: false,
      })),
    });
    expect(comparable('newest')).toBe('good');
  });

  it('is none for a run without a scored task', () => {
    add('before');
    add('newest');
    score('before', ['t1']);
    expect(comparable('newest')).toBeNull();
  });

  it('is found behind several pages of other runs', () => {
    add('good');
    for (let index = 0; index < 45; index += 1) add(`other-${index}`);
    add('newest');
    for (const runId of ['good', 'newest']) score(runId, ['t1']);
    expect(comparable('newest')).toBe('good');
  });
});
