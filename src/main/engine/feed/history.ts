/**
 * The history: every run, and every attempt at a task. Each row has its whole record as JSON, and columns for search and comparison
 * (migrations/ describes them).
 */
import type { DatabaseSync } from 'node:sqlite';
import { benchmarkOf } from '../run/benchmark.ts';
import { runFigures, type RunFigures } from '../run/score-figures.ts';
import type { RunRecord, TaskRecord } from './model.ts';
import { createRunSearch, runColumns, taskNamesOf, type RunQuery, type RunRow } from './run-search.ts';
import { allRows, hasTimes, isObject, readable, type JsonReader } from './rows.ts';

/** A run of the history, with the figures that it is compared by. */
export interface StoredRun extends RunRecord {
  readonly figures: RunFigures;
  /** Null: neither its log nor the names of its tasks tell. */
  readonly benchmark: string | null;
}

export interface History {
  /** Newest first. */
  runs(query: RunQuery): readonly StoredRun[];
  run(id: string): StoredRun | null;
  /**
   * Returns the newest run before this one that is worth a comparison: it is over, of the same benchmark, and has scored at least half of
   * the tasks that this one has scored. Any VM, agent and model will do. Null: none of the 200 runs before is.
   */
  comparableBefore(run: StoredRun): StoredRun | null;
  /** Names of all VMs with a run, watched or not. */
  vmsWithRuns(): readonly string[];
  /** In the order in which they ended. */
  tasksOf(runId: string): readonly TaskRecord[];
  /**
   * Every ended attempt of every run of the VM at this task, oldest first. A domain that is not known fits every domain.
   * @param vm null: of every VM
   */
  attemptsAt(vm: string | null, domain: string | null, taskId: string): readonly TaskRecord[];
}

export interface HistoryTables {
  readonly reader: History;
  /** @returns whether anything about the run is new */
  putRun(run: RunRecord, at: number): boolean;
  /**
   * Writes an attempt, unless it has been reported. One statement does both: to look first would take a tenth longer.
   * @param eventSeq the event that reports it; null: not reported
   * @returns whether it was written
   */
  putTask(task: TaskRecord, eventSeq: number | null): boolean;
  /** Replaces the record, also of a task that has been reported. Its texts are kept if the new record has none. */
  correctTask(task: TaskRecord): void;
}

const thisTask = 'run_id = ?1 AND domain = ?2 AND task_id = ?3 AND attempt = ?4';

interface TaskRow {
  readonly run_id: string;
  readonly record: string;
  readonly domain: string;
  readonly task_id: string;
  readonly attempt: number;
}

const taskColumns = 'tasks.run_id, tasks.domain, tasks.task_id, tasks.attempt, tasks.record';

/** Looks into each run by the key of the tasks: an index by task would make each end of a task a fifth slower to write. */
const attemptsAt = (inDomain: string): string => `SELECT ${taskColumns}
  FROM runs CROSS JOIN tasks ON tasks.run_id = runs.run_id
  WHERE (?1 IS NULL OR runs.vm = ?1) AND tasks.task_id = ?2 ${inDomain}
  ORDER BY runs.sort_at, runs.rowid, tasks.rowid`;

const overStates = ['finished', 'crashed', 'interrupted'] as const;
/** So many of the runs before one are looked at for a comparison, page by page. */
const mostRunsBefore = 200;
const runsPerPage = 20;

