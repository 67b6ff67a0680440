/**
 * The history: every run, and every attempt at a task. Each row has its whole record as JSON, and columns for search and comparison
 * (migrations/ describes them).
 */
import type { DatabaseSync } from 'node:sqlite';
import { runFigures, type RunFigures } from '../run/score-figures.ts';
import type { RunRecord, TaskRecord } from './model.ts';
import { allRows, hasTimes, isObject, readable, valueOf, type JsonReader } from './rows.ts';

/** A run of the history, with the figures that it is compared by. */
export interface StoredRun extends RunRecord {
  readonly figures: RunFigures;
}

export interface RunQuery {
  /** Only runs of this VM. */
  readonly vm?: string;
  readonly limit: number;
  /** Only runs older than the run of this id. */
  readonly before?: string;
}

export interface History {
  /** Newest first. */
  runs(query: RunQuery): readonly StoredRun[];
  run(id: string): StoredRun | null;
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
  /** @param eventSeq the event that reports it; null: not reported */
  putTask(task: TaskRecord, eventSeq: number | null): void;
  /** Replaces the record, also of a task that has been reported. Its texts are kept if the new record has none. */
  correctTask(task: TaskRecord): void;
  isTaskTold(task: TaskRecord): boolean;
}

const thisTask = 'run_id = ?1 AND domain = ?2 AND task_id = ?3 AND attempt = ?4';

interface RunRow {
  readonly run_id: string;
  readonly record: string;
}

interface TaskRow extends RunRow {
  readonly domain: string;
  readonly task_id: string;
  readonly attempt: number;
}

const taskColumns = 'tasks.run_id, tasks.domain, tasks.task_id, tasks.attempt, tasks.record';

const runsOlderThan = `(?2 IS NULL OR (sort_at, rowid) < (SELECT sort_at, rowid FROM runs WHERE run_id = ?2))
  ORDER BY sort_at DESC, rowid DESC LIMIT ?3`;

export function createHistoryTables(database: DatabaseSync, columns: JsonReader): HistoryTables {
  const statements = {
    putRun: database.prepare(`INSERT INTO runs (run_id, vm, sort_at, state, agent, model, record)
      VALUES (?1, ?2, COALESCE(?3, ?4), ?5, ?6, ?7, ?8)
      ON CONFLICT DO UPDATE SET sort_at = COALESCE(?3, sort_at), state = ?5, agent = ?6, model = ?7, record = ?8
      WHERE record <> ?8`),
    runs: database.prepare(`SELECT run_id, record FROM runs WHERE ?1 IS NULL AND ${runsOlderThan}`),
    runsOfVm: database.prepare(`SELECT run_id, record FROM runs WHERE vm = ?1 AND ${runsOlderThan}`),
    run: database.prepare('SELECT run_id, record FROM runs WHERE run_id = ?'),
    // A reported attempt keeps its record.
    putTask: database.prepare(`INSERT INTO tasks
        (run_id, domain, task_id, attempt, outcome, score, success, steps, started_at, ended_at, record, event_seq)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
      ON CONFLICT DO UPDATE SET outcome = ?5, score = ?6, success = ?7, steps = ?8, started_at = ?9, ended_at = ?10,
        record = ?11, event_seq = ?12 WHERE event_seq IS NULL`),
    correctTask: database.prepare(`UPDATE tasks SET outcome = ?5, score = ?6, success = ?7, steps = ?8,
      started_at = ?9, ended_at = ?10, record = ?11 WHERE ${thisTask}`),
    task: database.prepare(`SELECT ${taskColumns} FROM tasks WHERE ${thisTask}`),
    isTaskTold: database.prepare(`SELECT event_seq IS NOT NULL AS value FROM tasks WHERE ${thisTask}`),
    tasksOf: database.prepare(`SELECT ${taskColumns} FROM tasks WHERE run_id = ? ORDER BY rowid`),
    attemptsAt: database.prepare(`SELECT ${taskColumns} FROM tasks JOIN runs ON runs.run_id = tasks.run_id
      WHERE tasks.task_id = ?2 AND (?1 IS NULL OR runs.vm = ?1) AND (?3 = '' OR tasks.domain IN ('', ?3))
      ORDER BY runs.sort_at, runs.rowid, tasks.rowid`),
  };

  function putTask(task: TaskRecord, eventSeq: number | null): void {
    statements.putTask.run(...keyOf(task), ...columnsOf(task), eventSeq);
  }

  function toRun({ run_id: key, record: json }: RunRow): StoredRun | null {
    const run = columns.parse<RunRecord>(
      { table: 'runs', key, json },
      (value) =>
        typeof value.runId === 'string' &&
        isObject(value.arguments) &&
        hasTimes(value, ['startedAt', 'lastEventAt', 'endedAt']),
    );
    return run === null ? null : { ...run, figures: runFigures(run, run.totalTasks) };
  }

  function toTask({ run_id, domain, task_id, attempt, record: json }: TaskRow): TaskRecord | null {
    const key = JSON.stringify([run_id, domain, task_id, attempt]);
    return columns.parse<TaskRecord>(
      { table: 'tasks', key, json },
      (value) => typeof value.taskId === 'string' && hasTimes(value, ['startedAt', 'endedAt']),
    );
  }

  /** Fills the page beyond damaged rows, because a page that is not full is the last. */
  function runs({ vm, before, limit }: RunQuery): readonly StoredRun[] {
    const statement = vm === undefined ? statements.runs : statements.runsOfVm;
    const found: StoredRun[] = [];
    let cursor: string | null = before ?? null;
    for (;;) {
      const wanted = limit - found.length;
      const rows: readonly RunRow[] = allRows(statement, vm ?? null, cursor, wanted);
      found.push(...readable(rows, toRun));
      if (rows.length < wanted || found.length === limit) return found;
      cursor = rows.at(-1)?.run_id ?? null;
    }
  }

  const reader: History = {
    runs,
    run: (id) => readable(allRows<RunRow>(statements.run, id), toRun)[0] ?? null,
    tasksOf: (runId) => readable(allRows<TaskRow>(statements.tasksOf, runId), toTask),
    attemptsAt: (vm, domain, taskId) =>
      readable(allRows<TaskRow>(statements.attemptsAt, vm, taskId, domain ?? ''), toTask),
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
      const record: TaskRecord = { ...task, instruction, message, catchUp: before?.catchUp ?? task.catchUp };
      const { changes } = statements.correctTask.run(...keyOf(task), ...columnsOf(record));
      if (changes === 0) putTask(task, null);
    },
    isTaskTold: (task) => valueOf(statements.isTaskTold, ...keyOf(task)) === 1,
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
