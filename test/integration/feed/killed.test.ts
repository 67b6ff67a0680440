import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DataFolderInUse, lockDataFolder, openFeed } from '../../../src/main/feed/index.ts';
import { UserError } from '../../../src/shared/user-error.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'benchtray-killed-'));
});
afterEach(() => {
  rmSync(dataDir, { recursive: true });
});

/** A process that has the folder and commits in a loop. */
function startCommitting() {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'commit-for-ever.ts'), dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ids = (): string[] => said.split('\n').slice(0, -1);
  return {
    pid: child.pid,
    ids,
    hasSaid: (count: number) =>
      vi.waitFor(
        () => {
          expect(ids().length).toBeGreaterThan(count);
        },
        { timeout: 20_000, interval: 10 },
      ),
    async kill() {
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    },
  };
}

it('loses nothing that was told when the process is killed', async () => {
  const child = startCommitting();
  await child.hasSaid(300);
  await child.kill();
  const feed = openFeed({ dataDir });
  const kept = feed.replay(0, null, 1_000_000);
  expect(kept.map((event) => event.id).slice(0, child.ids().length)).toEqual(child.ids());
  expect(kept.map((event) => event.data)).toMatchObject(
    kept.map((event) => ({ detail: `number ${event.seq}` })),
  );
  feed.close();
});

describe('the lock of the data folder', () => {
  it('keeps a second process out, says who is in, and goes with the process', async () => {
    const child = startCommitting();
    await child.hasSaid(0);
    expect(() => lockDataFolder(dataDir)).toThrow(
      `The data folder ${dataDir} is in use by another BenchTray (pid ${child.pid}, http://127.0.0.1:8765). ` +
        'Stop it, or give this one its own "dataDir".',
    );
    await child.kill();
    lockDataFolder(dataDir).release();
  });

  it('holds within one process too, and can be taken again', () => {
    const first = lockDataFolder(dataDir);
    expect(() => lockDataFolder(dataDir)).toThrow(DataFolderInUse);
    // The one that was refused has not taken anything with it.
    expect(() => lockDataFolder(dataDir)).toThrow(`(pid ${process.pid})`);
    first.release();
    expect(existsSync(join(dataDir, 'owner.json'))).toBe(false);
    lockDataFolder(dataDir).release();
  });

  it('says so without a name when the owner left none', () => {
    const first = lockDataFolder(dataDir);
    writeFileSync(join(dataDir, 'owner.json'), '{"pid":');
    expect(() => lockDataFolder(dataDir)).toThrow(`${dataDir} is in use by another BenchTray. Stop it`);
    first.release();
  });

  it('makes the folder, for this user only', () => {
    const folder = join(dataDir, 'a', 'b');
    lockDataFolder(folder).release();
    if (process.platform !== 'win32') expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('names a folder that cannot be used', () => {
    const folder = join(dataDir, 'file', 'b');
    writeFileSync(join(dataDir, 'file'), '');
    expect(() => lockDataFolder(folder)).toThrow(UserError);
    expect(() => lockDataFolder(folder)).toThrow(`The data folder ${folder} cannot be used: ENOTDIR`);
  });
});
