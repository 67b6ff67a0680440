/**
 * Version 2: columns to search and compare runs and tasks by, besides their JSON. The JSON stays the source: a column repeats one of
 * its values, as it was when the row was written.
 */
import type { Migration } from './migration.ts';

/** Version 1 got these tables later, without a new number. Some of its files lack them. */
const lateTables = `
  -- Numbers between the two, both excluded, were in reserve when a process ended. Events may have been sent under them, but none was written.
  CREATE TABLE IF NOT EXISTS lost (after_seq INTEGER PRIMARY KEY, before_seq INTEGER NOT NULL) STRICT;
  -- When each VM last answered, and its cost then, as JSON.
  CREATE TABLE IF NOT EXISTS heard (vm TEXT PRIMARY KEY, heard TEXT NOT NULL) STRICT;
`;

/** A row whose JSON is damaged keeps it, and gets empty columns. */
const readable = "iif(json_valid(record), record, '{}') AS json";

/** A new table and not ALTER TABLE: columns behind a long record would be slow to read. */
const tasks = `
  ALTER TABLE tasks RENAME TO old_tasks;
  CREATE TABLE tasks (
    run_id TEXT NOT NULL,
    -- '' if the log names none.
    domain TEXT NOT NULL,
    task_id TEXT NOT NULL,
    -- 1 for the first attempt within its run.
    attempt INTEGER NOT NULL,
    -- The event that reported the attempt. Null: not reported.
    event_seq INTEGER,
    -- scored, exception, lost or interrupted. Null while it runs.
    outcome TEXT,
    -- Null without a score.
    score REAL,
    -- 1: it passed.
    success INTEGER NOT NULL,
    -- Highest step number seen.
    steps INTEGER NOT NULL,
    -- Epoch milliseconds, null if unknown.
    started_at INTEGER, ended_at INTEGER,
    -- A TaskRecord as JSON.
    record TEXT NOT NULL,
    PRIMARY KEY (run_id, domain, task_id, attempt)
  ) STRICT;
  -- In the old order: tasks are listed as they were written.
  INSERT INTO tasks SELECT run_id, domain, task_id, attempt, event_seq,
      json ->> '$.outcome', json ->> '$.score',
      coalesce(json ->> '$.success', 0), coalesce(json ->> '$.steps', 0),
      CAST(round(json ->> '$.startedAt') AS INTEGER), CAST(round(json ->> '$.endedAt') AS INTEGER), record
    FROM (SELECT rowid AS place, *, ${readable} FROM old_tasks) ORDER BY place;
  DROP TABLE old_tasks;
  CREATE INDEX tasks_by_name ON tasks (task_id, domain);
`;

/** Early releases did not count the scored tasks in the record of a run. */
const counted = `CASE WHEN json ->> '$.scored' IS NULL AND json <> '{}' THEN
    json_set(record, '$.scored', scored, '$.scoredSucceeded', min(scored, coalesce(json ->> '$.succeeded', 0)))
    ELSE record END`;

const runs = `
  ALTER TABLE runs RENAME TO old_runs;
  CREATE TABLE runs (
    run_id TEXT PRIMARY KEY,
    vm TEXT NOT NULL,
    -- Epoch milliseconds of its start, or the next best that is known. Orders the history.
    sort_at INTEGER NOT NULL,
    -- running, finished, crashed or interrupted.
    state TEXT NOT NULL,
    -- Arguments of the run, null if unknown.
    agent TEXT, model TEXT,
    -- A RunRecord as JSON.
    record TEXT NOT NULL
  ) STRICT;
  INSERT INTO runs SELECT run_id, vm, sort_at, coalesce(json ->> '$.state', 'interrupted'),
      json ->> '$.arguments.agent', json ->> '$.arguments.model', ${counted}
    FROM (SELECT rowid AS place, *, ${readable},
      (SELECT COUNT(DISTINCT domain || char(0) || task_id) FROM tasks
        WHERE tasks.run_id = old_runs.run_id AND outcome = 'scored' AND score IS NOT NULL) AS scored FROM old_runs)
    ORDER BY place;
  DROP TABLE old_runs;
  CREATE INDEX runs_by_age ON runs (sort_at);
  CREATE INDEX runs_of_vm ON runs (vm, sort_at);
`;

export const historyColumns: Migration = {
  version: 2,
  apply(database) {
    database.exec(lateTables);
    database.exec(tasks);
    database.exec(runs);
  },
};
