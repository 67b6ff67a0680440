import { open } from 'node:fs/promises';
import { mkdtempSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import {
  watchConfig,
  type ConfigResult,
  type WatchConfigOptions,
} from '../../../src/main/engine/config/index.ts';
import { eventually, until } from '../../support/wait.ts';

let folder: string;
let path: string;
let results: ConfigResult[];
let logged: object[];
let watcher: { close(): void } | null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchtray-watch-'));
  path = join(folder, 'config.json');
  results = [];
  logged = [];
  watcher = null;
});
afterEach(() => {
  watcher?.close();
  rmSync(folder, { recursive: true });
});

const options = (): WatchConfigOptions => ({
  log: { error: (details, message) => logged.push({ ...details, message }) },
  env: {},
  platformDirs: { config: folder, data: folder, home: folder },
  debounceMs: 20,
  pollMs: 50,
});
const start = () => {
  watcher = watchConfig(path, (result) => results.push(result), options());
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

const replaceBy = (text: string) => {
  writeFileSync(`${path}.tmp`, text);
  renameSync(`${path}.tmp`, path);
};

it('tells what a slow disk gave late before what stands there now', async () => {
  writeFileSync(path, '{"interval": 1}');
  const slow = Promise.withResolvers<undefined>();
  let openings = 0;
  watcher = watchConfig(path, (result) => results.push(result), {
    ...options(),
    reading: {
      limitMs: 60_000,
      async openFile(...parameters) {
        const file = await open(...parameters);
        // Sometimes the system still tells of what was written before the watcher began.
        if (readFileSync(path, 'utf8').includes('1')) return file;
        openings += 1;
        await slow.promise;
        return file;
      },
    },
  });
  replaceBy('{"interval": 2}');
  await eventually(() => {
    expect(openings).toBe(1);
  });
  // A second one, with a fast disk, shows when the first would have looked again.
  const seen: ConfigResult[] = [];
  const witness = watchConfig(path, (result) => seen.push(result), options());
  onTestFinished(() => witness.close());
  for (const interval of [3, 4, 5]) {
    replaceBy(`{"interval": ${interval}}`);
    await until(() => seen.length >= interval - 2, 'the witness has seen it');
  }
  expect(openings).toBe(1);
  slow.resolve(undefined);
  await waitFor([2, 5]);
});

it('logs that a configuration could not be used, and tells the next', async () => {
  writeFileSync(path, '{"interval": 1}');
  const refused = new Error('refused');
  watcher = watchConfig(
    path,
    (result) => {
      results.push(result);
      if (results.length === 1) throw refused;
    },
    options(),
  );
  replaceBy('{"interval": 2}');
  await eventually(() => {
    expect(logged).toEqual([
      { err: refused, message: 'the use of the changed configuration file has failed' },
    ]);
  });
  replaceBy('{"interval": 3}');
  await waitFor([2, 3]);
});
