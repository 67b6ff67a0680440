/** Keeps the journal small: old events go, and the oldest of what is left when it is still too big. In short pieces of work. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { aroundRunMs } from './run-events.ts';
import { allRows, valueOf } from './rows.ts';

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
/** One piece of work looks at, removes, or gives back so much: a few milliseconds. At least a few pages, because rows share them. */
const piece = { rows: 250, leastBytes: 16_384, mostBytes: 1_000_000, pages: 128 };
/** Key in the table `meta` of the run that is being dropped. */
const droppedRun = 'dropped_run';

/**
 * Prunes in pieces. Each piece leaves a whole journal: others may write between two pieces, and after a crash the next call goes on.
 *
 * Runs and tasks are the history and do not age: they go, oldest run first, only when there are no events left to
 * make room with. The newest run of each VM and each VM's newest reading position always stay. Spans in the time of a run stay as long as
 * the run, up to 10,000 spans of a VM.
 */
export function* pruneJournal(
  database: DatabaseSync,
  nowMs: number,
  retention: Retention,
): Generator<undefined, void> {
  const { olderThanMs, maxBytes } = { ...defaults, ...retention };
  const cutoff = nowMs - olderThanMs;
  yield* dropRestOfRun(database);
  yield* dropOldEvents(database, cutoff);
  yield* dropOldPositions(database, cutoff);
  yield* dropOldSpans(database, cutoff);
  yield* dropSpansBeyondLimit(database);
  yield* makeRoom(database, maxBytes);
  yield* giveBackPages(database);
}

