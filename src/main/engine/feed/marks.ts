/** The state of a VM's watcher that survives restarts: positions in logs, open conditions, the time of the last answer. */
import type { DatabaseSync } from 'node:sqlite';
import type { ErrorCode, ErrorPayload, StateCode } from '../../../shared/stream.ts';
import { restoreRun } from '../run/run-birth.ts';
import type { FollowState, Heard, OpenCondition } from './model.ts';
import { allRows, hasTimes, isObject, isTime, readable, valueOf, type JsonReader } from './rows.ts';

export interface Marks {
  /** Returns the stored time of the VM's last answer; null: it never answered. */
  heard(vm: string): Heard | null;
  loadFollow(vm: string, log: string): FollowState | null;
  /** The log of a VM whose reading was written last. */
  latestFollow(vm: string): FollowState | null;
  openConditions(vm?: string): readonly OpenCondition[];
}

export interface MarkTables {
  readonly reader: Marks;
  putFollow(vm: string, state: FollowState, at: number): void;
  /** @returns false when it is open already */
  openCondition(vm: string, condition: OpenCondition): boolean;
  /** @returns when it began, null when it is not open */
  closeCondition(vm: string, code: StateCode): number | null;
  /** @returns when this VM was first seen, which is `at` when that is now */
  firstSeen(vm: string, at: number): number;
  putHeard(vm: string, heard: Heard): void;
}

export function createMarkTables(database: DatabaseSync, columns: JsonReader): MarkTables {
  const statements = {
    // REPLACE gives the row a new and highest rowid: the newest is the one written last.
    putFollow: database.prepare('INSERT OR REPLACE INTO follow VALUES (?, ?, ?, ?)'),
    follow: database.prepare('SELECT vm, log, state FROM follow WHERE vm = ? AND log = ?'),
    latestFollow: database.prepare(
      'SELECT vm, log, state FROM follow WHERE vm = ? ORDER BY rowid DESC LIMIT 1',
    ),
    openCondition: database.prepare('INSERT OR IGNORE INTO conditions VALUES (?, ?, ?, ?)'),
    closeCondition: database.prepare(
      `DELETE FROM conditions WHERE vm = ? AND code = ? RETURNING ${conditionColumns}`,
    ),
    conditions: database.prepare(
      `SELECT ${conditionColumns} FROM conditions WHERE ?1 IS NULL OR vm = ?1 ORDER BY conditions.began_at, rowid`,
    ),
    addVm: database.prepare('INSERT OR IGNORE INTO vms VALUES (?, ?)'),
    firstSeen: database.prepare('SELECT CAST(first_seen_at AS REAL) AS value FROM vms WHERE name = ?'),
    putHeard: database.prepare('INSERT OR REPLACE INTO heard VALUES (?, ?)'),
    heard: database.prepare('SELECT heard FROM heard WHERE vm = ?'),
  };

  function toFollow({ vm, log, state: json }: FollowRow): FollowState | null {
    const state = columns.parse<FollowState>(
      { table: 'follow', key: JSON.stringify([vm, log]), json },
      ({ offset, run }) => Number.isSafeInteger(offset) && (run === null || isRun(run)),
    );
    return state === null ? null : { ...state, run: state.run === null ? null : restoreRun(state.run) };
  }

  /** A condition with a damaged row stays open: clients have its event, so they need the event of its end. */
  function toCondition({ vm, code, began_at, error: json }: ConditionRow): OpenCondition {
    const column = { table: 'conditions', key: JSON.stringify([vm, code]), json };
    const error = columns.parse<ErrorPayload>(
      column,
      ({ message, began_at: told }) => typeof message === 'string' && isTime(Date.parse(String(told))),
    );
    if (!isTime(began_at)) columns.leaveOut(column);
    const beganAt = isTime(began_at) ? began_at : Date.parse(error?.began_at ?? epoch);
    return { vm, code, beganAt, error: error ?? lostError(vm, code, beganAt) };
  }

  const reader: Marks = {
    heard: (vm) =>
      readable(allRows<{ readonly heard: string }>(statements.heard, vm), ({ heard: json }) =>
        columns.parse<Heard>({ table: 'heard', key: vm, json }, ({ at }) => isTime(at)),
      )[0] ?? null,
    loadFollow: (vm, log) => readable(allRows<FollowRow>(statements.follow, vm, log), toFollow)[0] ?? null,
    latestFollow: (vm) => readable(allRows<FollowRow>(statements.latestFollow, vm), toFollow)[0] ?? null,
    openConditions: (vm) => allRows<ConditionRow>(statements.conditions, vm ?? null).map(toCondition),
  };
  return {
    reader,
    putFollow(vm, state, at) {
      statements.putFollow.run(vm, state.log, at, JSON.stringify(state));
    },
    openCondition: (vm, { code, beganAt, error }) =>
      statements.openCondition.run(vm, code, beganAt, JSON.stringify(error)).changes > 0,
    closeCondition: (vm, code) =>
      allRows<ConditionRow>(statements.closeCondition, vm, code).map(toCondition)[0]?.beganAt ?? null,
    firstSeen(vm, at) {
      statements.addVm.run(vm, at);
      const stored = valueOf(statements.firstSeen, vm);
      if (isTime(stored)) return stored;
      columns.leaveOut({ table: 'vms', key: vm, json: '' });
      return at;
    },
    putHeard(vm, heard) {
      statements.putHeard.run(vm, JSON.stringify(heard));
    },
  };
}

const conditionColumns = 'vm, code, CAST(began_at AS REAL) AS began_at, error';
const epoch = '1970-01-01T00:00:00.000Z';

interface ConditionRow {
  readonly vm: string;
  readonly code: StateCode;
  readonly began_at: number;
  readonly error: string;
}

interface FollowRow {
  readonly vm: string;
  readonly log: string;
  readonly state: string;
}

/** Whether a stored run has what every reader of it relies on. */
function isRun(run: unknown): boolean {
  if (!isObject(run) || !('runId' in run) || typeof run.runId !== 'string') return false;
  if (!hasTimes(run, ['startedAt', 'lastEventAt', 'endedAt'])) return false;
  if ('next' in run && run.next !== null && !isRun(run.next)) return false;
  const tasks: unknown = 'tasks' in run ? run.tasks : [];
  return (
    Array.isArray(tasks) && tasks.every((task) => isObject(task) && hasTimes(task, ['startedAt', 'endedAt']))
  );
}

/** Returns what stands for an error with a damaged row. */
export function lostError(vm: string, code: ErrorCode, beganAt: number): ErrorPayload {
  return {
    message: 'BenchTray lost the details of this error: its row in the journal is damaged.',
    vm,
    code,
    severity: 'warning',
    detail: null,
    hint: null,
    began_at: new Date(beganAt).toISOString(),
  };
}
