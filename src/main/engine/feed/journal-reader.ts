/**
 * Reads the journal in a data folder that no BenchTray has in use. It takes no lock, upgrades nothing, and changes neither the journal
 * nor what a killed process left beside it.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { UserError } from '../../../shared/user-error.ts';
import { messageOf } from '../../../shared/message-of.ts';
import { requireRegularOrMissing } from '../files/index.ts';
import type { Pool } from '../run/pool.ts';
import { createHistoryTables, type History } from './history.ts';
import { journalFileName, waitForOtherMs } from './journal-file.ts';
import { applicationId } from './journal-name.ts';
import { createKeptTable, type Kept } from './kept.ts';
import { createMarkTables, type Marks } from './marks.ts';
import { newestVersion } from './migrations/index.ts';
import { damagedRowNotice } from './notices.ts';
import { createPools, knownRuns } from './pools.ts';
import { allRows, createJsonReader } from './rows.ts';
import { createSpanTable, type Spans } from './spans.ts';

export interface JournalReader extends History, Marks, Spans, Pick<Kept, 'keptTask'> {
  /** The path of the journal. */
  readonly path: string;
  /** All VMs that were ever watched, in the order of their first sight. */
  vmNames(): readonly string[];
  /** The runs of several VMs that this one is a part of; null for a run on its own. */
  poolOf(runId: string): Pool | null;
  close(): void;
}

/**
 * Opens the journal for reading. Returns null if there is none yet.
 * @param onNotice told in a sentence what cannot be read
 * @throws UserError if the file is not a journal of this version
 */
export function openJournalReader(dataDir: string, onNotice: (notice: string) => void): JournalReader | null {
  const path = join(dataDir, journalFileName);
  try {
    if (sizeOf(path) === 0) return null;
    // SQLite opens the files beside it by itself, and would wait for a FIFO.
    for (const suffix of ['', '-wal', '-shm']) requireRegularOrMissing(path + suffix);
    return openTables(path, onNotice);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`The journal ${path} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
}

function openTables(path: string, onNotice: (notice: string) => void): JournalReader | null {
  const database = new DatabaseSync(locationOf(path), { readOnly: true, timeout: waitForOtherMs });
  try {
    if (!isReadable(database, path)) {
      database.close();
      return null;
    }
    const columns = createJsonReader((table, key) => onNotice(damagedRowNotice(table, key)));
    const { reader: history } = createHistoryTables(database, columns);
    const { reader: marks } = createMarkTables(database, columns);
    const { reader: spans } = createSpanTable(database, columns);
    const { reader: kept } = createKeptTable(database);
    const names = database.prepare('SELECT name FROM vms ORDER BY first_seen_at, rowid');
    let pools: ReturnType<typeof createPools> | null = null;
    return {
      ...history,
      ...marks,
      ...spans,
      keptTask: (key) => kept.keptTask(key),
      path,
      vmNames: () => allRows<{ readonly name: string }>(names).map(({ name }) => name),
      poolOf(runId) {
        pools ??= createPools(history.runs({ limit: knownRuns }));
        return pools.poolOf(runId);
      },
      close: () => database.close(),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Without a WAL, nobody has the journal open. SQLite would create one, and shared memory beside it, even for reading. As an
 * immutable file, it needs neither.
 */
function locationOf(path: string): string | URL {
  if (sizeOf(`${path}-wal`) > 0) return path;
  const location = pathToFileURL(path);
  location.searchParams.set('immutable', '1');
  return location;
}

/** @returns false if it has no tables yet @throws UserError if this version cannot read it */
function isReadable(database: DatabaseSync, path: string): boolean {
  const pragma = (name: string): number => Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
  const tables = Number(database.prepare('SELECT COUNT(*) AS value FROM sqlite_schema').get()?.['value']);
  if (tables === 0) return false;
  if (pragma('application_id') !== applicationId)
    throw new UserError(`${path} is not a journal of BenchTray.`);
  const version = pragma('user_version');
  if (version === newestVersion) return true;
  const versions = `its version is ${version}, expected is ${newestVersion}`;
  if (version > newestVersion)
    throw new UserError(`The journal ${path} was written by a newer BenchTray (${versions}).`, {
      hint: 'Use that newer version to read it.',
    });
  throw new UserError(`The journal ${path} was written by an older BenchTray (${versions}).`, {
    hint: 'Start BenchTray once: "benchtray serve" upgrades the journal and keeps a copy.',
  });
}

/** Returns 0 if the file is missing. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
