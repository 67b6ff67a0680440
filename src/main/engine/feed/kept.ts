/** The index of the archive: which files of an ended attempt are kept on this machine, and which are still to be copied. */
import type { DatabaseSync } from 'node:sqlite';
import type { TaskRecord } from './model.ts';
import { allRows, isTime, readable, valueOf } from './rows.ts';

/** Identifies an attempt at a task. */
export type AttemptKey = Pick<TaskRecord, 'runId' | 'domain' | 'taskId' | 'attempt'>;

/** wanted: the files are still to be copied. done: they were copied. gone: they cannot be copied. */
export type KeptState = 'wanted' | 'done' | 'gone';

export interface KeptFile {
  /** Name of the file on the VM. */
  readonly name: string;
  readonly kind: 'screen' | 'text';
  /** SHA-256 of its bytes, in hex. */
  readonly hash: string;
  readonly sizeBytes: number;
  /** Bytes in the archive. */
  readonly storedBytes: number;
  /** Pixels of a screenshot; null for a text. */
  readonly width: number | null;
  readonly height: number | null;
  /** When it was last written to; epoch milliseconds. */
  readonly modifiedAt: number;
}

/** The kept files of an attempt. */
export interface KeptTask extends AttemptKey {
  readonly state: KeptState;
  /** Since when it is in this state; epoch milliseconds. */
  readonly since: number;
  /** A word that says why its files or its screenshots are missing; null: nothing is missing. */
  readonly why: string | null;
  /** Added to a local time in its texts, read as UTC, to get epoch milliseconds. */
  readonly clockOffsetMs: number;
  /** In the order of their names. */
  readonly files: readonly KeptFile[];
}

/** The attempts of a run with the same state and reason. */
export interface KeptGroup extends Pick<KeptTask, 'state' | 'why'> {
  readonly attempts: number;
  readonly withScreens: number;
  readonly withTexts: number;
  /** Since when the first and the last of them are in this state; epoch milliseconds. */
  readonly firstSince: number;
  readonly lastSince: number;
}

/** Bytes that the kept files of a run use on disk. */
export interface KeptShare {
  readonly runId: string;
  readonly vm: string;
  /** When it started, or was first seen; epoch milliseconds. 0: the journal has dropped the run. */
  readonly startedAt: number;
  readonly bytes: number;
}

export interface Kept {
  /** Returns what is kept of an attempt; null: it runs, or it ended before anything was kept. */
  keptTask(key: AttemptKey): KeptTask | null;
  /** Returns what is kept of the ended attempts of a run, in groups. */
  keptOfRun(runId: string): readonly KeptGroup[];
  /** Returns attempts of a VM whose files are still to be copied, the newest first. */
  wantedTasks(vm: string, limit: number): readonly (AttemptKey & { readonly since: number })[];
  /** Returns the oldest attempts that have files of this kind: of the oldest runs, and in the order in which they ended. */
  oldestKept(kind: KeptFile['kind'], limit: number): readonly AttemptKey[];
  /** Returns whether a run is older than all runs with kept screenshots. */
  isOlderThanKept(runId: string): boolean;
  /** Returns what the kept files of this kind take on disk. Equal files count once. */
  keptBytes(kind: KeptFile['kind']): number;
  /** Returns what a kept file takes on disk, which attempts may share; 0: no attempt has it. */
  storedBytes(kind: KeptFile['kind'], hash: string): number;
  /** Returns how the kept files of this kind share out among the runs, the oldest run first. A file of several runs counts for the newest. */
  keptShares(kind: KeptFile['kind']): readonly KeptShare[];
  /** Returns whether any attempt has a file with this hash. */
  isHashKept(hash: string): boolean;
}

export interface KeptTable {
  readonly reader: Kept;
  /** Marks an ended attempt for copying, unless it is known. In memory: a row beside each event would make its commit a third slower. */
  want(key: AttemptKey, vm: string, at: number): void;
  /** Returns whether attempts are marked that are not written down. */
  hasUnwritten(): boolean;
  /** Writes down which attempts are marked. */
  writeWanted(): void;
  /** Marks attempts that ended before a crash, when they were not written down yet. */
  wantUnwritten(): void;
  /** Replaces what is known of attempts. One that was erased stays erased. */
  put(tasks: readonly KeptTask[]): void;
}

