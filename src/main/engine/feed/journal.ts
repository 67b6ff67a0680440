/** Everything that is asked of the journal and written into it, statement by statement. Knows no order and no rules. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { ErrorPayload, JournalPayload, StateCode } from '../../../shared/stream.ts';
import { restoreRun } from '../run/run-birth.ts';
import { runFigures, type RunFigures } from '../run/score-figures.ts';
import type { JournalFile } from './journal-file.ts';
import type {
  EventText,
  FollowState,
  Heard,
  JournalEvent,
  OpenCondition,
  RunRecord,
  TaskRecord,
} from './model.ts';

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

export type Journal = ReturnType<typeof createJournal>;

interface EventRow {
  readonly seq: number;
  readonly vm: string;
  readonly type: JournalPayload['type'];
  readonly at: number;
  readonly data: string;
}
interface RunRow {
  readonly record: string;
  readonly tasks_scored: number;
}

/** Records of older journals lack the counts of scored tasks. */
type StoredRecord = Omit<RunRecord, 'scored' | 'scoredSucceeded'> &
  Partial<Pick<RunRecord, 'scored' | 'scoredSucceeded'>>;

const selectRuns = `SELECT record, (SELECT COUNT(DISTINCT domain || char(0) || task_id) FROM tasks
    WHERE tasks.run_id = runs.run_id AND is_scored = 1) AS tasks_scored FROM runs`;

