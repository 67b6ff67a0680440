import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { migrate } from '../../../src/main/engine/feed/migrations/index.ts';
import { openNumbers } from '../../../src/main/engine/feed/numbers.ts';

const reserve = 100_000;

function openDatabase(): DatabaseSync {
  const database = new DatabaseSync(':memory:');
  migrate(database, 0);
  return database;
}

function addEvent(database: DatabaseSync, seq: number): void {
  database
    .prepare("INSERT INTO events (seq, vm, type, at, data) VALUES (?, 'vm-a', 'error', 0, '{}')")
    .run(seq);
}

it('reserves more when half of it is gone, and again when that was rolled back', () => {
  const database = openDatabase();
  const numbers = openNumbers(database);
  numbers.keepReserve(reserve / 2);
  expect(numbers.end()).toBe(reserve);
  for (const end of ['ROLLBACK', 'COMMIT'] as const) {
    database.exec('BEGIN');
    numbers.keepReserve(reserve / 2 + 1);
    expect(numbers.end()).toBe(reserve / 2 + 1 + reserve);
    database.exec(end);
  }
  expect(numbers.end()).toBe(reserve / 2 + 1 + reserve);
  database.close();
});

it('gives a number again that was rolled back', () => {
  const database = openDatabase();
  const numbers = openNumbers(database);
  addEvent(database, numbers.next());
  for (const expected of [2, 2]) {
    database.exec('BEGIN');
    expect(numbers.next()).toBe(expected);
    addEvent(database, expected);
    database.exec('ROLLBACK');
    numbers.forget();
    expect(numbers.head()).toBe(1);
  }
  database.close();
});

it.each([
  ['was written', 'UPDATE events SET seq = 70'],
  ['was pruned', "DELETE FROM events; INSERT INTO pruned VALUES ('vm-a', 70)"],
])('knows the newest number after a crash, whether its event %s', (_, change) => {
  const database = openDatabase();
  addEvent(database, openNumbers(database).next());
  database.exec(change);
  const next = openNumbers(database);
  expect(next.head()).toBe(reserve);
  expect([70, 71, reserve - 1, reserve].map((seq) => next.isLost(seq))).toEqual([false, true, true, false]);
  next.release();
  // Closed in order, nothing is skipped.
  expect(openNumbers(database).head()).toBe(reserve);
  database.close();
});

it('skips what an early release had in reserve when it was killed, once', () => {
  const database = openDatabase();
  addEvent(database, 5);
  database.exec("INSERT INTO meta VALUES ('reserved_before', '100005')");
  const numbers = openNumbers(database);
  expect([numbers.head(), numbers.end()]).toEqual([100_005, 200_005]);
  expect([5, 6, 100_004, 100_005].map((seq) => numbers.isLost(seq))).toEqual([false, true, true, false]);
  numbers.release();
  expect(openNumbers(database).head()).toBe(100_005);
  database.close();
});