interface KeptRow {
  readonly id: number;
  readonly run_id: string;
  readonly domain: string;
  readonly task_id: string;
  readonly attempt: number;
  readonly state: KeptState;
  readonly since: number;
  readonly why: string | null;
  readonly clock_offset_ms: number;
}

interface FileRow {
  readonly name: string;
  readonly kind: KeptFile['kind'];
  readonly hash: string;
  readonly size_bytes: number;
  readonly stored_bytes: number;
  readonly width: number | null;
  readonly height: number | null;
  readonly modified_at: number;
}

interface ShareRow {
  readonly run_id: string;
  readonly vm: string;
  readonly started_at: number;
  readonly bytes: number;
}

/** So many of the newest attempts may be missing in the index after a crash. */
const mostUnwritten = 1000;

const thisTask = 'run_id = ?1 AND domain = ?2 AND task_id = ?3 AND attempt = ?4';
const columns = `kept.id, kept.run_id, domain, task_id, attempt, kept.state, CAST(since AS REAL) AS since, why,
  CAST(clock_offset_ms AS REAL) AS clock_offset_ms`;
const has = (kind: KeptFile['kind']): string =>
  `EXISTS (SELECT 1 FROM kept_files WHERE kept_id = kept.id AND kind = '${kind}')`;
const fileColumns = `name, kind, hash, CAST(size_bytes AS REAL) AS size_bytes, CAST(stored_bytes AS REAL) AS stored_bytes,
  CAST(width AS REAL) AS width, CAST(height AS REAL) AS height, CAST(modified_at AS REAL) AS modified_at`;

