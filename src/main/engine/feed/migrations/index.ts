/**
 * The versions of the journal's tables (`PRAGMA user_version`) and the steps between them. A new journal takes the same steps, from
 * version 0.
 */
import type { DatabaseSync } from 'node:sqlite';
import { firstTables } from './001-first-tables.ts';
import { historyColumns } from './002-history-columns.ts';
import { keptFiles } from './003-kept-files.ts';
import { spans } from './004-spans.ts';
import { takeSteps, type Migration } from './migration.ts';

const migrations: readonly Migration[] = [firstTables, historyColumns, keptFiles, spans];

export const newestVersion = migrations.length;

/** Takes the tables from this version to the newest. @throws the error of SQLite; the tables are unchanged then */
export function migrate(database: DatabaseSync, fromVersion: number): void {
  takeSteps(database, migrations.slice(fromVersion));
}
