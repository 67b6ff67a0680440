import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { makeDemoFolder } from '../../../src/main/engine/demo/demo-folder.ts';

let parent: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'benchtray-folders-'));
  vi.stubEnv('TMPDIR', parent);
  vi.stubEnv('TEMP', parent);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(parent, { recursive: true });
});

const host = hostname().replace(/[^a-z0-9]+/gi, '_');
const folderOf = (pid: number | undefined, of = host): string => {
  const path = join(parent, `benchtray-demo-${of}-${String(pid)}-abcdef`);
  mkdirSync(path);
  writeFileSync(join(path, 'id_ed25519'), 'a key');
  return path;
};
const deadPid = (): number => spawnSync(process.execPath, ['-e', '']).pid;

it('removes the folder of a demo that was killed', async () => {
  const abandoned = folderOf(deadPid());
  const own = await makeDemoFolder();
  expect(existsSync(abandoned)).toBe(false);
  expect(basename(own)).toMatch(new RegExp(`^benchtray-demo-${host}-${String(process.pid)}-\\w{6}$`));
});

it('keeps the folder of a demo that runs, of another host, and of anything else', async () => {
  const kept = [folderOf(process.ppid), folderOf(deadPid(), 'elsewhere'), join(parent, 'benchtray-demo-x')];
  mkdirSync(kept[2] ?? '');
  await makeDemoFolder();
  expect(kept.filter((path) => existsSync(path))).toEqual(kept);
});
