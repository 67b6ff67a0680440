/** The plain journal, as a process: one table in a file of SQLite, one row for each event. Knows no history, no columns, no clients. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { serveCommands } from '../child.ts';
import { taskPayload } from './payload.ts';
import { serverCommands } from './publishing.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'benchtray-bench-plain-'));
const database = new DatabaseSync(join(dataDir, 'plain.sqlite'));
database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL');
database.exec('CREATE TABLE events (seq INTEGER PRIMARY KEY, data TEXT NOT NULL)');
const begin = database.prepare('BEGIN IMMEDIATE');
const add = database.prepare('INSERT INTO events (data) VALUES (?)');
const commit = database.prepare('COMMIT');

const commands = serverCommands(
  (events) => {
    begin.run();
    for (const event of events) add.run(JSON.stringify(taskPayload(event)));
    commit.run();
  },
  () => 0,
  () => '',
);
serveCommands(null, commands, () => {
  database.close();
  rmSync(dataDir, { recursive: true, force: true });
});
