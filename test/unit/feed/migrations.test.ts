import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFeed } from '../../../src/main/engine/feed/index.ts';
import { migrate, newestVersion } from '../../../src/main/engine/feed/migrations/index.ts';
import { describeJournal, sampleVms } from '../../support/sample-journal.ts';
import { followOf, runOf, startMs, taskOf } from './fixtures.ts';

const samples = join(import.meta.dirname, '..', '..', 'samples', 'journals');
const olderVersions = Array.from({ length: newestVersion - 1 }, (_, index) => index + 1);
const descriptionOf = (version: number): unknown =>
  JSON.parse(readFileSync(join(samples, `v${version}.json`), 'utf8'));

let dataDir: string;
let file: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'benchtray-migrations-'));
  file = join(dataDir, 'journal.sqlite');
});
afterEach(() => {
  rmSync(dataDir, { recursive: true });
});

function useSample(version: number): void {
  copyFileSync(join(samples, `v${version}.sqlite`), file);
}

function query(sql: string, path = file): Record<string, unknown>[] {
  const database = new DatabaseSync(path);
  try {
    return database
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }));
  } finally {
    database.close();
  }
}

function change(sql: string, path = file): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

function describeNow(folder = dataDir): unknown {
  const feed = openFeed({ dataDir: folder });
  try {
    // As JSON, like the description in the sample.
    return JSON.parse(JSON.stringify(describeJournal(feed)));
  } finally {
    feed.close();
  }
}

/** What the newest version would have given a journal that it made itself. */
function schemaOf(path: string): unknown {
  return query('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name', path);
}

describe.each(olderVersions)('a journal of version %i', (version) => {
  beforeEach(() => useSample(version));

  it('says the same after the upgrade as the release said that wrote it', () => {
    expect(describeNow()).toEqual(descriptionOf(version));
    expect(query('PRAGMA user_version')).toEqual([{ user_version: newestVersion }]);
    // The second opening changes nothing.
    expect(describeNow()).toEqual(descriptionOf(version));
  });

  it('gets the tables of a new journal', () => {
    openFeed({ dataDir }).close();
    const fresh = mkdtempSync(join(dataDir, 'fresh-'));
    openFeed({ dataDir: fresh }).close();
    expect(schemaOf(file)).toEqual(schemaOf(join(fresh, 'journal.sqlite')));
  });

  it('continues its ids, reports nothing twice and keeps on counting', () => {
    const feed = openFeed({ dataDir });
    const head = feed.head();
    const told = feed.tasksOf('part-0')[0] ?? taskOf('none');
    const at = startMs;
    expect(feed.commit({ vm: told.vm, at, tasks: [{ record: told, tell: true }] })).toEqual([]);
    const [running] = feed.tasksOf('part-0').filter(({ outcome }) => outcome === null);
    const ended = taskOf('task-10', { ...running, outcome: 'scored', score: 1, success: true });
    expect(
      feed.commit({ vm: ended.vm, at, tasks: [{ record: ended, tell: true }] }).map(({ seq }) => seq),
    ).toEqual([head + 1]);
    feed.close();
  });

  it('is copied beside it first, for this user only, and says so once', () => {
    const notices: string[] = [];
    openFeed({ dataDir, onNotice: (notice) => notices.push(notice) }).close();
    const copy = `${file}.version-${version}`;
    expect(notices).toEqual([expect.stringContaining(copy) as string]);
    expect(readdirSync(dataDir).sort()).toEqual(['journal.sqlite', `journal.sqlite.version-${version}`]);
    if (process.platform !== 'win32') expect(statSync(copy).mode & 0o777).toBe(0o600);
    openFeed({ dataDir, onNotice: (notice) => notices.push(notice) }).close();
    expect(notices).toHaveLength(1);
  });

  it('has a copy with everything in it, whose ids nobody mistakes for those of the upgraded journal', () => {
    const original = join(mkdtempSync(join(dataDir, 'original-')), 'journal.sqlite');
    copyFileSync(file, original);
    openFeed({ dataDir }).close();
    const copy = `${file}.version-${version}`;
    expect([query('PRAGMA user_version', copy), query('PRAGMA application_id', copy)]).toEqual([
      [{ user_version: version }],
      query('PRAGMA application_id'),
    ]);
    const tables = query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'meta'", copy);
    for (const { name } of tables) {
      const rows = `SELECT * FROM ${String(name)} ORDER BY rowid`;
      expect(query(rows, copy), String(name)).toEqual(query(rows, original));
    }
    const nameOf = (path: string): unknown =>
      query("SELECT value FROM meta WHERE key = 'journal_id'", path)[0];
    expect(nameOf(copy)).not.toEqual(nameOf(file));
    // Put back, it opens.
    const back = mkdtempSync(join(dataDir, 'back-'));
    copyFileSync(copy, join(back, 'journal.sqlite'));
    const feed = openFeed({ dataDir: back });
    expect(
      feed.parseId((descriptionOf(version) as { events: { id: string }[] }).events[0]?.id ?? ''),
    ).toBeNull();
    feed.close();
  });

  it('replaces an older copy, and what a killed process left of one', () => {
    for (const name of ['.version-0', '.copying', '.copying-journal', '.version-old'])
      writeFileSync(file + name, 'old');
    openFeed({ dataDir }).close();
    expect(readdirSync(dataDir).sort()).toEqual([
      'journal.sqlite',
      `journal.sqlite.version-${version}`,
      'journal.sqlite.version-old',
    ]);
  });

  it('is refused, whole and with what to do, if the copy cannot be made', () => {
    mkdirSync(`${file}.copying`);
    expect(() => openFeed({ dataDir })).toThrow(
      expect.objectContaining({
        name: 'UserError',
        message: expect.stringMatching(
          `cannot be upgraded from version ${version} to ${newestVersion}.*as it was`,
        ) as string,
        hint: expect.stringContaining('MB free') as string,
      }) as Error,
    );
    expect(query('PRAGMA user_version')).toEqual([{ user_version: version }]);
    rmSync(`${file}.copying`, { recursive: true });
    expect(describeNow()).toEqual(descriptionOf(version));
  });
});

