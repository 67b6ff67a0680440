import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openFeed, type Feed } from '../../../src/main/engine/feed/index.ts';
import type { ProgressPayload } from '../../../src/shared/stream.ts';
import { progressOf, runOf, startMs } from './fixtures.ts';

let dataDir: string;
let feed: Feed;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'benchtray-pools-'));
  feed = openFeed({ dataDir });
});
afterEach(() => {
  feed.close();
  rmSync(dataDir, { recursive: true });
});

/** One part of a run that is shared out among two VMs. */
function play(workerId: number, done: number, state: ProgressPayload['state'] = 'running'): void {
  const vm = `vm-${String(workerId)}`;
  const runId = `run-${String(workerId)}`;
  const plain = runOf(runId);
  const run = runOf(runId, {
    vm,
    startedAt: startMs + workerId,
    tasksCompleted: done,
    arguments: { ...plain.arguments, workerId, workers: 2 },
  });
  feed.commit({ vm, at: startMs, runs: [run] });
  feed.setProgress(vm, progressOf(vm, { run_id: runId, tasks_completed: done, state }), true);
}
const poolOn = (vm: string) => feed.snapshot(vm).progress?.pool ?? null;

it('shows a run on several VMs as one, on each of them, as soon as it is known', () => {
  play(0, 4);
  expect(poolOn('vm-0')).toBeNull();
  play(1, 6);
  expect(poolOn('vm-1')).toMatchObject({
    pool_id: 'pool-run-0',
    worker_id: 1,
    workers: 2,
    tasks_completed: 10,
  });
  expect(poolOn('vm-0')).toMatchObject({ pool_id: 'pool-run-0', worker_id: 0, tasks_completed: 10 });
});

it('tells the other parts when one gets on, or stalls, and only then', () => {
  play(0, 4);
  play(1, 6);
  const heard: string[] = [];
  feed.subscribe((event) => heard.push(`${event.kind} ${'vm' in event ? event.vm : ''}`));
  play(1, 7);
  expect(heard).toEqual(['progress vm-1', 'progress vm-0']);
  expect(poolOn('vm-0')?.tasks_completed).toBe(11);
  play(1, 7);
  expect(heard).toEqual(['progress vm-1', 'progress vm-0', 'progress vm-1']);
  play(1, 7, 'stalled');
  expect(poolOn('vm-0')?.parts.map(({ state }) => state)).toEqual(['running', 'stalled']);
});

it('tells a part that is over itself at once what the others come to', () => {
  play(0, 4);
  play(1, 6, 'finished');
  const urgent: boolean[] = [];
  feed.subscribe((event) => {
    if (event.kind === 'progress' && event.vm === 'vm-1') urgent.push(event.urgent);
  });
  play(0, 10, 'finished');
  expect(urgent).toEqual([true]);
  expect(poolOn('vm-1')).toMatchObject({ state: 'finished', tasks_completed: 16 });
});

it('is the same pool after a restart, and where one of its VMs plays something else by then', () => {
  play(0, 4);
  play(1, 6);
  feed.close();
  feed = openFeed({ dataDir });
  expect(feed.poolOf('run-1')).toMatchObject({ poolId: 'pool-run-0', workers: 2 });
  feed.commit({ vm: 'vm-0', at: startMs, runs: [runOf('alone', { vm: 'vm-0' })] });
  feed.setProgress('vm-0', progressOf('vm-0', { run_id: 'alone' }), true);
  play(1, 8);
  expect(poolOn('vm-0')).toBeNull();
  expect(poolOn('vm-1')).toMatchObject({ pool_id: 'pool-run-0', tasks_completed: 12 });
  expect(feed.poolOf('alone')).toBeNull();
});
