/** Finds runs of the history by their columns: filters, pages, and the run to compare another one with. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { TaskNames } from '../run/benchmark.ts';
import type { RunRecord } from './model.ts';
import { allRows } from './rows.ts';

export interface RunQuery {
  /** Only runs of this VM. */
  readonly vm?: string;
  /** Only runs in one of these states. */
  readonly states?: readonly RunRecord['state'][];
  /** Only runs of this agent, in upper or lower case. */
  readonly agent?: string;
  /** Only runs of this model, in upper or lower case. */
  readonly model?: string;
  /** Only runs with each of these words in their id, VM, agent, model, dialect or log, in upper or lower case. */
  readonly text?: string;
  readonly limit: number;
  /** Only runs older than the run of this id. */
  readonly before?: string;
}

export interface RunRow {
  readonly run_id: string;
  readonly record: string;
  /** Any task id of the run. Null: it has no task. */
  readonly some_task: string | null;
  /** The first and the last of its domains; '' for tasks without one. */
  readonly first_domain: string | null;
  readonly last_domain: string | null;
}

/** The names come from the key of the tasks alone, so that no record is read for them. */
export const runColumns = `runs.run_id, runs.record,
  (SELECT task_id FROM tasks WHERE tasks.run_id = runs.run_id LIMIT 1) AS some_task,
  (SELECT MIN(domain) FROM tasks WHERE tasks.run_id = runs.run_id) AS first_domain,
  (SELECT MAX(domain) FROM tasks WHERE tasks.run_id = runs.run_id) AS last_domain`;

/** Returns the names of the run's tasks; null: it has no task. */
export function taskNamesOf({ some_task: taskId, first_domain, last_domain }: RunRow): TaskNames | null {
  const domain = last_domain === '' ? null : last_domain;
  return taskId === null
    ? null
    : { taskId, domain, onlyDomain: first_domain === last_domain ? domain : null };
}

/** A damaged record has no log and no dialect, and is searched by its columns alone. */
const searched = `(runs.run_id || char(10) || vm || char(10) || ifnull(agent, '') || char(10) || ifnull(model, '') || char(10)
  || CASE WHEN json_valid(record) THEN ifnull(record ->> '$.dialect', '') || char(10) || ifnull(record ->> '$.log', '')
  ELSE '' END)`;

export interface RunSearch {
  /** Newest first. */
  rows(query: RunQuery): readonly RunRow[];
  commonTasks(runId: string, otherId: string): CommonTasks;
  /** Names of all VMs with a run. */
  vms(): readonly string[];
}

export interface CommonTasks {
  /** How many tasks of the run have a score. */
  readonly scored: number;
  /** How many of them have a score in the other run too. */
  readonly common: number;
}

export function createRunSearch(database: DatabaseSync): RunSearch {
  const prepared = new Map<string, StatementSync>();
  const vms = database.prepare('SELECT DISTINCT vm FROM runs ORDER BY vm');
  const common = database.prepare(`
    WITH mine AS (SELECT DISTINCT domain, task_id FROM tasks WHERE run_id = ?1 AND score IS NOT NULL)
    SELECT COUNT(*) AS scored, COUNT(*) FILTER (WHERE EXISTS (SELECT 1 FROM tasks
      WHERE tasks.run_id = ?2 AND tasks.domain = mine.domain AND tasks.task_id = mine.task_id AND score IS NOT NULL)) AS common
    FROM mine`);

  /** There are only as many texts of SQL as there are sets of filters. */
  function statement(sql: string): StatementSync {
    const known = prepared.get(sql) ?? database.prepare(sql);
    prepared.set(sql, known);
    return known;
  }

  return {
    rows(query) {
      const conditions = conditionsOf(query);
      const where = conditions.map(({ sql }) => sql).join(' AND ');
      const sql = `SELECT ${runColumns} FROM runs ${where === '' ? '' : `WHERE ${where}`}
        ORDER BY sort_at DESC, runs.rowid DESC LIMIT ?`;
      return allRows(statement(sql), ...conditions.map(({ value }) => value), query.limit);
    },
    commonTasks(runId, otherId) {
      const [tasks = { scored: 0, common: 0 }] = allRows<CommonTasks>(common, runId, otherId);
      return tasks;
    },
    vms: () => allRows<{ readonly vm: string }>(vms).map(({ vm }) => vm),
  };
}

interface Condition {
  readonly sql: string;
  /** Its one parameter. */
  readonly value: string;
}

function conditionsOf({ vm, states, agent, model, text, before }: RunQuery): readonly Condition[] {
  const words = text?.split(/\s+/).filter((word) => word !== '');
  const wanted: readonly (readonly [sql: string, value: string | undefined])[] = [
    ['vm = ?', vm],
    ['state IN (SELECT value FROM json_each(?))', listText(states)],
    ['agent = ? COLLATE NOCASE', agent],
    ['model = ? COLLATE NOCASE', model],
    [
      `NOT EXISTS (SELECT 1 FROM json_each(?) AS word WHERE ${searched} NOT LIKE word.value ESCAPE '\\')`,
      listText(words?.map((word) => `%${escaped(word)}%`)),
    ],
    ['(sort_at, runs.rowid) < (SELECT sort_at, rowid FROM runs WHERE run_id = ?)', before],
  ];
  return wanted.flatMap(([sql, value]) => (value === undefined ? [] : [{ sql, value }]));
}

function listText(values: readonly string[] | undefined): string | undefined {
  return values === undefined ? undefined : JSON.stringify(values);
}

/** For LIKE: what a person types has no wildcards. */
function escaped(word: string): string {
  return word.replace(/[\\%_]/g, String.raw`\$&`);
}
