/** Which attempts are to be copied, whatever happens between their end and the note of it. */
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openFeed, type Feed } from '../../../src/main/engine/feed/index.ts';
import { sampleVms } from '../../support/sample-journal.ts';
import { runOf, startMs, taskOf } from './fixtures.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'benchtray-kept-'));
});
afterEach(() => {
  rmSync(dataDir, { recursive: true });
});

const vm = 'vm-a';

function endTasks(feed: Feed, names: readonly string[]): void {
  feed.commit({
    vm,
    at: startMs,
    runs: [runOf('run-1', { vm })],
    tasks: names.map((taskId) => ({ record: taskOf(taskId, { runId: 'run-1', vm }), tell: true })),
  });
}

function wantedOf(feed: Feed): string[] {
  return feed
    .wantedTasks(vm, 100)
    .map(({ taskId }) => taskId)
    .sort();
}

it('wants attempts that ended just before BenchTray was killed', () => {
  const killed = join(dataDir, 'killed');
  const life = join(dataDir, 'life');
  mkdirSync(life);
  const feed = openFeed({ dataDir: life });
  endTasks(feed, ['a', 'b']);
  expect(wantedOf(feed)).toEqual(['a', 'b']);
  endTasks(feed, ['a', 'b', 'c', 'd']);
  // Nobody has asked since, so the files are those of a process that was killed here.
  cpSync(life, killed, { recursive: true });
  feed.close();

  const next = openFeed({ dataDir: killed });
  expect(wantedOf(next)).toEqual(['a', 'b', 'c', 'd']);
  next.close();
});

it('writes down what is wanted when it closes', () => {
  const feed = openFeed({ dataDir });
  endTasks(feed, ['a']);
  feed.close();
  const next = openFeed({ dataDir });
  expect(next.keptTask({ runId: 'run-1', domain: taskOf('a').domain, taskId: 'a', attempt: 1 })?.state).toBe(
    'wanted',
  );
  next.close();
});

it('forgets the attempts of an erased VM, also those that nobody has asked for', () => {
  const feed = openFeed({ dataDir });
  endTasks(feed, ['a']);
  feed.eraseVm(vm);
  expect(wantedOf(feed)).toEqual([]);
  feed.close();
});

it('wants no attempt that ended before version 3', () => {
  copyFileSync(
    join(import.meta.dirname, '../../samples/journals/v2.sqlite'),
    join(dataDir, 'journal.sqlite'),
  );
  for (let start = 0; start < 2; start += 1) {
    const feed = openFeed({ dataDir });
    expect(sampleVms.flatMap((name) => feed.wantedTasks(name, 1000))).toEqual([]);
    feed.close();
  }
});
