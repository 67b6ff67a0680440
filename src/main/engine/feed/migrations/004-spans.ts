/**
 * Version 4: what lasted on a VM, such as an error until it recovered. Events are pruned after some weeks, but the errors of a run stay
 * as long as the run.
 */
import type { Migration } from './migration.ts';

/** An error with texts of at most 500 characters. */
const compact = (error: string): string =>
  ['message', 'detail', 'hint'].reduce(
    (json, name) => `json_set(${json}, '$.${name}', substr(${error} ->> '$.${name}', 1, 500))`,
    error,
  );

const tables = `
  CREATE TABLE spans (
    id INTEGER PRIMARY KEY,
    vm TEXT NOT NULL,
    -- error: of one code. silence: BenchTray did not hear the VM.
    kind TEXT NOT NULL,
    -- The code of the error, or why there was silence.
    code TEXT NOT NULL,
    -- Epoch milliseconds of the wall clock.
    began_at INTEGER NOT NULL,
    -- The same as began_at for an error that is a moment. Null: it lasts.
    ended_at INTEGER,
    -- Milliseconds by a clock that nobody sets. Null if unknown.
    lasted_ms INTEGER,
    -- The payload of the error event as JSON, its texts cut.
    error TEXT,
    -- The message of the recovered event.
    ending TEXT
  ) STRICT;
  CREATE INDEX spans_of_vm ON spans (vm, began_at);
  CREATE INDEX spans_that_last ON spans (vm, code) WHERE ended_at IS NULL;
  -- Errors of a VM that began before this time may be missing.
  CREATE TABLE spans_cut (vm TEXT PRIMARY KEY, before_at INTEGER NOT NULL) STRICT;
`;

/** An absurd number in an event is none: added to a time, it would not fit into a column. 31,700 years. */
const longestMs = 1e15;

/**
 * An error ends with the next event of its code. If that is not its recovery, which is lost then, it counts as a moment. If it is the last
 * one, the table of open errors knows whether it lasts.
 */
const over = `
  WITH told AS (
    SELECT seq, vm, type, at, data, data ->> '$.code' AS code FROM events
    WHERE type IN ('error', 'recovered') AND json_valid(data) AND data ->> '$.code' IS NOT NULL
  ), pairs AS (
    SELECT *, LEAD(type) OVER later AS next_type, LEAD(at) OVER later AS next_at,
      CASE WHEN LEAD(type) OVER later = 'recovered' THEN LEAD(data) OVER later END AS recovered
    FROM told WINDOW later AS (PARTITION BY vm, code ORDER BY seq)
  ), timed AS (
    SELECT *, iif(told_ms BETWEEN -${longestMs} AND ${longestMs}, CAST(told_ms AS INTEGER), NULL) AS lasted_ms
    FROM (SELECT *, 1000 * (recovered ->> '$.lasted_seconds') AS told_ms FROM pairs)
  )
  INSERT INTO spans (vm, kind, code, began_at, ended_at, lasted_ms, error, ending)
  SELECT vm, 'error', code, at,
      -- Somebody may have set the clock back.
      CASE WHEN recovered IS NULL THEN at WHEN next_at < at THEN CAST(at + coalesce(lasted_ms, 0) AS INTEGER) ELSE next_at END,
      lasted_ms, ${compact('data')}, recovered ->> '$.message'
    FROM timed
    WHERE type = 'error' AND NOT (next_type IS NULL AND EXISTS
      (SELECT 1 FROM conditions WHERE conditions.vm = timed.vm AND conditions.code = timed.code))
    ORDER BY seq;
`;

const lasting = `
  INSERT INTO spans (vm, kind, code, began_at, error)
  SELECT vm, 'error', code, began_at, iif(json_valid(error), ${compact('error')}, error) FROM conditions ORDER BY began_at, rowid;
`;

const cut = `
  INSERT INTO spans_cut SELECT vm,
      coalesce((SELECT MIN(at) FROM events WHERE events.vm = pruned.vm), CAST(1000 * unixepoch('subsec') AS INTEGER))
    FROM pruned;
`;

export const spans: Migration = {
  version: 4,
  apply(database) {
    for (const statement of [tables, over, lasting, cut]) database.exec(statement);
  },
};
