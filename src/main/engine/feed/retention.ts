/** Keeps the journal small: old events go, and the oldest of what is left when it is still too big. */
import type { DatabaseSync } from 'node:sqlite';
import { aroundRunMs } from './run-events.ts';

export interface Retention {
  /** Events and reading positions older than this go. Default 30 days. */
  readonly olderThanMs?: number;
  /** Bytes in use within the file. Default 200 MB. */
  readonly maxBytes?: number;
}

const dayMs = 86_400_000;
const defaults = { olderThanMs: 30 * dayMs, maxBytes: 200_000_000 };
/** More than any VM has in a year that is not broken for weeks; they take about 6 MB. */
const mostSpansOfVm = 10_000;
const eventsPerStep = { atLeast: 10, atMost: 1000 };

/**
 * Runs and tasks are the history and do not age: they go, oldest run first, only when there are no events left to
 * make room with. The newest run of each VM and each VM's newest reading position always stay. So do the spans in the time of a run.
 */
export function pruneJournal(database: DatabaseSync, nowMs: number, retention: Retention): void {
  const { olderThanMs, maxBytes } = { ...defaults, ...retention };
  const cutoff = nowMs - olderThanMs;
  dropEvents(database, 'at < ?', cutoff);
  database
    .prepare(
      'DELETE FROM follow WHERE written_at < ? AND rowid NOT IN (SELECT MAX(rowid) FROM follow GROUP BY vm)',
    )
    .run(cutoff);
  pruneSpans(database, cutoff);
  for (let bytes = usedBytes(database); bytes > maxBytes; bytes = usedBytes(database)) {
    // As many as there is too much, if all were alike: a few big ones are not to take a thousand with them.
    const share = Math.ceil(((bytes - maxBytes) / bytes) * countEvents(database));
    const step = Math.min(eventsPerStep.atMost, Math.max(eventsPerStep.atLeast, share));
    const isSmaller =
      dropEvents(database, 'seq IN (SELECT seq FROM events ORDER BY seq LIMIT ?)', step) ||
      dropOldestRun(database) ||
      dropOldestSpans(database, step);
    if (!isSmaller) break;
  }
  database.exec('PRAGMA incremental_vacuum');
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}

/** Drops all that was written of one VM. */
export function eraseFromJournal(database: DatabaseSync, vm: string): void {
  dropEvents(database, 'vm = ?', vm);
  for (const statement of [
    ...keptOf('run_id IN (SELECT run_id FROM runs WHERE vm = ?1) OR vm = ?1'),
    'DELETE FROM tasks WHERE run_id IN (SELECT run_id FROM runs WHERE vm = ?)',
    'DELETE FROM runs WHERE vm = ?',
    'DELETE FROM follow WHERE vm = ?',
    'DELETE FROM conditions WHERE vm = ?',
    'DELETE FROM spans WHERE vm = ?',
    'DELETE FROM spans_cut WHERE vm = ?',
    'DELETE FROM vms WHERE name = ?',
    'DELETE FROM heard WHERE vm = ?',
  ])
    database.prepare(statement).run(vm);
}

/** Leaves a note of what went, so that a client that comes back for it can be told. */
function dropEvents(database: DatabaseSync, condition: string, parameter: number | string): boolean {
  return inTransaction(database, () => {
    database
      .prepare(
        `INSERT INTO pruned SELECT vm, MAX(seq) FROM events WHERE ${condition} GROUP BY vm
         ON CONFLICT DO UPDATE SET through_seq = MAX(through_seq, excluded.through_seq)`,
      )
      .run(parameter);
    return database.prepare(`DELETE FROM events WHERE ${condition}`).run(parameter).changes > 0;
  });
}

function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function dropOldestRun(database: DatabaseSync): boolean {
  const oldest = database
    .prepare(
      `SELECT run_id FROM runs AS candidate
       WHERE EXISTS (SELECT 1 FROM runs WHERE vm = candidate.vm AND (sort_at, rowid) > (candidate.sort_at, candidate.rowid))
       ORDER BY sort_at, rowid LIMIT 1`,
    )
    .get();
  if (oldest === undefined) return false;
  const runId = String(oldest['run_id']);
  for (const statement of keptOf('run_id = ?')) database.prepare(statement).run(runId);
  database.prepare('DELETE FROM tasks WHERE run_id = ?').run(runId);
  database.prepare('DELETE FROM runs WHERE run_id = ?').run(runId);
  return true;
}

/**
 * Drops the old spans in whose time no recorded run of the VM can have been, and those beyond the limit. A VM whose connection comes and
 * goes may have some every few seconds, and they must not crowd out runs.
 */
function pruneSpans(database: DatabaseSync, cutoff: number): void {
  database
    .prepare(
      `DELETE FROM spans WHERE ended_at < ?1 AND NOT EXISTS
         (SELECT 1 FROM runs WHERE runs.vm = spans.vm AND runs.sort_at <= spans.ended_at + ?2)`,
    )
    .run(cutoff, aroundRunMs);
  dropSpans(
    database,
    'id IN (SELECT id FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY vm ORDER BY id DESC) AS place FROM spans) WHERE place > ?)',
    mostSpansOfVm,
  );
}

function dropOldestSpans(database: DatabaseSync, count: number): boolean {
  return dropSpans(database, 'id IN (SELECT id FROM spans ORDER BY id LIMIT ?)', count);
}

/** Leaves a note of what went, and keeps what lasts. */
function dropSpans(database: DatabaseSync, condition: string, parameter: number): boolean {
  const dropped = `ended_at IS NOT NULL AND ${condition}`;
  return inTransaction(database, () => {
    database
      .prepare(
        `INSERT INTO spans_cut SELECT vm, MAX(began_at) + 1 FROM spans WHERE ${dropped} GROUP BY vm
         ON CONFLICT DO UPDATE SET before_at = MAX(before_at, excluded.before_at)`,
      )
      .run(parameter);
    return database.prepare(`DELETE FROM spans WHERE ${dropped}`).run(parameter).changes > 0;
  });
}

/** The archive removes the files that nothing names any more. */
function keptOf(condition: string): readonly string[] {
  return [
    `DELETE FROM kept_files WHERE kept_id IN (SELECT id FROM kept WHERE ${condition})`,
    `DELETE FROM kept WHERE ${condition}`,
  ];
}

function countEvents(database: DatabaseSync): number {
  return Number(database.prepare('SELECT COUNT(*) AS value FROM events').get()?.['value']);
}

/** Bytes in use within the file. */
export function usedBytes(database: DatabaseSync): number {
  const read = (name: string): number => Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
  return (read('page_count') - read('freelist_count')) * read('page_size');
}
