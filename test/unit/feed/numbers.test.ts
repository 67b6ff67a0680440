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
