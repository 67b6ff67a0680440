/**
 * Version 3: which files of a task's folder are kept on this machine. The files themselves are in the archive, beside the journal. And
 * less to write at each end of a task.
 */
import type { Migration } from './migration.ts';

const tables = `
  -- Ended attempts. One without a row ended before this version, and its files were never copied.
  CREATE TABLE kept (
    id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL,
    -- As in tasks: '' if the log names none.
    domain TEXT NOT NULL, task_id TEXT NOT NULL, attempt INTEGER NOT NULL,
    vm TEXT NOT NULL,
    -- wanted: its files are still to be copied. done: they were copied. gone: they cannot be copied.
    state TEXT NOT NULL,
    -- Epoch milliseconds: when the attempt was wanted, copied, or given up.
    since INTEGER NOT NULL,
    -- A word that says why its files or its screenshots are missing. Null: nothing is missing.
    why TEXT,
    -- Added to a local time in its texts, read as UTC, to get epoch milliseconds.
    clock_offset_ms INTEGER NOT NULL DEFAULT 0,
    UNIQUE (run_id, domain, task_id, attempt)
  ) STRICT;
  CREATE INDEX kept_wanted ON kept (vm, id) WHERE state = 'wanted';
  CREATE TABLE kept_files (
    kept_id INTEGER NOT NULL,
    -- Of the file on the VM.
    name TEXT NOT NULL,
    -- screen or text.
    kind TEXT NOT NULL,
    -- SHA-256 of its bytes, in hex: its name in the archive. Equal files are stored once.
    hash TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    -- What it takes in the archive, where texts are compressed.
    stored_bytes INTEGER NOT NULL,
    -- Of a screenshot, in pixels.
    width INTEGER, height INTEGER,
    -- Epoch milliseconds.
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (kept_id, name)
  ) STRICT;
  CREATE INDEX kept_files_by_hash ON kept_files (hash, kind, stored_bytes);
  -- Attempts behind this one are in the table "kept" soon after they ended (kept.ts).
  INSERT INTO meta SELECT 'kept_after_task', CAST(COALESCE(MAX(rowid), 0) AS TEXT) FROM tasks;
  -- An attempt is found by the key of its row (history.ts).
  DROP INDEX tasks_by_name;
`;

export const keptFiles: Migration = {
  version: 3,
  apply(database) {
    database.exec(tables);
  },
};
