/** A step between two versions of the journal's tables, and how steps run. */
import type { DatabaseSync } from 'node:sqlite';

/** One step forward. A released step never changes: a correction is another step. */
export interface Migration {
  /** The version after the step. */
  readonly version: number;
  /** Runs within a transaction. */
  readonly apply: (database: DatabaseSync) => void;
}

/** Runs all steps in one transaction. After a failure, or if the process ends, the journal is unchanged. */
export function takeSteps(database: DatabaseSync, steps: readonly Migration[]): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    for (const { version, apply } of steps) {
      apply(database);
      database.exec(`PRAGMA user_version=${version}`);
    }
    database.exec('COMMIT');
  } catch (error) {
    // A full disk may have ended the transaction already.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
