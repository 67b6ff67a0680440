/**
 * The versions of the journal's tables (`PRAGMA user_version`) and the way from each to the next. A new journal goes the same way,
 * from version 0.
 */
import type { DatabaseSync } from 'node:sqlite';
import { firstTables } from './001-first-tables.ts';
import { historyColumns } from './002-history-columns.ts';
import { takeSteps, type Migration } from './migration.ts';

const migrations: readonly Migration[] = [firstTables, historyColumns];

export const newestVersion = migrations.length;

/** Takes the tables from this version to the newest, or leaves them as they are and throws what SQLite throws. */
export function migrate(database: DatabaseSync, fromVersion: number): void {
  takeSteps(database, migrations.slice(fromVersion));
}