export function createJournal({ database, journalId, numbers }: JournalFile) {
  const prepare = (sql: string): StatementSync => database.prepare(sql);
  const statements = {
    addEvent: prepare('INSERT INTO events (vm, type, at, data) VALUES (?, ?, ?, ?)'),
    events: prepare('SELECT * FROM events WHERE seq > ? ORDER BY seq LIMIT ?'),
    eventsOfVm: prepare('SELECT * FROM events WHERE seq > ? AND vm = ? ORDER BY seq LIMIT ?'),
    texts: prepare('SELECT seq, type, data FROM events WHERE seq > ? AND seq <= ? ORDER BY seq'),
    textsOfVm: prepare(
      'SELECT seq, type, data FROM events WHERE seq > ? AND seq <= ? AND vm = ? ORDER BY seq',
    ),
    count: prepare('SELECT COUNT(*) AS value FROM events WHERE seq > ?'),
    countOfVm: prepare('SELECT COUNT(*) AS value FROM events WHERE seq > ? AND vm = ?'),
    prunedThrough: prepare('SELECT MAX(through_seq) AS value FROM pruned WHERE ?1 IS NULL OR vm = ?1'),
    putRun: prepare(`INSERT INTO runs (run_id, vm, sort_at, record) VALUES (?1, ?2, COALESCE(?3, ?4), ?5)
      ON CONFLICT DO UPDATE SET sort_at = COALESCE(?3, sort_at), record = ?5 WHERE record <> ?5`),
    runs: prepare(`${selectRuns} WHERE (?1 IS NULL OR vm = ?1)
      AND (?2 IS NULL OR (sort_at, rowid) < (SELECT sort_at, rowid FROM runs WHERE run_id = ?2))
      ORDER BY sort_at DESC, rowid DESC LIMIT ?3`),
    run: prepare(`${selectRuns} WHERE run_id = ?`),
    // What has been told stays as it was told.
    putTask: prepare(`INSERT INTO tasks VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET event_seq = excluded.event_seq, is_scored = excluded.is_scored, record = excluded.record
      WHERE event_seq IS NULL`),
    correctTask: prepare(`UPDATE tasks SET is_scored = ?, record = ?
      WHERE run_id = ? AND domain = ? AND task_id = ? AND attempt = ?`),
    task: prepare('SELECT record FROM tasks WHERE run_id = ? AND domain = ? AND task_id = ? AND attempt = ?'),
    isTaskTold: prepare(`SELECT event_seq IS NOT NULL AS value FROM tasks
      WHERE run_id = ? AND domain = ? AND task_id = ? AND attempt = ?`),
    tasksOf: prepare('SELECT record FROM tasks WHERE run_id = ? ORDER BY rowid'),
    // By the runs of the VM, so that the primary key of the tasks finds each.
    attemptsAt: prepare(`SELECT tasks.record FROM runs JOIN tasks ON tasks.run_id = runs.run_id
      WHERE runs.vm = ?1 AND tasks.task_id = ?2 AND (?3 = '' OR tasks.domain IN ('', ?3))
      ORDER BY runs.sort_at, runs.rowid, tasks.rowid`),
    // REPLACE gives the row a new and highest rowid: the newest is the one written last.
    putFollow: prepare('INSERT OR REPLACE INTO follow VALUES (?, ?, ?, ?)'),
    follow: prepare('SELECT state FROM follow WHERE vm = ? AND log = ?'),
    latestFollow: prepare('SELECT state FROM follow WHERE vm = ? ORDER BY rowid DESC LIMIT 1'),
    openCondition: prepare('INSERT OR IGNORE INTO conditions VALUES (?, ?, ?, ?)'),
    closeCondition: prepare('DELETE FROM conditions WHERE vm = ? AND code = ? RETURNING began_at AS value'),
    conditions: prepare('SELECT * FROM conditions WHERE ?1 IS NULL OR vm = ?1 ORDER BY began_at, rowid'),
    addVm: prepare('INSERT OR IGNORE INTO vms VALUES (?, ?)'),
    firstSeen: prepare('SELECT first_seen_at AS value FROM vms WHERE name = ?'),
    putHeard: prepare('INSERT OR REPLACE INTO heard VALUES (?, ?)'),
    heard: prepare('SELECT heard FROM heard WHERE vm = ?'),
  };

  const all = <Row>(statement: StatementSync, ...parameters: SQLInputValue[]): Row[] =>
    statement.all(...parameters) as unknown as Row[];
  const value = (statement: StatementSync, ...parameters: SQLInputValue[]): number | null => {
    const row = statement.get(...parameters);
    return row === undefined ? null : Number(row['value']);
  };
  const idOf = (seq: number): string => `${journalId}-${seq}`;
  const taskKey = (task: TaskRecord): [string, string, string, number] => [
    task.runId,
    task.domain ?? '',
    task.taskId,
    task.attempt,
  ];
  const toEvent = (row: EventRow): JournalEvent => {
    const payload = { type: row.type, data: JSON.parse(row.data) as unknown } as JournalPayload;
    return { ...payload, seq: row.seq, id: idOf(row.seq), vm: row.vm, at: row.at, json: row.data };
  };

  return {
    journalId,
    idOf,
    head: (): number => numbers.head(),
    /** Runs `work` as one transaction, or a part of one: all of it is written, or nothing and the error goes on to the caller. */
    transaction: createTransactions(database),

    addEvent(vm: string, at: number, payload: JournalPayload): JournalEvent {
      const json = JSON.stringify(payload.data);
      // Not RETURNING, for which SQLite makes a table.
      const seq = Number(statements.addEvent.run(vm, payload.type, at, json).lastInsertRowid);
      return { ...payload, seq, id: idOf(seq), vm, at, json };
    },
    eventsAfter: (seq: number, vm: string | null, limit: number): JournalEvent[] =>
      (vm === null
        ? all<EventRow>(statements.events, seq, limit)
        : all<EventRow>(statements.eventsOfVm, seq, vm, limit)
      ).map(toEvent),
    *textsAfter(seq: number, throughSeq: number, vm: string | null): Iterable<EventText> {
      const rows =
        vm === null
          ? statements.texts.iterate(seq, throughSeq)
          : statements.textsOfVm.iterate(seq, throughSeq, vm);
      for (const row of rows as unknown as Iterable<EventRow>)
        yield { seq: row.seq, id: idOf(row.seq), type: row.type, json: row.data };
    },
    countAfter: (seq: number, vm: string | null): number =>
      (vm === null ? value(statements.count, seq) : value(statements.countOfVm, seq, vm)) ?? 0,
    prunedThrough: (vm: string | null): number => value(statements.prunedThrough, vm) ?? 0,

    /** @returns whether anything about the run is new */
    putRun(run: RunRecord, at: number): boolean {
      const nextBest = run.lastEventAt ?? at;
      return (
        statements.putRun.run(run.runId, run.vm, run.startedAt, nextBest, JSON.stringify(run)).changes > 0
      );
    },
    runs: (query: RunQuery): StoredRun[] =>
      all<RunRow>(statements.runs, query.vm ?? null, query.before ?? null, query.limit).map(toRun),
    run(id: string): StoredRun | null {
      const [row] = all<RunRow>(statements.run, id);
      return row === undefined ? null : toRun(row);
    },

    /** @param eventSeq the event that tells it; null: not told */
    putTask(task: TaskRecord, eventSeq: number | null): void {
      statements.putTask.run(...taskKey(task), eventSeq, isScored(task), JSON.stringify(task));
    },
    /** Takes over the outcome, also of a task that has been told; what only the first record knows (its texts) is kept. */
    correctTask(task: TaskRecord): void {
      const [before] = all<{ record: string }>(statements.task, ...taskKey(task));
      if (before === undefined) return this.putTask(task, null);
      const { instruction, catchUp } = JSON.parse(before.record) as TaskRecord;
      const record: TaskRecord = { ...task, instruction: task.instruction ?? instruction, catchUp };
      statements.correctTask.run(isScored(task), JSON.stringify(record), ...taskKey(task));
    },
    isTaskTold: (task: TaskRecord): boolean => value(statements.isTaskTold, ...taskKey(task)) === 1,
    tasksOf: (runId: string): TaskRecord[] =>
      all<{ record: string }>(statements.tasksOf, runId).map((row) => JSON.parse(row.record) as TaskRecord),

    attemptsAt: (vm: string, domain: string | null, taskId: string): TaskRecord[] =>
      all<{ record: string }>(statements.attemptsAt, vm, taskId, domain ?? '').map(
        (row) => JSON.parse(row.record) as TaskRecord,
      ),

    putFollow(vm: string, state: FollowState, at: number): void {
      statements.putFollow.run(vm, state.log, at, JSON.stringify(state));
    },
    /** @param log null: the one that was written last */
    follow(vm: string, log: string | null): FollowState | null {
      const row = log === null ? statements.latestFollow.get(vm) : statements.follow.get(vm, log);
      if (row === undefined) return null;
      const state = JSON.parse(String(row['state'])) as FollowState;
      return { ...state, run: state.run === null ? null : restoreRun(state.run) };
    },

    /** @returns false when it is open already */
    openCondition: (vm: string, condition: OpenCondition): boolean =>
      statements.openCondition.run(vm, condition.code, condition.beganAt, JSON.stringify(condition.error))
        .changes > 0,
    /** @returns when it began, null when it is not open */
    closeCondition: (vm: string, code: StateCode): number | null =>
      value(statements.closeCondition, vm, code),
    conditions: (vm: string | null): OpenCondition[] =>
      all<{ vm: string; code: StateCode; began_at: number; error: string }>(statements.conditions, vm).map(
        (row) => ({
          vm: row.vm,
          code: row.code,
          beganAt: row.began_at,
          error: JSON.parse(row.error) as ErrorPayload,
        }),
      ),

    firstSeen(vm: string, at: number): number {
      statements.addVm.run(vm, at);
      return value(statements.firstSeen, vm) ?? at;
    },
    putHeard(vm: string, heard: Heard): void {
      statements.putHeard.run(vm, JSON.stringify(heard));
    },
    heard(vm: string): Heard | null {
      const row = statements.heard.get(vm);
      return row === undefined ? null : (JSON.parse(String(row['heard'])) as Heard);
    },
  };
}