/** Drops all that was written of one VM. */
export function eraseFromJournal(database: DatabaseSync, vm: string): void {
  const keptOfVm = 'run_id IN (SELECT run_id FROM runs WHERE vm = ?1) OR vm = ?1';
  dropEvents(database, 'vm = ?', vm);
  for (const statement of [
    `DELETE FROM kept_files WHERE kept_id IN (SELECT id FROM kept WHERE ${keptOfVm})`,
    `DELETE FROM kept WHERE ${keptOfVm}`,
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

/** A row, and how many bytes it takes. */
interface Measured {
  readonly id: number;
  readonly bytes: number;
}

/** Returns the first rows that together have this many bytes, and at least one. */
function firstOf<Row extends Measured>(rows: readonly Row[], bytes: number): readonly Row[] {
  let sum = 0;
  const end = rows.findIndex((row) => {
    sum += row.bytes;
    return sum >= bytes;
  });
  return end === -1 ? rows : rows.slice(0, end + 1);
}

function* dropOldEvents(database: DatabaseSync, cutoff: number): Generator<undefined, void> {
  const next = database.prepare(
    'SELECT seq AS id, octet_length(data) AS bytes, at < ?2 AS is_old FROM events WHERE seq > ?1 ORDER BY seq LIMIT ?3',
  );
  for (let after = 0; ;) {
    const rows = allRows<Measured & { readonly is_old: number }>(next, after, cutoff, piece.rows);
    const looked = firstOf(rows, piece.mostBytes);
    const last = looked.at(-1);
    if (last === undefined) return;
    if (looked.some(({ is_old }) => is_old === 1))
      dropEvents(database, 'seq > ? AND seq <= ? AND at < ?', after, last.id, cutoff);
    after = last.id;
    yield;
  }
}

/** Leaves a note of what went, so that a client that comes back for it can be told. */
function dropEvents(database: DatabaseSync, condition: string, ...parameters: SQLInputValue[]): void {
  inTransaction(database, () => {
    database
      .prepare(
        `INSERT INTO pruned SELECT vm, MAX(seq) FROM events WHERE ${condition} GROUP BY vm
         ON CONFLICT DO UPDATE SET through_seq = MAX(through_seq, excluded.through_seq)`,
      )
      .run(...parameters);
    database.prepare(`DELETE FROM events WHERE ${condition}`).run(...parameters);
  });
}

function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function* dropOldPositions(database: DatabaseSync, cutoff: number): Generator<undefined, void> {
  const old = database.prepare(
    `SELECT rowid AS id, octet_length(state) AS bytes FROM follow
     WHERE written_at < ? AND rowid NOT IN (SELECT MAX(rowid) FROM follow GROUP BY vm) LIMIT ?`,
  );
  const drop = database.prepare('DELETE FROM follow WHERE rowid IN (SELECT value FROM json_each(?))');
  for (;;) {
    const rows = firstOf(allRows<Measured>(old, cutoff, piece.rows), piece.mostBytes);
    if (rows.length === 0) return;
    drop.run(idList(rows));
    yield;
  }
}

/** Drops the old spans in whose time no recorded run of the VM can have been. */
function* dropOldSpans(database: DatabaseSync, cutoff: number): Generator<undefined, void> {
  const next = database.prepare(
    'SELECT MAX(id) AS value FROM (SELECT id FROM spans WHERE id > ? ORDER BY id LIMIT ?)',
  );
  for (let after = 0; ;) {
    const last = valueOf(next, after, piece.rows) ?? 0;
    if (last <= after) return;
    dropSpans(
      database,
      `id > ?1 AND id <= ?2 AND ended_at < ?3 AND NOT EXISTS
        (SELECT 1 FROM runs WHERE runs.vm = spans.vm AND runs.sort_at <= spans.ended_at + ?4)`,
      ...[after, last, cutoff, aroundRunMs],
    );
    after = last;
    yield;
  }
}

/** A VM whose connection comes and goes may have some spans every few seconds, and they must not crowd out runs. */
function* dropSpansBeyondLimit(database: DatabaseSync): Generator<undefined, void> {
  const crowded = database.prepare(
    `SELECT vm, COUNT(*) - (SELECT COUNT(*) FROM spans AS open WHERE open.vm = spans.vm AND open.ended_at IS NULL) AS ended
     FROM spans GROUP BY vm HAVING ended > ?`,
  );
  for (const { vm, ended } of allRows<{ readonly vm: string; readonly ended: number }>(
    crowded,
    mostSpansOfVm,
  ))
    for (let excess = ended - mostSpansOfVm; excess > 0; excess -= piece.rows) {
      const oldest = 'SELECT id FROM spans WHERE vm = ? AND ended_at IS NOT NULL ORDER BY id LIMIT ?';
      dropSpans(database, `id IN (${oldest})`, vm, Math.min(excess, piece.rows));
      yield;
    }
}

/** Keeps what lasts, and leaves a note of what went. */
function dropSpans(database: DatabaseSync, condition: string, ...parameters: SQLInputValue[]): void {
  const dropped = `ended_at IS NOT NULL AND ${condition}`;
  inTransaction(database, () => {
    database
      .prepare(
        `INSERT INTO spans_cut SELECT vm, MAX(began_at) + 1 FROM spans WHERE ${dropped} GROUP BY vm
         ON CONFLICT DO UPDATE SET before_at = MAX(before_at, excluded.before_at)`,
      )
      .run(...parameters);
    database.prepare(`DELETE FROM spans WHERE ${dropped}`).run(...parameters);
  });
}

function* makeRoom(database: DatabaseSync, maxBytes: number): Generator<undefined, void> {
  const oldestEvents = database.prepare(
    'SELECT seq AS id, octet_length(data) AS bytes FROM events ORDER BY seq LIMIT ?',
  );
  const oldestSpans = database.prepare(
    'SELECT id, ifnull(octet_length(error), 0) AS bytes FROM spans WHERE ended_at IS NOT NULL ORDER BY id LIMIT ?',
  );
  for (let over = usedBytes(database) - maxBytes; over > 0; over = usedBytes(database) - maxBytes) {
    const bytes = Math.min(piece.mostBytes, Math.max(piece.leastBytes, over));
    const event = firstOf(allRows<Measured>(oldestEvents, piece.rows), bytes).at(-1);
    if (event !== undefined) dropEvents(database, 'seq <= ?', event.id);
    else if (!(yield* dropOldestRun(database))) {
      const span = firstOf(allRows<Measured>(oldestSpans, piece.rows), bytes).at(-1);
      if (span === undefined) return;
      dropSpans(database, 'id <= ?', span.id);
    }
    yield;
  }
}

/** @returns false if there is none that may go */
function* dropOldestRun(database: DatabaseSync): Generator<undefined, boolean> {
  const oldest = database
    .prepare(
      `SELECT run_id FROM runs AS candidate
       WHERE EXISTS (SELECT 1 FROM runs WHERE vm = candidate.vm AND (sort_at, rowid) > (candidate.sort_at, candidate.rowid))
       ORDER BY sort_at, rowid LIMIT 1`,
    )
    .get();
  if (oldest === undefined) return false;
  const runId = String(oldest['run_id']);
  // The run itself goes first, so that nobody sees half of it. The note is for the next process, if this one is killed before the end.
  inTransaction(database, () => {
    database.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(droppedRun, runId);
    database.prepare('DELETE FROM runs WHERE run_id = ?').run(runId);
  });
  yield;
  yield* dropRestOfRun(database);
  return true;
}

/** Drops what is left of the run that was dropped last. The archive removes the files that nothing names any more. */
function* dropRestOfRun(database: DatabaseSync): Generator<undefined, void> {
  const runId = database.prepare('SELECT value FROM meta WHERE key = ?').get(droppedRun)?.['value'];
  if (typeof runId !== 'string') return;
  for (const sql of [
    'DELETE FROM kept_files WHERE rowid IN (SELECT kept_files.rowid FROM kept JOIN kept_files ON kept_id = kept.id WHERE run_id = ? LIMIT ?)',
    'DELETE FROM kept WHERE id IN (SELECT id FROM kept WHERE run_id = ? LIMIT ?)',
  ]) {
    const drop = database.prepare(sql);
    while (drop.run(runId, piece.rows).changes > 0) yield;
  }
  const tasks = database.prepare(
    'SELECT rowid AS id, octet_length(record) AS bytes FROM tasks WHERE run_id = ? LIMIT ?',
  );
  const drop = database.prepare('DELETE FROM tasks WHERE rowid IN (SELECT value FROM json_each(?))');
  for (;;) {
    const rows = firstOf(allRows<Measured>(tasks, runId, piece.rows), piece.mostBytes);
    if (rows.length === 0) break;
    drop.run(idList(rows));
    yield;
  }
  database.prepare('DELETE FROM meta WHERE key = ?').run(droppedRun);
}

function idList(rows: readonly Measured[]): string {
  return JSON.stringify(rows.map(({ id }) => id));
}

/** Makes the file as small as what is in it. */
function* giveBackPages(database: DatabaseSync): Generator<undefined, void> {
  for (let free = pragma(database, 'freelist_count'); free > 0;) {
    database.exec(`PRAGMA incremental_vacuum(${piece.pages})`);
    const left = pragma(database, 'freelist_count');
    if (left >= free) break;
    free = left;
    yield;
  }
  // Another program may be reading: BenchTray does not wait for it.
  const timeoutMs = pragma(database, 'timeout', 'busy_timeout');
  database.exec('PRAGMA busy_timeout=0');
  try {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    database.exec(`PRAGMA busy_timeout=${timeoutMs}`);
  }
}

/** Bytes in use within the file. */
export function usedBytes(database: DatabaseSync): number {
  const pages = pragma(database, 'page_count') - pragma(database, 'freelist_count');
  return pages * pragma(database, 'page_size');
}

/** @param column of its answer, where that has another name */
function pragma(database: DatabaseSync, column: string, name = column): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[column]);
}
