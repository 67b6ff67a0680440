/**
 * Spans of a VM: its errors until they recovered, and the times in which BenchTray did not hear it. Written beside the events,
 * which are pruned after some weeks; the spans of a run stay as long as the run, up to 10,000 of a VM.
 */
import type { DatabaseSync } from 'node:sqlite';
import { cutText } from '../../../shared/plain-text.ts';
import type { ErrorCode, ErrorPayload, StateCode } from '../../../shared/stream.ts';
import { lostError } from './marks.ts';
import { allRows, isTime, readable, valueOf, type JsonReader } from './rows.ts';

/** An error. A moment ends when it begins. */
export interface ErrorSpan {
  readonly kind: 'error';
  /** Tells it from every other span of the journal. */
  readonly id: number;
  readonly code: ErrorCode;
  /** Epoch milliseconds. */
  readonly beganAt: number;
  /** Null: it lasts. */
  readonly endedAt: number | null;
  /** Milliseconds by a clock that nobody sets; null if unknown. */
  readonly lastedMs: number | null;
  readonly error: ErrorPayload;
  /** Message of `recovered`; null: it did not recover, or had nothing to recover from. */
  readonly ending: string | null;
}

/** Why BenchTray did not hear a VM: it was not running, or it was, and had no answer or was asleep with this computer. */
export type SilenceReason = 'not_running' | 'no_answer';

/** A time in which BenchTray did not hear the VM. */
export interface SilenceSpan {
  readonly kind: 'silence';
  readonly id: number;
  readonly why: SilenceReason;
  /** Epoch milliseconds: the last answer before it. */
  readonly beganAt: number;
  readonly endedAt: number;
}

export type Span = ErrorSpan | SilenceSpan;
export type Silence = Omit<SilenceSpan, 'kind' | 'id'>;

export interface Spans {
  /** Returns what lasted on a VM at any moment between two times (epoch milliseconds), in the order in which it began. */
  spansBetween(vm: string, from: number, to: number): readonly Span[];
  /** Returns the time before which errors of the VM may be missing, epoch milliseconds; null: BenchTray never watched it. */
  spansKeptFrom(vm: string): number | null;
}

/** Characters of a text that is kept: the event has all of it, as long as it is kept. */
const longestText = 500;

/** How long an error lasted, and what `recovered` said of it. */
export interface ErrorEnd {
  readonly at: number;
  readonly lastedMs: number;
  readonly message: string;
}

export interface SpanTable {
  readonly reader: Spans;
  /** @param beganAt epoch milliseconds @param isMoment it ends when it begins */
  addError(vm: string, beganAt: number, error: ErrorPayload, isMoment: boolean): void;
  endError(vm: string, code: StateCode, end: ErrorEnd): void;
  addSilence(vm: string, silence: Silence): void;
}

interface SpanRow {
  readonly id: number;
  readonly vm: string;
  readonly kind: string;
  readonly code: string;
  readonly began_at: number;
  readonly ended_at: number | null;
  readonly lasted_ms: number | null;
  readonly error: string | null;
  readonly ending: string | null;
}

const spanColumns = `id, vm, kind, code, CAST(began_at AS REAL) AS began_at, CAST(ended_at AS REAL) AS ended_at,
  CAST(lasted_ms AS REAL) AS lasted_ms, error, ending`;

export function createSpanTable(database: DatabaseSync, columns: JsonReader): SpanTable {
  const statements = {
    addError: database.prepare(
      "INSERT INTO spans (vm, kind, code, began_at, ended_at, error) VALUES (?, 'error', ?, ?, ?, ?)",
    ),
    // Somebody may have set the clock back.
    endError:
      database.prepare(`UPDATE spans SET ended_at = iif(?3 < began_at, began_at + ?4, ?3), lasted_ms = ?4, ending = ?5
      WHERE vm = ?1 AND code = ?2 AND ended_at IS NULL`),
    addSilence: database.prepare(
      "INSERT INTO spans (vm, kind, code, began_at, ended_at) VALUES (?, 'silence', ?, ?, ?)",
    ),
    between: database.prepare(`SELECT ${spanColumns} FROM spans
      WHERE vm = ?1 AND began_at <= ?3 AND (ended_at IS NULL OR ended_at >= ?2) ORDER BY spans.began_at, id`),
    keptFrom:
      database.prepare(`SELECT CAST(max(first_seen_at, ifnull(before_at, first_seen_at)) AS REAL) AS value
      FROM vms LEFT JOIN spans_cut ON spans_cut.vm = vms.name WHERE name = ?`),
  };

  function toSpan({ id, vm, kind, code, error: json, ending, ...row }: SpanRow): Span | null {
    const column = { table: 'spans', key: String(id), json: json ?? '' };
    const { began_at: beganAt, ended_at: endedAt } = row;
    // A journal of an early version may have any number.
    const lastedMs = isTime(row.lasted_ms) ? row.lasted_ms : null;
    if (!isTime(beganAt) || !(endedAt === null || isTime(endedAt))) {
      columns.leaveOut(column);
      return null;
    }
    if (kind === 'silence')
      return { kind, id, why: code as SilenceReason, beganAt, endedAt: endedAt ?? beganAt };
    // A damaged row is still an error of that time.
    const error =
      columns.parse<ErrorPayload>(column, ({ message }) => typeof message === 'string') ??
      lostError(vm, code as ErrorCode, beganAt);
    return { kind: 'error', id, code: code as ErrorCode, beganAt, endedAt, lastedMs, error, ending };
  }

  return {
    reader: {
      spansBetween: (vm, from, to) => readable(allRows<SpanRow>(statements.between, vm, from, to), toSpan),
      spansKeptFrom: (vm) => {
        const time = valueOf(statements.keptFrom, vm);
        return isTime(time) ? time : null;
      },
    },
    addError(vm, beganAt, error, isMoment) {
      statements.addError.run(vm, error.code, beganAt, isMoment ? beganAt : null, compact(error));
    },
    endError(vm, code, { at, lastedMs, message }) {
      statements.endError.run(vm, code, at, Math.round(lastedMs), message);
    },
    addSilence(vm, { why, beganAt, endedAt }) {
      statements.addSilence.run(vm, why, Math.round(beganAt), Math.round(endedAt));
    },
  };
}

/** Errors stay as long as runs, so their texts are bounded. */
function compact({ message, detail, hint, ...error }: ErrorPayload): string {
  const cut = (text: string | null): string | null => (text === null ? null : cutText(text, longestText));
  return JSON.stringify({ ...error, message: cut(message), detail: cut(detail), hint: cut(hint) });
}
