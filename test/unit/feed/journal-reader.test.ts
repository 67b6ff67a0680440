import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFeed, openJournalReader, type JournalReader } from '../../../src/main/engine/feed/index.ts';
import { UserError } from '../../../src/shared/user-error.ts';
import { conditionOf, followOf, runOf, startMs, taskOf } from './fixtures.ts';

let dataDir: string;
let file: string;
const notices: string[] = [];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'benchtray-reader-'));
  file = join(dataDir, 'journal.sqlite');
  notices.length = 0;
});
afterEach(() => {
  rmSync(dataDir, { recursive: true });
});

/** Fills the journal of a data folder. @returns how to close it */
function fill(folder: string): () => void {
  const feed = openFeed({ dataDir: folder });
  feed.firstSeen('vm-b', startMs - 1);
  feed.firstSeen('vm-a', startMs);
  for (const workerId of [0, 1]) {
    const run = runOf(`run-${workerId}`, {
      vm: workerId === 0 ? 'vm-a' : 'vm-b',
      startedAt: startMs + workerId,
    });
    const ofPool = { ...run.arguments, workers: 2, workerId, resultDir: 'C:\\results', trialId: 'trial-7' };
    feed.commit({ vm: run.vm, at: startMs, runs: [{ ...run, arguments: ofPool }] });
  }
  feed.commit({
    vm: 'vm-a',
    at: startMs,
    tasks: [{ record: taskOf('task-1', { runId: 'run-0' }), tell: true }],
    began: [conditionOf('vm-a', 'disk_full')],
    follow: followOf('host:/tmp/a.log', 10),
  });
  feed.noteHeard('vm-a', { at: startMs + 5, cost: null });
  return () => feed.close();
}

/** Every file of the folder with its content. */
function contentOf(folder: string): readonly (readonly [string, string])[] {
  return readdirSync(folder)
    .sort()
    .map((name) => [name, readFileSync(join(folder, name)).toString('base64')] as const);
}

function read<T>(work: (journal: JournalReader) => T, folder = dataDir): T {
  const journal = openJournalReader(folder, (notice) => notices.push(notice));
  if (journal === null) throw new Error('there is no journal');
  try {
    return work(journal);
  } finally {
    journal.close();
  }
}

const everything = (journal: JournalReader) => ({
  path: journal.path,
  vms: journal.vmNames(),
  runs: journal.runs({ limit: 10 }).map(({ runId }) => runId),
  pool: journal.poolOf('run-0')?.parts.map(({ runId }) => runId),
  tasks: journal.tasksOf('run-0').map(({ taskId }) => taskId),
  open: journal.openConditions('vm-a').map(({ code }) => code),
  heard: journal.heard('vm-a')?.at,
  follow: journal.latestFollow('vm-a')?.offset,
});
const whole = {
  vms: ['vm-b', 'vm-a'],
  runs: ['run-1', 'run-0'],
  pool: ['run-0', 'run-1'],
  tasks: ['task-1'],
  open: ['disk_full'],
  heard: startMs + 5,
  follow: 10,
};

describe('the reader of a journal', () => {
  it('reads one that was closed, and leaves no file beside it', () => {
    fill(dataDir)();
    const before = contentOf(dataDir);
    expect(read(everything)).toEqual({ ...whole, path: file });
    expect(contentOf(dataDir)).toEqual(before);
  });

  it('reads what a killed process left in its WAL, and changes neither', () => {
    const killed = join(dataDir, 'killed');
    mkdirSync(killed);
    const original = join(dataDir, 'original');
    mkdirSync(original);
    const close = fill(original);
    // Without a close, all that was written is in the WAL.
    cpSync(original, killed, { recursive: true });
    close();
    const sides = ['journal.sqlite', 'journal.sqlite-wal'];
    const contents = () => sides.map((name) => readFileSync(join(killed, name)).toString('base64'));
    const before = contents();
    expect(read(everything, killed)).toMatchObject(whole);
    expect(read(everything, killed)).toMatchObject(whole);
    expect(contents()).toEqual(before);
    const feed = openFeed({ dataDir: killed });
    expect(feed.runs({ limit: 10 })).toHaveLength(2);
    feed.close();
  });

  it('reads beside a process that writes', () => {
    const close = fill(dataDir);
    expect(read(everything)).toEqual({ ...whole, path: file });
    close();
  });

  it('finds none in an empty or missing folder', () => {
    expect(openJournalReader(dataDir, () => undefined)).toBeNull();
    expect(openJournalReader(join(dataDir, 'missing'), () => undefined)).toBeNull();
    writeFileSync(file, '');
    expect(openJournalReader(dataDir, () => undefined)).toBeNull();
    expect(readdirSync(dataDir)).toEqual(['journal.sqlite']);
  });

  it('reports a damaged row, and leaves it out', () => {
    fill(dataDir)();
    const database = new DatabaseSync(file);
    database.exec(`UPDATE runs SET record = '{' WHERE run_id = 'run-1'`);
    database.close();
    expect(read((journal) => journal.runs({ limit: 10 }).map(({ runId }) => runId))).toEqual(['run-0']);
    expect(notices).toEqual([expect.stringContaining('damaged row')]);
  });
});

describe('the reader refuses, and leaves as it is,', () => {
  function expectRefused(reason: RegExp, hint: RegExp | null = null): void {
    const before = contentOf(dataDir);
    let error: unknown;
    try {
      openJournalReader(dataDir, () => undefined)?.close();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toContain(file);
    expect((error as UserError).message).toMatch(reason);
    if (hint !== null) expect((error as UserError).hint).toMatch(hint);
    expect(contentOf(dataDir)).toEqual(before);
  }

  it('a journal of an older version', () => {
    copyFileSync(new URL('../../samples/journals/v1.sqlite', import.meta.url), file);
    expectRefused(/written by an older BenchTray \(its version is 1, expected is \d+\)/, /benchtray serve/);
  });

  it('a journal of a newer version', () => {
    fill(dataDir)();
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version=99');
    database.close();
    expectRefused(/written by a newer BenchTray \(its version is 99/, /newer version/);
  });

  it('the database of another program', () => {
    const database = new DatabaseSync(file);
    database.exec('CREATE TABLE birds (name TEXT)');
    database.close();
    expectRefused(/not a journal of BenchTray/);
  });

  it('what is no database', () => {
    writeFileSync(file, 'precious notes '.repeat(1000));
    expectRefused(/cannot be read: file is not a database/);
  });

  it('a folder in its place', () => {
    mkdirSync(file);
    mkdirSync(join(file, 'inside'));
    let error: unknown;
    try {
      openJournalReader(dataDir, () => undefined);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({
      name: 'UserError',
      message: expect.stringContaining('it is a folder') as string,
    });
  });
});