export function createHistoryTables(database: DatabaseSync, columns: JsonReader): HistoryTables {
  const search = createRunSearch(database);
  const statements = {
    putRun: database.prepare(`INSERT INTO runs (run_id, vm, sort_at, state, agent, model, record)
      VALUES (?1, ?2, COALESCE(?3, ?4), ?5, ?6, ?7, ?8)
      ON CONFLICT DO UPDATE SET sort_at = COALESCE(?3, sort_at), state = ?5, agent = ?6, model = ?7, record = ?8
      WHERE record <> ?8`),
    run: database.prepare(`SELECT ${runColumns} FROM runs WHERE run_id = ?`),
    // A reported attempt keeps its record.
    putTask: database.prepare(`INSERT INTO tasks
        (run_id, domain, task_id, attempt, outcome, score, success, steps, started_at, ended_at, record, event_seq)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
      ON CONFLICT DO UPDATE SET outcome = ?5, score = ?6, success = ?7, steps = ?8, started_at = ?9, ended_at = ?10,
        record = ?11, event_seq = ?12 WHERE event_seq IS NULL`),
    correctTask: database.prepare(`UPDATE tasks SET outcome = ?5, score = ?6, success = ?7, steps = ?8,
      started_at = ?9, ended_at = ?10, record = ?11 WHERE ${thisTask}`),
    task: database.prepare(`SELECT ${taskColumns} FROM tasks WHERE ${thisTask}`),
    tasksOf: database.prepare(`SELECT ${taskColumns} FROM tasks WHERE run_id = ? ORDER BY rowid`),
    attemptsAt: database.prepare(attemptsAt("AND tasks.domain IN ('', ?3)")),
    attemptsInAnyDomain: database.prepare(attemptsAt('')),
  };

  function putTask(task: TaskRecord, eventSeq: number | null): boolean {
    return statements.putTask.run(...keyOf(task), ...columnsOf(task), eventSeq).changes > 0;
  }

  function toRun(row: RunRow): StoredRun | null {
    const { run_id: key, record: json } = row;
    const run = columns.parse<RunRecord>(
      { table: 'runs', key, json },
      (value) =>
        typeof value.runId === 'string' &&
        isObject(value.arguments) &&
        hasTimes(value, ['startedAt', 'lastEventAt', 'endedAt']),
    );
    if (run === null) return null;
    const benchmark = benchmarkOf(run.dialect, taskNamesOf(row));
    return { ...run, figures: runFigures(run, run.totalTasks), benchmark };
  }

  function toTask({ run_id, domain, task_id, attempt, record: json }: TaskRow): TaskRecord | null {
    const key = JSON.stringify([run_id, domain, task_id, attempt]);
    return columns.parse<TaskRecord>(
      { table: 'tasks', key, json },
      (value) => typeof value.taskId === 'string' && hasTimes(value, ['startedAt', 'endedAt']),
    );
  }

  /** Fills the page beyond damaged rows, because a page that is not full is the last. */
  function runs(query: RunQuery): readonly StoredRun[] {
    const found: StoredRun[] = [];
    let page = query;
    for (;;) {
      const limit = query.limit - found.length;
      const rows = search.rows({ ...page, limit });
      found.push(...readable(rows, toRun));
      const last = rows.at(-1);
      if (rows.length < limit || found.length === query.limit || last === undefined) return found;
      page = { ...query, before: last.run_id };
    }
  }

  function comparableBefore(run: StoredRun): StoredRun | null {
    let before = run.runId;
    for (let seen = 0; seen < mostRunsBefore; seen += runsPerPage) {
      const page = runs({ states: overStates, before, limit: runsPerPage });
      const found = page.find((other) => isComparable(run, other));
      if (found !== undefined) return found;
      const oldest = page.at(-1);
      if (oldest === undefined || page.length < runsPerPage) return null;
      before = oldest.runId;
    }
    return null;
  }

  function isComparable(run: StoredRun, other: StoredRun): boolean {
    const isSameBenchmark =
      run.benchmark === null ? run.dialect === other.dialect : run.benchmark === other.benchmark;
    if (!isSameBenchmark) return false;
    const { common, scored } = search.commonTasks(run.runId, other.runId);
    return common > 0 && 2 * common >= scored;
  }

  const reader: History = {
    runs,
    run: (id) => readable(allRows<RunRow>(statements.run, id), toRun)[0] ?? null,
    comparableBefore,
    vmsWithRuns: () => search.vms(),
    tasksOf: (runId) => readable(allRows<TaskRow>(statements.tasksOf, runId), toTask),
    attemptsAt: (vm, domain, taskId) =>
      readable(
        domain === null
          ? allRows<TaskRow>(statements.attemptsInAnyDomain, vm, taskId)
          : allRows<TaskRow>(statements.attemptsAt, vm, taskId, domain),
        toTask,
      ),
  };
  return {
    reader,
    putRun(run, at) {
      const { agent, model } = run.arguments;
      const nextBest = run.lastEventAt ?? at;
      const place = [run.runId, run.vm, run.startedAt, nextBest] as const;
      return statements.putRun.run(...place, run.state, agent, model, JSON.stringify(run)).changes > 0;
    },
    putTask,
    correctTask(task) {
      const [before] = readable(allRows<TaskRow>(statements.task, ...keyOf(task)), toTask);
      const instruction = task.instruction ?? before?.instruction ?? null;
      const message = task.message ?? (before?.outcome === task.outcome ? before.message : null);
      const faultEvidence =
        task.faultEvidence ?? (before?.fault === task.fault ? before?.faultEvidence : undefined);
      const record: TaskRecord = {
        ...task,
        ...{ instruction, message, catchUp: before?.catchUp ?? task.catchUp },
        ...(faultEvidence === undefined ? {} : { faultEvidence }),
      };
      const { changes } = statements.correctTask.run(...keyOf(task), ...columnsOf(record));
      if (changes === 0) putTask(task, null);
    },
  };
}

function keyOf(task: TaskRecord): [string, string, string, number] {
  return [task.runId, task.domain ?? '', task.taskId, task.attempt];
}

type Columns = [string | null, number | null, number, number, number | null, number | null, string];

/** Parameters 5 to 11 of the statements. */
function columnsOf(task: TaskRecord): Columns {
  const { outcome, score, success, steps, startedAt, endedAt } = task;
  return [outcome, score, success ? 1 : 0, steps, whole(startedAt), whole(endedAt), JSON.stringify(task)];
}

/** A time may have a fraction, because BenchTray corrects it by the error of the VM's clock. */
function whole(epochMs: number | null): number | null {
  return epochMs === null ? null : Math.round(epochMs);
}
