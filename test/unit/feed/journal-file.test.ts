import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openFeed } from '../../../src/main/engine/feed/index.ts';
import { UserError } from '../../../src/shared/user-error.ts';
import { errorOf, statusOf } from './fixtures.ts';

let dataDir: string;
let file: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'benchtray-journal-'));
  file = join(dataDir, 'journal.sqlite');
});
afterEach(() => {
  rmSync(dataDir, { recursive: true });
});

function expectRefused(reason: RegExp): void {
  const before = readFileSync(file);
  let error: unknown;
  try {
    openFeed({ dataDir }).close();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).message).toContain(file);
  expect((error as UserError).message).toMatch(reason);
  expect(readFileSync(file).equals(before)).toBe(true);
}

function changeWithSql(sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

it('refuses a file that is no database, and leaves it', () => {
  writeFileSync(file, 'precious notes '.repeat(1000));
  expectRefused(/not a database/);
});

it('refuses the database of another program, and leaves it', () => {
  changeWithSql('CREATE TABLE birds (name TEXT)');
  expectRefused(/not a journal of BenchTray/);
});

it('refuses a journal of a newer version', () => {
  openFeed({ dataDir }).close();
  changeWithSql('PRAGMA journal_mode=DELETE; PRAGMA user_version=99');
  expectRefused(/newer BenchTray.*99/);
});

function fillJournal(): string {
  const feed = openFeed({ dataDir });
  for (let number = 0; number < 50; number += 1) {
    feed.commit({ vm: 'vm-a', at: 0, moments: [errorOf('vm-a', { detail: 'x'.repeat(2000) })] });
  }
  feed.close();
  return feed.journalId;
}

const damages: Record<string, (bytes: Buffer) => Buffer> = {
  'pages overwritten': (bytes) => bytes.fill(0x5a, 4096 * 3, bytes.length - 4096),
  'the first page lost': (bytes) => bytes.fill(0, 0, 4096),
  'the header overwritten': (bytes) => bytes.fill(0x5a, 0, 60),
  'the end cut off': (bytes) => bytes.subarray(0, bytes.length / 2),
};

it.each(Object.keys(damages))('sets a damaged journal aside, says so, and begins a new one: %s', (damage) => {
  const oldId = fillJournal();
  const damaged = damages[damage]?.(readFileSync(file)) ?? Buffer.alloc(0);
  writeFileSync(file, damaged);
  const notices: string[] = [];
  const feed = openFeed({ dataDir, onNotice: (notice) => notices.push(notice) });
  const [aside = ''] = readdirSync(dataDir).filter((name) =>
    /^journal\.sqlite\.damaged-[\dTZ.-]+$/.test(name),
  );
  expect(readFileSync(join(dataDir, aside)).equals(damaged)).toBe(true);
  expect(notices).toEqual([expect.stringMatching(/damaged.*set it aside/) as string]);
  expect(notices[0]).toContain(join(dataDir, aside));
  // Told to those who listen, for each VM, once.
  for (const vm of ['vm-a', 'vm-b', 'vm-a']) feed.setStatus(vm, statusOf(vm));
  expect(feed.replay(0, null, 10)).toMatchObject(
    ['vm-a', 'vm-b'].map((vm) => ({
      type: 'error',
      vm,
      data: { vm, code: 'internal', severity: 'critical' },
    })),
  );
  expect([feed.parseId(`${oldId}-1`), feed.journalId === oldId]).toEqual([null, false]);
  feed.close();
  openFeed({ dataDir, onNotice: (notice) => notices.push(notice) }).close();
  expect(notices).toHaveLength(1);
});

it('never gives a number twice: those that a process held in reserve when it ended are skipped', () => {
  fillJournal();
  const gone = openFeed({ dataDir });
  // As if killed: the journal is left as it is, with the reserve taken.
  cpSync(dataDir, `${dataDir}-killed`, { recursive: true });
  gone.close();
  const feed = openFeed({ dataDir: `${dataDir}-killed` });
  const reserved = feed.head();
  expect(reserved).toBeGreaterThan(50_000);
  expect([50, 51, reserved - 1, reserved].map((seq) => feed.parseId(feed.idOf(seq)))).toEqual([
    50,
    null,
    null,
    reserved,
  ]);
  const [event] = feed.commit({ vm: 'vm-a', at: 0, moments: [errorOf('vm-a')] });
  expect(event?.seq).toBe(reserved + 1);
  expect(feed.replay(49, null, 10).map(({ seq }) => seq)).toEqual([50, reserved + 1]);
  feed.close();
  const next = openFeed({ dataDir: `${dataDir}-killed` });
  // Closed in order, nothing is skipped.
  expect([next.head(), next.parseId(next.idOf(51))]).toEqual([reserved + 1, null]);
  next.close();
  rmSync(`${dataDir}-killed`, { recursive: true });
});

it('draws another name for every journal', () => {
  const first = openFeed({ dataDir });
  first.close();
  rmSync(file);
  const second = openFeed({ dataDir });
  second.close();
  expect(second.journalId).not.toBe(first.journalId);
});

it('waits for another program that writes into it for a moment', async () => {
  const feed = openFeed({ dataDir });
  const other = spawn(process.execPath, [
    ...['--no-warnings', '--input-type=module', '-e'],
    `import { DatabaseSync } from 'node:sqlite';
     const database = new DatabaseSync(process.argv[1]);
     database.exec('BEGIN IMMEDIATE');
     console.log('locked');
     database.exec(\`CREATE TABLE much AS WITH RECURSIVE one(number) AS
       (SELECT 1 UNION ALL SELECT number + 1 FROM one WHERE number < 20000) SELECT number FROM one\`);
     database.exec('ROLLBACK');`,
    file,
  ]);
  const ended = once(other, 'close');
  await once(other.stdout, 'data');
  expect(feed.commit({ vm: 'vm-a', at: 0, moments: [errorOf('vm-a')] })).toHaveLength(1);
  await ended;
  feed.close();
});
