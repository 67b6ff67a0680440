import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli } from '../../../src/main/cli/program.ts';
import { lockDataFolder } from '../../../src/main/engine/feed/index.ts';
import { findKey, readKeys } from '../../../src/main/engine/server/access/api-keys.ts';
import { fakeIo } from './fake-io.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchtray-key-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function run(...args: readonly string[]) {
  const { io, out, err } = fakeIo(folder);
  const exitCode = await runCli(['key', ...args], io);
  return { exitCode, out: out(), err: err() };
}
const keys = () => readKeys(join(folder, 'keys.json'));

it('shows a key once, alone on stdout', async () => {
  const added = await run('add', '--name', 'Ann’s laptop');
  expect(added).toMatchObject({ exitCode: 0, out: expect.stringMatching(/^bt_\S{43}\n$/) as string });
  expect(added.err).toContain('Ann’s laptop');
  expect(findKey(keys(), added.out.trim())).toMatchObject({ name: 'Ann’s laptop' });

  await run('add');
  const listed = await run('list');
  const [first, second] = keys();
  expect(listed.out).toBe(
    `${first?.id ?? ''}  ${first?.created_at ?? ''}  Ann’s laptop\n${second?.id ?? ''}  ${second?.created_at ?? ''}  -\n`,
  );
  const json = await run('list', '--json');
  expect(JSON.parse(json.out)).toEqual(keys().map(({ id, name, created_at }) => ({ id, name, created_at })));
  expect(listed.out + json.out).not.toContain(first?.sha256);
});

it('removes one, by id or by name', async () => {
  await run('add', '--name', 'a');
  await run('add', '--name', 'b');
  expect(await run('remove', 'a')).toMatchObject({
    exitCode: 0,
    out: expect.stringContaining('(a)') as string,
  });
  expect(await run('remove', keys()[0]?.id ?? '')).toMatchObject({ exitCode: 0 });
  expect(await run('remove', 'a')).toMatchObject({
    exitCode: 1,
    out: '',
    err: expect.stringContaining('no key with the id or the name "a"') as string,
  });
  expect(await run('list')).toMatchObject({ out: '', err: expect.stringContaining('key add') as string });
});

it('works while BenchTray has the data folder, and in the folder of the configuration', async () => {
  const dataDir = join(folder, 'elsewhere');
  const config = join(folder, 'c.json');
  writeFileSync(config, JSON.stringify({ dataDir }));
  const lock = lockDataFolder(dataDir);
  expect(await run('add', '--config', config)).toMatchObject({ exitCode: 0 });
  lock.release();
  expect(readKeys(join(dataDir, 'keys.json'))).toHaveLength(1);
  expect(existsSync(join(folder, 'keys.json'))).toBe(false);
});

it.each([
  [['add', '--name', '']],
  [['add', '--name', 'two\nlines']],
  [['add', '--name', 'x'.repeat(65)]],
  [['add', 'laptop']],
  [['remove']],
  [['show']],
  [['list', '--config', '/nowhere/c.json']],
])('%j is wrong', async (args) => {
  expect(await run(...args)).toMatchObject({ exitCode: 2, out: '' });
  expect(existsSync(join(folder, 'keys.json'))).toBe(false);
});
