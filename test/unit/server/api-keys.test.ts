import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  addKey,
  findKey,
  keyFileIn,
  readKeys,
  removeKey,
} from '../../../src/main/engine/server/access/api-keys.ts';
import { maskSecrets } from '../../../src/shared/mask-secrets.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'benchtray-keys-'));
  file = keyFileIn(join(folder, 'data'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

it('keeps of a key its hash, and finds it by the key alone', async () => {
  expect(readKeys(file)).toEqual([]);
  const first = await addKey(file, 'laptop');
  const second = await addKey(file, null);
  expect(first.key).toMatch(/^bt_[A-Za-z0-9_-]{43}$/);
  expect(first.stored.sha256).toBe(createHash('sha256').update(first.key).digest('hex'));
  expect(readFileSync(file, 'utf8')).not.toContain(first.key.slice(3, 20));
  const keys = readKeys(file);
  expect(keys).toEqual([first.stored, second.stored]);
  expect(findKey(keys, first.key)).toEqual(first.stored);
  expect(findKey(keys, second.key)).toEqual(second.stored);
  for (const wrong of ['', 'bt_', first.stored.sha256, `${first.key} `, first.key.slice(0, -1)])
    expect(findKey(keys, wrong)).toBeNull();
  expect(findKey([], first.key)).toBeNull();
});

it('makes keys that logs leave out wherever they stand', async () => {
  const { key } = await addKey(file, null);
  expect(maskSecrets(`/api/status?k=${key}&vm=a "${key}"`)).toBe('/api/status?k=***&vm=a "***"');
  expect(maskSecrets('the VM bt_windows_agent_arena')).toBe('the VM bt_windows_agent_arena');
});

it.skipIf(process.platform === 'win32')('lets nobody else read them', async () => {
  await addKey(file, null);
  await addKey(file, null);
  expect([statSync(file).mode & 0o777, statSync(join(folder, 'data')).mode & 0o777]).toEqual([0o600, 0o700]);
});

it('removes by id or name, and says when there is no such key', async () => {
  const { stored } = await addKey(file, 'laptop');
  const other = await addKey(file, 'phone');
  await expect(addKey(file, 'laptop')).rejects.toThrow('a key named "laptop" already');
  await expect(removeKey(file, 'tablet')).rejects.toMatchObject({ name: 'UserError', exitCode: 1 });
  expect(await removeKey(file, 'laptop')).toEqual(stored);
  expect(await removeKey(file, other.stored.id)).toEqual(other.stored);
  expect(readKeys(file)).toEqual([]);
  expect(readdirSync(join(folder, 'data'))).toEqual(['keys.json']);
});

it('loses none when several are added at once', async () => {
  const added = await Promise.all(Array.from({ length: 20 }, () => addKey(file, null)));
  expect(new Set(readKeys(file).map(({ id }) => id))).toEqual(new Set(added.map(({ stored }) => stored.id)));
});

it('goes on where another has died over a change', async () => {
  await addKey(file, 'before');
  writeFileSync(`${file}.new`, '{');
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(`${file}.new`, longAgo, longAgo);
  await addKey(file, 'after');
  expect(readKeys(file).map(({ name }) => name)).toEqual(['before', 'after']);
  expect(existsSync(`${file}.new`)).toBe(false);
});

it('never writes over what it cannot read', async () => {
  await addKey(file, null);
  for (const text of [
    '',
    '{"keys": [',
    '{"keys": [{"id": "a", "name": null, "created_at": "", "sha256": "zz"}]}',
  ]) {
    writeFileSync(file, text);
    await expect(addKey(file, null)).rejects.toMatchObject({ name: 'UserError' });
    expect(readFileSync(file, 'utf8')).toBe(text);
  }
});
