/** What a step between two versions of the journal's tables is, and how steps are taken. */
import type { DatabaseSync } from 'node:sqlite';

/** One step forward. A released step never changes: a correction is another step. */
export interface Migration {
  /** The version that it leads to, from the one before it. */
  readonly version: number;
  /** Runs within a transaction. */
  readonly apply: (database: DatabaseSync) => void;
}

/** Takes all steps in one transaction: a failure, or the end of the process, leaves everything as it was. */
export function takeSteps(database: DatabaseSync, steps: readonly Migration[]): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const { version, apply } of steps) {
      apply(database);
      database.exec(`PRAGMA user_version=${version}`);
    }
    database.exec('COMMIT');
  } catch (error) {
    // A full disk may have ended it already.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
