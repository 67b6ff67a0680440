/** The events table: ids, positions, and which events were pruned. */
import type { JournalPayload } from '../../../shared/stream.ts';
import type { JournalFile } from './journal-file.ts';
import type { EventText, JournalEvent } from './model.ts';
import { allRows, furthestTime, isTime, readable, valueOf, type JsonReader } from './rows.ts';

/** Reads the events that a reconnecting client has missed. */
export interface Events {
  /** Number of the newest journal event, 0 before the first. */
  head(): number;
  /** The id under which an event goes out. */
  idOf(seq: number): string;
  /** The number within an id; null when it is malformed, of another journal, beyond the head, or of an event that was never written. */
  parseId(text: string): number | null;
  /** Journal events after a position, oldest first. `vm` null: of all VMs. */
  replay(afterSeq: number, vm: string | null, limit: number): readonly JournalEvent[];
  /** The same as they are written, up to a position, read one by one as they are asked for. Not to be kept across turns. */
  texts(afterSeq: number, throughSeq: number, vm: string | null): Iterable<EventText>;
  countAfter(afterSeq: number, vm: string | null): number;
  /** Whether events after this position have been pruned: a client that asks from here has missed some for good. */
  hasPrunedAfter(afterSeq: number, vm: string | null): boolean;
  /** Returns the newest position up to which events have been pruned: a client that asks from before it has missed some for good. */
  prunedThrough(vm: string | null): number;
}

export interface EventTable {
  readonly reader: Events;
  /** The number that the next event will have. */
  nextSeq(): number;
  add(vm: string, at: number, payload: JournalPayload): JournalEvent;
}

interface EventRow {
  readonly seq: number;
  readonly vm: string;
  readonly type: JournalPayload['type'];
  readonly at: number;
  readonly data: string;
}

interface TextRow extends Pick<EventRow, 'seq' | 'type' | 'data'> {
  /** 1 if `data` is JSON and the time is one. */
  readonly is_whole: number;
}

const isTimeColumn = `CAST(at AS REAL) BETWEEN -${furthestTime} AND ${furthestTime}`;
const textColumns = `seq, type, data, json_valid(data) AND ${isTimeColumn} AS is_whole`;
const eventColumns = 'seq, vm, type, CAST(at AS REAL) AS at, data';
/** Streams send `data` as it is, on one line. */
const oneLineObject = /^\{[^\r\n]*$/;

export function createEventTable(
  { database, journalId, numbers }: JournalFile,
  columns: JsonReader,
): EventTable {
  const statements = {
    add: database.prepare('INSERT INTO events (seq, vm, type, at, data) VALUES (?, ?, ?, ?, ?)'),
    after: database.prepare(`SELECT ${eventColumns} FROM events WHERE seq > ? ORDER BY seq LIMIT ?`),
    afterOfVm: database.prepare(
      `SELECT ${eventColumns} FROM events WHERE seq > ? AND vm = ? ORDER BY seq LIMIT ?`,
    ),
    texts: database.prepare(`SELECT ${textColumns} FROM events WHERE seq > ? AND seq <= ? ORDER BY seq`),
    textsOfVm: database.prepare(
      `SELECT ${textColumns} FROM events WHERE seq > ? AND seq <= ? AND vm = ? ORDER BY seq`,
    ),
    count: database.prepare('SELECT COUNT(*) AS value FROM events WHERE seq > ?'),
    countOfVm: database.prepare('SELECT COUNT(*) AS value FROM events WHERE seq > ? AND vm = ?'),
    prunedThrough: database.prepare(
      'SELECT MAX(through_seq) AS value FROM pruned WHERE ?1 IS NULL OR vm = ?1',
    ),
  };
  const idOf = (seq: number): string => `${journalId}-${seq}`;
  const prunedThrough = (vm: string | null): number => valueOf(statements.prunedThrough, vm) ?? 0;
  const columnOf = (seq: number, json: string) => ({ table: 'events', key: String(seq), json });
  const toEvent = (row: EventRow): JournalEvent | null => {
    const data = columns.parse(columnOf(row.seq, row.data), () => isTime(row.at));
    if (data === null) return null;
    const payload = { type: row.type, data } as JournalPayload;
    return { ...payload, seq: row.seq, id: idOf(row.seq), vm: row.vm, at: row.at, json: row.data };
  };
  const reader: Events = {
    head: () => numbers.head(),
    idOf,
    parseId(text) {
      const [, name, digits] = /^([a-z0-9]{8})-(0|[1-9]\d{0,14})$/.exec(text) ?? [];
      const seq = Number(digits);
      return name !== journalId || seq > numbers.head() || numbers.isLost(seq) ? null : seq;
    },
    replay: (afterSeq, vm, limit) =>
      readable(
        vm === null
          ? allRows<EventRow>(statements.after, afterSeq, limit)
          : allRows<EventRow>(statements.afterOfVm, afterSeq, vm, limit),
        toEvent,
      ),
    *texts(afterSeq, throughSeq, vm) {
      const rows =
        vm === null
          ? statements.texts.iterate(afterSeq, throughSeq)
          : statements.textsOfVm.iterate(afterSeq, throughSeq, vm);
      for (const { seq, type, data, is_whole } of rows as unknown as Iterable<TextRow>) {
        if (is_whole === 1 && oneLineObject.test(data)) yield { seq, id: idOf(seq), type, json: data };
        else columns.leaveOut(columnOf(seq, data));
      }
    },
    countAfter: (afterSeq, vm) =>
      (vm === null ? valueOf(statements.count, afterSeq) : valueOf(statements.countOfVm, afterSeq, vm)) ?? 0,
    hasPrunedAfter: (afterSeq, vm) => prunedThrough(vm) > afterSeq,
    prunedThrough,
  };
  return {
    reader,
    nextSeq: () => numbers.head() + 1,
    add(vm, at, payload) {
      const json = JSON.stringify(payload.data);
      const seq = numbers.next();
      statements.add.run(seq, vm, payload.type, at, json);
      return { ...payload, seq, id: idOf(seq), vm, at, json };
    },
  };
}