function isScored(task: TaskRecord): number {
  return task.outcome === 'scored' && task.score !== null ? 1 : 0;
}

function createTransactions(database: DatabaseSync): <Result>(work: () => Result) => Result {
  const whole = {
    begin: database.prepare('BEGIN IMMEDIATE'),
    commit: database.prepare('COMMIT'),
    rollBack: 'ROLLBACK',
  };
  const part = {
    begin: database.prepare('SAVEPOINT step'),
    commit: database.prepare('RELEASE step'),
    rollBack: 'ROLLBACK TO step; RELEASE step',
  };
  return (work) => {
    const { begin, commit, rollBack } = database.isTransaction ? part : whole;
    begin.run();
    try {
      const result = work();
      commit.run();
      return result;
    } catch (error) {
      // A full disk may have ended it already.
      if (database.isTransaction) database.exec(rollBack);
      throw error;
    }
  };
}

function toRun(row: RunRow): StoredRun {
  const record = JSON.parse(row.record) as StoredRecord;
  const scored = record.scored ?? row.tasks_scored;
  const scoredSucceeded = record.scoredSucceeded ?? Math.min(scored, record.succeeded);
  const run = { ...record, scored, scoredSucceeded };
  return { ...run, figures: runFigures(run, run.totalTasks) };
}
