import { mkdtempSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { watchConfig, type ConfigResult } from '../../../src/main/config/index.ts';
import { eventually } from '../../support/wait.ts';

let folder: string;
let path: string;
let results: ConfigResult[];
let watcher: { close(): void } | null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchtray-watch-'));
  path = join(folder, 'config.json');
  results = [];
  watcher = null;
});
afterEach(() => {
  watcher?.close();
  rmSync(folder, { recursive: true });
});

const start = () => {
  watcher = watchConfig(path, (result) => results.push(result), {
    env: {},
    platformDirs: { config: folder, data: folder, home: folder },
    debounceMs: 20,
    pollMs: 50,
  });
};
const intervals = () => results.map((result) => (result.ok ? result.config.interval : 'broken'));
const waitFor = (expected: readonly (number | 'broken')[]) =>
  eventually(() => {
    expect(intervals()).toEqual(expected);
  });

it('notices an edit, a broken edit, its repair, a replacement, a deletion and a new file', async () => {
  writeFileSync(path, '{"interval": 1}');
  start();
  writeFileSync(path, '{"interval": 2}');
  await waitFor([2]);
  writeFileSync(path, '{"interval": ');
  await waitFor([2, 'broken']);
  expect(results.at(-1)).toMatchObject({ problems: [{ line: 1 }] });
  writeFileSync(path, '{"interval": 3}');
  await waitFor([2, 'broken', 3]);
  writeFileSync(`${path}.tmp`, '{"interval": 4}');
  renameSync(`${path}.tmp`, path);
  await waitFor([2, 'broken', 3, 4]);
  rmSync(path);
  await waitFor([2, 'broken', 3, 4, 'broken']);
  writeFileSync(path, '{"interval": 5}');
  await waitFor([2, 'broken', 3, 4, 'broken', 5]);
});

it('says nothing of a file that was written with what it held', async () => {
  writeFileSync(path, '{"interval": 1}');
  start();
  writeFileSync(path, '{"interval": 1}');
  writeFileSync(join(folder, 'other.json'), '{}');
  writeFileSync(path, '{"interval": 2}');
  await waitFor([2]);
});

it('finds a file whose folder did not exist', async () => {
  const inner = join(folder, 'later');
  path = join(inner, 'config.json');
  start();
  mkdirSync(inner);
  writeFileSync(path, '{"interval": 9}');
  await waitFor([9]);
});

it('is silent once closed', async () => {
  writeFileSync(path, '{"interval": 1}');
  start();
  watcher?.close();
  const closed = results;
  results = [];
  start();
  writeFileSync(path, '{"interval": 2}');
  await waitFor([2]);
  expect(closed).toEqual([]);
});
