/** Version 1: the tables of the first release, and the name of a new journal. */
import { applicationId, nameJournal } from '../journal-name.ts';
import type { Migration } from './migration.ts';

const tables = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE vms (name TEXT PRIMARY KEY, first_seen_at INTEGER NOT NULL) STRICT;
  -- AUTOINCREMENT never reuses a number, not even after the newest events were pruned.
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    vm TEXT NOT NULL, type TEXT NOT NULL, at INTEGER NOT NULL, data TEXT NOT NULL
  ) STRICT;
  CREATE INDEX events_of_vm ON events (vm, seq);
  -- The newest pruned event of each VM. A client that asks for it or an older one has missed events.
  CREATE TABLE pruned (vm TEXT PRIMARY KEY, through_seq INTEGER NOT NULL) STRICT;
  CREATE TABLE runs (
    run_id TEXT PRIMARY KEY, vm TEXT NOT NULL,
    sort_at INTEGER NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX runs_by_age ON runs (sort_at);
  CREATE TABLE tasks (
    run_id TEXT NOT NULL, domain TEXT NOT NULL, task_id TEXT NOT NULL, attempt INTEGER NOT NULL,
    event_seq INTEGER, is_scored INTEGER NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (run_id, domain, task_id, attempt)
  ) STRICT;
  CREATE TABLE follow (
    vm TEXT NOT NULL, log TEXT NOT NULL, written_at INTEGER NOT NULL, state TEXT NOT NULL,
    PRIMARY KEY (vm, log)
  ) STRICT;
  CREATE TABLE conditions (
    vm TEXT NOT NULL, code TEXT NOT NULL, began_at INTEGER NOT NULL, error TEXT NOT NULL,
    PRIMARY KEY (vm, code)
  ) STRICT;
`;

export const firstTables: Migration = {
  version: 1,
  apply(database) {
    database.exec(tables);
    database.exec(`PRAGMA application_id=${applicationId}`);
    nameJournal(database);
  },
};
