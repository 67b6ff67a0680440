/** Pruning of a large journal: how much one piece of work does, and what is there between two pieces. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournalFile } from '../../../src/main/engine/feed/journal-file.ts';
import { pruneJournal, usedBytes, type Retention } from '../../../src/main/engine/feed/retention.ts';

const nowMs = Date.UTC(2026, 0, 28);
const dayMs = 86_400_000;
const tasksOfRun = 40;

let dataDir: string;
let database: DatabaseSync;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'benchtray-retention-'));
  open();
});
afterEach(() => {
  database.close();
  rmSync(dataDir, { recursive: true });
});

function open(): void {
  ({ database } = openJournalFile(join(dataDir, 'journal.sqlite')));
}

/** @param sql with the numbers from 1 to `count` as `n` */
function fill(count: number, sql: string): void {
  database.exec(
    `WITH RECURSIVE one(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM one WHERE n < ${count}) ${sql}`,
  );
}

function addEvents(count: number, bytes: number, at = nowMs): void {
  fill(
    count,
    `INSERT INTO events (vm, type, at, data) SELECT 'vm-a', 'error', ${at}, '{' || hex(zeroblob(${bytes / 2})) FROM one`,
  );
}

/** Runs of one VM, each with tasks and kept files. */
function addRuns(count: number, taskBytes = 2000): void {
  database.exec('BEGIN');
  for (let run = 1; run <= count; run += 1) {
    const id = `run-${run}`;
    database
      .prepare(
        "INSERT INTO runs (run_id, vm, sort_at, state, record) VALUES (?, 'vm-a', ?, 'finished', '{}')",
      )
      .run(id, nowMs - (count - run) * 3_600_000);
    fill(
      tasksOfRun,
      `INSERT INTO tasks (run_id, domain, task_id, attempt, success, steps, record)
       SELECT '${id}', 'chrome', n, 1, 1, 15, hex(zeroblob(${taskBytes / 2})) FROM one`,
    );
    fill(
      tasksOfRun,
      `INSERT INTO kept (run_id, domain, task_id, attempt, vm, state, since) SELECT '${id}', 'chrome', n, 1, 'vm-a', 'done', 0 FROM one`,
    );
  }
  database.exec('COMMIT');
  fill(30, `INSERT INTO kept_files SELECT id, n, 'screen', id || '-' || n, 9, 9, 1, 1, 0 FROM kept, one`);
}

const addSpans = (count: number, at: number): void =>
  fill(
    count,
    `INSERT INTO spans (vm, kind, code, began_at, ended_at, error) SELECT 'vm-a', 'error', 'probe_down', ${at} + n, ${at} + n, '{}' FROM one`,
  );

const numberOf = (sql: string): number => Number(database.prepare(sql).get()?.['value']);

function prune(retention: Retention, onPiece: () => void = () => undefined): void {
  const pieces = pruneJournal(database, nowMs, retention);
  while (pieces.next().done !== true) onPiece();
}

const leftOf = (table: string): number => numberOf(`SELECT COUNT(*) AS value FROM ${table}`);

describe('a piece of the work', () => {
  it('is short, whatever is to go', () => {
    addEvents(8000, 600, nowMs - 60 * dayMs);
    addEvents(8000, 600);
    addEvents(40, 200_000);
    addRuns(30);
    addSpans(12_000, nowMs);
    const changes = (): number => numberOf('SELECT total_changes() AS value');
    const pagesOf = (name: string): number => Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
    let before = { changes: changes(), used: usedBytes(database), pages: pagesOf('page_count') };
    const most = { changes: 0, used: 0, pages: 0 };
    let pieces = 0;
    prune({ maxBytes: 1_000_000 }, () => {
      const after = { changes: changes(), used: usedBytes(database), pages: pagesOf('page_count') };
      most.changes = Math.max(most.changes, after.changes - before.changes);
      most.used = Math.max(most.used, before.used - after.used);
      most.pages = Math.max(most.pages, before.pages - after.pages);
      before = after;
      pieces += 1;
    });
    expect(usedBytes(database)).toBeLessThan(1_000_000);
    expect(pieces).toBeGreaterThan(50);
    // The rows, and the notes of what went.
    expect(most.changes).toBeLessThanOrEqual(260);
    expect(most.used).toBeLessThan(2_000_000);
    expect(most.pages).toBeLessThanOrEqual(150);
    expect(pagesOf('freelist_count')).toBe(0);
  });

  it('leaves a journal in which nothing is half', () => {
    addEvents(2000, 600);
    addRuns(10, 20_000);
    const halfRuns = `SELECT COUNT(*) AS value FROM runs
      WHERE (SELECT COUNT(*) FROM tasks WHERE tasks.run_id = runs.run_id) <> ${tasksOfRun}
        OR (SELECT COUNT(*) FROM kept JOIN kept_files ON kept_id = id WHERE kept.run_id = runs.run_id) <> ${30 * tasksOfRun}`;
    const unnoted = `SELECT COUNT(*) AS value FROM events WHERE seq <= (SELECT MAX(through_seq) FROM pruned)`;
    const runs = new Set<number>();
    prune({ maxBytes: 1_000_000 }, () => {
      runs.add(leftOf('runs'));
      expect([database.isTransaction, numberOf(halfRuns), numberOf(unnoted)]).toEqual([false, 0, 0]);
    });
    expect(runs.size).toBeGreaterThan(3);
  });
});

it('goes on after a kill between any two pieces', () => {
  addEvents(700, 600);
  addRuns(4, 20_000);
  const retention = { maxBytes: 1_500_000 };
  let lives = 0;
  for (let isOver = false; !isOver; lives += 1) {
    // The first ones only look at the events.
    const pieces = pruneJournal(database, nowMs, retention);
    for (let left = 6; left > 0 && !isOver; left -= 1) isOver = pieces.next().done === true;
    database.close();
    open();
    expect(lives).toBeLessThan(200);
  }
  expect(lives).toBeGreaterThan(3);
  expect(usedBytes(database)).toBeLessThan(1_500_000);
  const runs = leftOf('runs');
  expect([runs < 4, leftOf('tasks'), leftOf('kept'), leftOf('kept_files')]).toEqual([
    ...[true, runs * tasksOfRun, runs * tasksOfRun, 30 * runs * tasksOfRun],
  ]);
  expect(numberOf("SELECT COUNT(*) AS value FROM meta WHERE key = 'dropped_run'")).toBe(0);
});
