import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openFeed } from '../../../src/main/feed/index.ts';
import { UserError } from '../../../src/shared/user-error.ts';
import { errorOf } from './fixtures.ts';

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

it('refuses a damaged journal', () => {
  const feed = openFeed({ dataDir });
  for (let number = 0; number < 50; number += 1) {
    feed.commit({ vm: 'vm-a', at: 0, moments: [errorOf('vm-a', { detail: 'x'.repeat(2000) })] });
  }
  feed.close();
  const bytes = readFileSync(file);
  bytes.fill(0x5a, 4096 * 3, bytes.length - 4096);
  writeFileSync(file, bytes);
  expectRefused(/damaged|malformed/);
});

it('draws another name for every journal', () => {
  const first = openFeed({ dataDir });
  first.close();
  rmSync(file);
  const second = openFeed({ dataDir });
  second.close();
  expect(second.journalId).not.toBe(first.journalId);
});