describe('version 2', () => {
  const taskColumns = `SELECT run_id, domain, task_id, attempt, outcome, score, success, steps, started_at, ended_at
    FROM tasks ORDER BY rowid`;
  const runColumns = 'SELECT run_id, vm, state, agent, model FROM runs ORDER BY rowid';
  const recordsOf = (table: string): Record<string, unknown>[] =>
    query(`SELECT record FROM ${table} ORDER BY rowid`).map(
      ({ record }) => JSON.parse(String(record)) as Record<string, unknown>,
    );
  /** What the columns must be, by the JSON beside them. */
  const expectColumns = (): void => {
    expect(query(taskColumns)).toEqual(
      recordsOf('tasks').map((record) => ({
        run_id: record['runId'],
        domain: record['domain'] ?? '',
        task_id: record['taskId'],
        attempt: record['attempt'],
        outcome: record['outcome'],
        score: record['score'],
        success: record['success'] === true ? 1 : 0,
        steps: record['steps'],
        started_at: record['startedAt'],
        ended_at: record['endedAt'],
      })),
    );
    expect(query(runColumns)).toEqual(
      recordsOf('runs').map((record) => ({
        run_id: record['runId'],
        vm: record['vm'],
        state: record['state'],
        agent: (record['arguments'] as Record<string, unknown>)['agent'],
        model: (record['arguments'] as Record<string, unknown>)['model'],
      })),
    );
  };

  it('fills its columns from the JSON', () => {
    useSample(1);
    openFeed({ dataDir }).close();
    expectColumns();
    expect(query('SELECT COUNT(*) AS tasks, COUNT(score) AS scored FROM tasks')).toEqual([
      { tasks: 50, scored: expect.toSatisfy((scored: number) => scored > 10 && scored < 50) as number },
    ]);
  });

  it('fills its columns when runs and tasks are written, changed and corrected', () => {
    const feed = openFeed({ dataDir });
    const at = startMs;
    const tell = true;
    const running = taskOf('t1', { outcome: null, score: null, success: false, steps: 1, endedAt: null });
    feed.commit({
      ...{ vm: 'vm-a', at, runs: [runOf('run-1')] },
      tasks: [
        { record: running, tell },
        { record: taskOf('t2', { domain: null, startedAt: null, endedAt: null }), tell },
      ],
    });
    feed.commit({
      ...{ vm: 'vm-a', at },
      runs: [
        runOf('run-1', { state: 'finished', arguments: { ...runOf('run-1').arguments, model: 'gpt-5' } }),
      ],
      tasks: [{ record: { ...taskOf('t1', { steps: 9 }) }, tell }],
      corrected: [
        taskOf('t2', { domain: null, score: 0.25, success: false }),
        taskOf('t3', { outcome: 'lost' }),
      ],
      follow: followOf('host:/log', 1),
    });
    feed.close();
    expectColumns();
    expect(query('SELECT outcome, score FROM tasks ORDER BY rowid')).toEqual([
      { outcome: 'scored', score: 1 },
      { outcome: 'scored', score: 0.25 },
      { outcome: 'lost', score: 1 },
    ]);
  });

  it('stores a time with a fraction as whole milliseconds', () => {
    const feed = openFeed({ dataDir });
    const task = taskOf('t1', { startedAt: startMs + 0.4, endedAt: startMs + 1.5 });
    feed.commit({ vm: 'vm-a', at: startMs, tasks: [{ record: task, tell: true }] });
    expect(feed.tasksOf('run-1')).toEqual([task]);
    feed.close();
    expect(query('SELECT started_at, ended_at FROM tasks')).toEqual([
      { started_at: startMs, ended_at: startMs + 2 },
    ]);
  });

  it('adds the tables that the first files of version 1 lack', () => {
    useSample(1);
    change('DROP TABLE heard; DROP TABLE lost');
    const feed = openFeed({ dataDir });
    expect(feed.heard(sampleVms[0])).toBeNull();
    feed.noteHeard(sampleVms[0], { at: 1, cost: null });
    expect(feed.heard(sampleVms[0])).toEqual({ at: 1, cost: null });
    feed.close();
  });

  it('keeps rows whose JSON is damaged', () => {
    useSample(1);
    change(
      `UPDATE tasks SET record = '{"taskId":' WHERE rowid = 3; UPDATE runs SET record = '' WHERE rowid = 2`,
    );
    const database = new DatabaseSync(file);
    migrate(database, 1);
    database.close();
    expect(query('SELECT record, outcome, score, steps FROM tasks WHERE rowid = 3')).toEqual([
      { record: '{"taskId":', outcome: null, score: null, steps: 0 },
    ]);
    expect(query('SELECT record, state, model FROM runs WHERE rowid = 2')).toEqual([
      { record: '', state: 'interrupted', model: null },
    ]);
    expect(query('SELECT COUNT(*) AS count FROM tasks')).toEqual([{ count: 50 }]);
  });

  it('finds the runs of a VM by an index, and the attempts at a task by the key of its row', () => {
    openFeed({ dataDir }).close();
    const planOf = (sql: string): string =>
      query(`EXPLAIN QUERY PLAN ${sql}`)
        .map(({ detail }) => detail)
        .join('\n');
    expect(
      planOf("SELECT record FROM runs WHERE vm = 'a' ORDER BY sort_at DESC, rowid DESC LIMIT 1"),
    ).toMatch(/^SEARCH runs USING INDEX runs_of_vm \(vm=\?\)$/);
    expect(
      planOf(
        "SELECT tasks.record FROM runs CROSS JOIN tasks ON tasks.run_id = runs.run_id WHERE domain IN ('', 'b') AND task_id = 'a'",
      ),
    ).toMatch(
      /^SEARCH tasks USING INDEX sqlite_autoindex_tasks_1 \(run_id=\? AND domain=\? AND task_id=\?\)$/m,
    );
  });
});
