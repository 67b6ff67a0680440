/** Run by a test: opens a journal, names each statement that writes before it runs it, and waits for a byte to go on. */
import { readSync, writeSync } from 'node:fs';
import { DatabaseSync, StatementSync, type StatementResultingChanges } from 'node:sqlite';
import { openFeed } from '../../../src/main/engine/feed/index.ts';

function waitFor(statement: string): void {
  writeSync(1, `${statement.trim().replaceAll(/\s+/g, ' ')}\n`);
  readSync(0, Buffer.alloc(1));
}

type Exec = (this: DatabaseSync, sql: string) => void;
const exec: Exec = Reflect.get(DatabaseSync.prototype, 'exec');
DatabaseSync.prototype.exec = function (sql) {
  for (const statement of sql.split(';').filter((part) => part.trim() !== '')) {
    waitFor(statement);
    exec.call(this, statement);
  }
};
type Run = (...parameters: unknown[]) => StatementResultingChanges;
const run = Reflect.get(StatementSync.prototype, 'run') as Run;
StatementSync.prototype.run = function (...parameters: unknown[]) {
  waitFor(this.sourceSQL);
  return run.apply(this, parameters);
};

const [, , dataDir = ''] = process.argv;
try {
  openFeed({ dataDir }).close();
} catch (error) {
  process.exitCode = 3;
  writeSync(2, String(error));
}