export function createKeptTable(database: DatabaseSync): KeptTable {
  const statements = {
    want: database.prepare(`INSERT OR IGNORE INTO kept (run_id, domain, task_id, attempt, vm, state, since)
      VALUES (?1, ?2, ?3, ?4, ?5, 'wanted', ?6)`),
    wantUnwritten:
      database.prepare(`INSERT OR IGNORE INTO kept (run_id, domain, task_id, attempt, vm, state, since)
      SELECT run_id, domain, task_id, attempt, vm, 'wanted', COALESCE(ended_at, sort_at)
      FROM (SELECT * FROM tasks WHERE rowid > (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'kept_after_task')
        ORDER BY rowid DESC LIMIT ${mostUnwritten}) JOIN runs USING (run_id) WHERE outcome IS NOT NULL`),
    put: database.prepare(
      `UPDATE kept SET state = ?5, since = ?6, why = ?7, clock_offset_ms = ?8 WHERE ${thisTask} RETURNING id`,
    ),
    dropFiles: database.prepare('DELETE FROM kept_files WHERE kept_id = ?'),
    addFile: database.prepare('INSERT OR REPLACE INTO kept_files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    task: database.prepare(`SELECT ${columns} FROM kept WHERE ${thisTask}`),
    ofRun: database.prepare(`SELECT state, why, COUNT(*) AS attempts, SUM(${has('screen')}) AS withScreens,
      SUM(${has('text')}) AS withTexts, CAST(MIN(since) AS REAL) AS firstSince, CAST(MAX(since) AS REAL) AS lastSince
      FROM kept WHERE run_id = ? GROUP BY state, why ORDER BY MIN(id)`),
    files: database.prepare(`SELECT ${fileColumns} FROM kept_files WHERE kept_id = ? ORDER BY name`),
    wanted: database.prepare(
      `SELECT ${columns} FROM kept WHERE vm = ? AND state = 'wanted' ORDER BY id DESC LIMIT ?`,
    ),
    // Without its run, which was pruned, an attempt comes first.
    oldest: database.prepare(`SELECT ${columns} FROM kept LEFT JOIN runs USING (run_id)
      WHERE kept.id IN (SELECT kept_id FROM kept_files WHERE kind = ?) ORDER BY sort_at, kept.id LIMIT ?`),
    isOlder: database.prepare(`SELECT MIN(sort_at) > (SELECT sort_at FROM runs WHERE run_id = ?) AS value
      FROM runs WHERE run_id IN (SELECT run_id FROM kept WHERE id IN (SELECT kept_id FROM kept_files WHERE kind = 'screen'))`),
    bytes: database.prepare(
      'SELECT SUM(bytes) AS value FROM (SELECT MAX(stored_bytes) AS bytes FROM kept_files WHERE kind = ? GROUP BY hash)',
    ),
    stored: database.prepare('SELECT MAX(stored_bytes) AS value FROM kept_files WHERE hash = ? AND kind = ?'),
    shares: database.prepare(`SELECT run_id, vm, CAST(started_at AS REAL) AS started_at, SUM(bytes) AS bytes
      FROM (SELECT kept.run_id, kept.vm, stored_bytes AS bytes, MAX(COALESCE(sort_at, 0)) AS started_at
        FROM kept_files JOIN kept ON kept.id = kept_id LEFT JOIN runs USING (run_id) WHERE kind = ? GROUP BY hash)
      GROUP BY run_id ORDER BY started_at, run_id`),
    hash: database.prepare('SELECT 1 AS value FROM kept_files WHERE hash = ? LIMIT 1'),
  };

  let unwritten: (AttemptKey & { readonly vm: string; readonly at: number })[] = [];

  function toTask(row: KeptRow): KeptTask | null {
    const files = readable(allRows<FileRow>(statements.files, row.id), toFile);
    return isTime(row.since)
      ? {
          ...toKey(row),
          ...{ state: row.state, since: row.since, why: row.why, files },
          clockOffsetMs: row.clock_offset_ms,
        }
      : null;
  }

  const reader: Kept = {
    keptTask: (key) => readable(allRows<KeptRow>(statements.task, ...keyOf(key)), toTask)[0] ?? null,
    keptOfRun: (runId) => allRows<KeptGroup>(statements.ofRun, runId),
    wantedTasks: (vm, limit) =>
      allRows<KeptRow>(statements.wanted, vm, limit).map((row) => ({ ...toKey(row), since: row.since })),
    oldestKept: (kind, limit) => allRows<KeptRow>(statements.oldest, kind, limit).map(toKey),
    isOlderThanKept: (runId) => valueOf(statements.isOlder, runId) === 1,
    keptBytes: (kind) => valueOf(statements.bytes, kind) ?? 0,
    storedBytes: (kind, hash) => valueOf(statements.stored, hash, kind) ?? 0,
    keptShares: (kind) =>
      allRows<ShareRow>(statements.shares, kind).map(({ run_id, vm, started_at, bytes }) => ({
        ...{ runId: run_id, vm, bytes },
        startedAt: isTime(started_at) ? started_at : 0,
      })),
    isHashKept: (hash) => valueOf(statements.hash, hash) === 1,
  };
  return {
    reader,
    want({ runId, domain, taskId, attempt }, vm, at) {
      // Not the record itself, whose texts would stay in memory.
      unwritten.push({ runId, domain, taskId, attempt, vm, at });
    },
    hasUnwritten: () => unwritten.length > 0,
    writeWanted() {
      for (const key of unwritten) statements.want.run(...keyOf(key), key.vm, key.at);
      unwritten = [];
    },
    wantUnwritten() {
      statements.wantUnwritten.run();
    },
    put(tasks) {
      for (const task of tasks) {
        const id = statements.put.get(...keyOf(task), task.state, task.since, task.why, task.clockOffsetMs)?.[
          'id'
        ];
        if (id === undefined) continue;
        statements.dropFiles.run(id);
        for (const { name, kind, hash, sizeBytes, storedBytes, width, height, modifiedAt } of task.files)
          statements.addFile.run(id, name, kind, hash, sizeBytes, storedBytes, width, height, modifiedAt);
      }
    },
  };
}

function keyOf({ runId, domain, taskId, attempt }: AttemptKey): [string, string, string, number] {
  return [runId, domain ?? '', taskId, attempt];
}

function toKey({ run_id, domain, task_id, attempt }: KeptRow): AttemptKey {
  return { runId: run_id, domain: domain === '' ? null : domain, taskId: task_id, attempt };
}

function toFile(row: FileRow): KeptFile | null {
  const { name, kind, hash, size_bytes, stored_bytes, width, height, modified_at } = row;
  return isTime(modified_at)
    ? {
        name,
        kind,
        hash,
        sizeBytes: size_bytes,
        storedBytes: stored_bytes,
        width,
        height,
        modifiedAt: modified_at,
      }
    : null;
}
