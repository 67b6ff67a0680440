import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DataFolderInUse, lockDataFolder, openFeed } from '../../../src/main/engine/feed/index.ts';
import { UserError } from '../../../src/shared/user-error.ts';

/** A bundle: a hundred processes would otherwise strip the types of every source a hundred times. */
let script: string;
let bundleDir: string;
beforeAll(async () => {
  bundleDir = mkdtempSync(join(tmpdir(), 'benchtray-bundle-'));
  script = join(bundleDir, 'commit-for-ever.mjs');
  await build({
    configFile: false,
    logLevel: 'silent',
    ssr: { noExternal: true },
    build: {
      ssr: join(import.meta.dirname, 'commit-for-ever.ts'),
      outDir: bundleDir,
      target: 'node24',
      rolldownOptions: { output: { entryFileNames: '[name].mjs' } },
    },
  });
});
afterAll(() => rmSync(bundleDir, { recursive: true }));

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'benchtray-killed-'));
});
afterEach(() => {
  rmSync(dataDir, { recursive: true });
});

/** A process that has the folder and commits in a loop, two events at a time. */
function startCommitting(folder = dataDir, from = 1) {
  const child = spawn(process.execPath, [script, folder, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ids = (): string[] => said.split('\n').slice(0, -1);
  return {
    pid: child.pid,
    ids,
    async hasSaid(count: number) {
      while (ids().length <= count) await once(child.stdout, 'data');
    },
    async kill() {
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    },
  };
}

const kills = 100;
const folders = 4;

it(`loses nothing that was told and writes no half of a change, killed ${kills} times at any moment`, async () => {
  const killAgainAndAgain = async (folder: string) => {
    mkdirSync(folder);
    const told: string[] = [];
    let written = 0;
    for (let round = 0; round < kills / folders; round += 1) {
      const child = startCommitting(folder, written + 1);
      await child.hasSaid(round % 7);
      await child.kill();
      told.push(...child.ids());
      const feed = openFeed({ dataDir: folder });
      const events = feed.replay(0, null, 1_000_000);
      written = feed.latestFollow('vm-a')?.offset ?? 0;
      // Each change is there with all of its parts, each once, in order, to the one that the log has been read to.
      expect(
        events.map(({ data }) => ('task_id' in data ? data.task_id : 'detail' in data && data.detail)),
      ).toEqual(Array.from({ length: 2 * written }, (_, index) => `task ${Math.floor(index / 2) + 1}`));
      expect(feed.tasksOf('run-1')).toHaveLength(written);
      const kept = new Set(events.map(({ id }) => id));
      expect(told.filter((id) => !kept.has(id))).toEqual([]);
      expect(new Set(told).size).toBe(told.length);
      expect(events.every(({ seq }, index) => seq > (events[index - 1]?.seq ?? 0))).toBe(true);
      feed.close();
    }
  };
  await Promise.all(
    Array.from({ length: folders }, (_, index) => killAgainAndAgain(join(dataDir, String(index)))),
  );
}, 900_000);

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

  // Windows lets nobody remove a folder that has an open file.
  it.skipIf(process.platform === 'win32')('leaves a new folder at the same path to its new owner', () => {
    const first = lockDataFolder(dataDir);
    rmSync(dataDir, { recursive: true });
    const second = lockDataFolder(dataDir);
    second.announce('http://127.0.0.1:2');
    first.release();
    expect(() => lockDataFolder(dataDir)).toThrow('http://127.0.0.1:2');
    second.release();
    expect(existsSync(join(dataDir, 'owner.json'))).toBe(false);
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
    expect(() => lockDataFolder(folder)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(`The data folder ${folder} cannot be used: ENOTDIR`) as string,
        hint: 'Fix its permissions, or set "dataDir" to another folder.',
      }),
    );
  });

  it.each([
    ['lock.sqlite', 'x'.repeat(5000), 'file is not a database'],
    ['owner.json', null, 'it is a folder, expected a regular file'],
  ])('names an unusable %s, and says to remove it', (name, content, reason) => {
    const file = join(dataDir, name);
    if (content === null) mkdirSync(file);
    else writeFileSync(file, content);
    expect(() => lockDataFolder(dataDir)).toThrow(
      new UserError(`The data folder ${dataDir} cannot be used: ${file}: ${reason}.`, {
        hint: `Remove ${file} (BenchTray creates it again), or set "dataDir" to another folder.`,
      }),
    );
  });
});
