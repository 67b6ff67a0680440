/** The upgrade of a journal when the process is killed, or the disk is full, at any point of it. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFeed } from '../../../src/main/engine/feed/index.ts';
import { newestVersion } from '../../../src/main/engine/feed/migrations/index.ts';
import { describeJournal } from '../../support/sample-journal.ts';
import { until } from '../../support/wait.ts';

/** From here, an upgrade takes all steps that there are. */
const fromVersion = 1;
const sample = join(import.meta.dirname, '..', '..', 'samples', 'journals', `v${fromVersion}`);
const description: unknown = JSON.parse(readFileSync(`${sample}.json`, 'utf8'));

let root: string;
let dataDir: string;
let file: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'benchtray-upgrade-'));
  begin();
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

/** Another copy of the sample. */
function begin(): void {
  dataDir = mkdtempSync(join(root, 'data-'));
  file = join(dataDir, 'journal.sqlite');
  copyFileSync(`${sample}.sqlite`, file);
}

/** Adds so many tasks that the cache does not hold them: a part is on disk before the end of the transaction. */
function fill(): void {
  const database = new DatabaseSync(file);
  database.exec(`WITH RECURSIVE one(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM one WHERE number < 1000)
    INSERT INTO tasks SELECT 'big', domain, task_id || number, attempt, event_seq, is_scored, record
    FROM one JOIN tasks WHERE run_id = 'part-0'`);
  database.close();
}

/** Everything in a journal, read from a copy of its files. The name, which a copy has anew, is left out. */
function contentOf(path: string): { readonly version: unknown; readonly rows: unknown } {
  const place = join(mkdtempSync(join(root, 'look-')), 'journal.sqlite');
  for (const suffix of ['', '-wal'])
    if (existsSync(path + suffix)) copyFileSync(path + suffix, place + suffix);
  const database = new DatabaseSync(place);
  expect(database.prepare('PRAGMA integrity_check').all()).toMatchObject([{ integrity_check: 'ok' }]);
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
  const rows = tables.map(({ name }) =>
    database
      .prepare(`SELECT * FROM ${String(name)} ORDER BY rowid`)
      .all()
      .filter(({ key }) => key !== 'journal_id'),
  );
  const version = database.prepare('PRAGMA user_version').get()?.['user_version'];
  database.close();
  return { version, rows };
}

function startUpgrade() {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'upgrade-by-steps.ts'), dataDir]);
  const closed = once(child, 'close') as Promise<[number | null]>;
  const said = text(child.stderr);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async (): Promise<string | null> => {
    const line = await lines.next();
    return line.done === true ? null : line.value;
  };
  const goOn = (): void => {
    child.stdin.write('.');
  };
  return {
    pid: Number(child.pid),
    /** The statement that it waits at; null: it has ended. */
    next,
    goOn,
    async goTo(statement: RegExp) {
      for (let at = await next(); ; at = await next()) {
        if (at === null) throw new Error(`It ended before ${String(statement)}: ${await said}`);
        if (statement.test(at)) return;
        goOn();
      }
    },
    async finish() {
      goOn();
      while ((await next()) !== null) goOn();
      const [code] = await closed;
      return { code, said: await said };
    },
    async kill() {
      child.kill('SIGKILL');
      await closed;
    },
  };
}

/** Opens what a failed upgrade has left, in this process. */
function describeAfterwards(): unknown {
  const feed = openFeed({ dataDir });
  try {
    return JSON.parse(JSON.stringify(describeJournal(feed)));
  } finally {
    feed.close();
  }
}

const sizeOf = (path: string): number => (existsSync(path) ? statSync(path).size : 0);

it('leaves the old journal or the new one, whole, killed before any of its statements', async () => {
  const old = contentOf(file);
  const reached: string[] = [];
  for (let point = 0; !reached.includes('COMMIT'); point += 1) {
    begin();
    const upgrade = startUpgrade();
    reached.length = 0;
    for (let at = await upgrade.next(); reached.length < point && at !== null; at = await upgrade.next()) {
      reached.push(at);
      upgrade.goOn();
    }
    await upgrade.kill();
    const left = contentOf(file);
    const isNew = left.version === newestVersion;
    expect(isNew, reached.at(-1)).toBe(reached.includes('COMMIT'));
    if (!isNew) expect(left, reached.at(-1)).toEqual(old);
    const copy = `${file}.version-${fromVersion}`;
    if (existsSync(copy)) expect(contentOf(copy)).toEqual(old);
    expect(describeAfterwards(), reached.at(-1)).toEqual(description);
    expect([existsSync(copy), existsSync(`${file}.copying`)]).toEqual([true, false]);
  }
  expect(reached.length).toBeGreaterThan(15);
}, 600_000);

it.each([
  ['copies', /^VACUUM INTO/, '.copying'],
  ['rewrites the tasks', /^-- In the old order.* INSERT INTO tasks/, '-wal'],
  ['drops the old tasks', /^DROP TABLE old_tasks/, '-wal'],
] as const)('leaves the old journal whole, killed while it %s', async (_what, statement, grows) => {
  fill();
  const old = contentOf(file);
  const upgrade = startUpgrade();
  await upgrade.goTo(statement);
  const before = sizeOf(file + grows);
  upgrade.goOn();
  const ended = upgrade.next();
  let isOver = false;
  void ended.then(() => (isOver = true));
  await until(() => isOver || sizeOf(file + grows) > before + 100_000, 'a part is written');
  await upgrade.kill();
  expect(contentOf(file)).toEqual(old);
  openFeed({ dataDir }).close();
  expect(contentOf(file).version).toBe(newestVersion);
  expect(contentOf(`${file}.version-${fromVersion}`)).toEqual(old);
});

/** Whether the size of what another process writes can be limited here: to it, that is as good as a full disk. */
const canLimit = (() => {
  try {
    execFileSync('prlimit', ['--version']);
    return true;
  } catch {
    console.warn('There is no prlimit (util-linux) here: upgrades on a full disk are left out.');
    return false;
  }
})();

describe.runIf(canLimit)('on a full disk', () => {
  it.each([
    /^VACUUM INTO/,
    /^UPDATE|^INSERT OR REPLACE INTO meta/,
    /^ALTER TABLE tasks/,
    /^DROP TABLE old_tasks/,
    /^COMMIT/,
  ])(
    'leaves the old journal whole, says what to do, and upgrades when there is room: %s',
    async (statement) => {
      fill();
      const old = contentOf(file);
      const upgrade = startUpgrade();
      await upgrade.goTo(statement);
      const bytes = statement.test('VACUUM INTO ?') ? 500_000 : sizeOf(`${file}-wal`);
      execFileSync('prlimit', ['--pid', String(upgrade.pid), `--fsize=${bytes}:unlimited`]);
      const { code, said } = await upgrade.finish();
      expect([code, said]).toEqual([
        3,
        expect.stringMatching(/cannot be upgraded.*(full|I\/O error).*as it was/),
      ]);
      expect(contentOf(file)).toEqual(old);
      expect(existsSync(`${file}.copying`)).toBe(false);
      openFeed({ dataDir }).close();
      expect(contentOf(file).version).toBe(newestVersion);
      expect(contentOf(`${file}.version-${fromVersion}`)).toEqual(old);
    },
  );
});
