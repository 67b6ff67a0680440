import { randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { chunkBytes } from '../../../src/main/engine/archive/log/chunks.ts';
import { appendOwnFile } from '../../../src/main/engine/files/index.ts';
import { bytesOf, dataFolder, logName, run, storeIn, vm, type TestStore } from './kept-logs.ts';

/** Text of so many bytes, which zstd makes smaller. */
function textOf(bytes: number): Buffer {
  const line = `[2026-01-28 22:55:08,318 INFO run/1-MainProcess] Step 3 of ${randomBytes(4).toString('hex')}\n`;
  return Buffer.from(line.repeat(Math.ceil(bytes / line.length)).slice(0, bytes));
}

const filesIn = (dataDir: string): string[] =>
  globSync('archive/logs/*/*/*/*', { cwd: dataDir })
    .map((path) => path.split(/[/\\]/).at(-1) ?? '')
    .sort();
const keep = (store: TestStore, position: number, bytes: Uint8Array, start = run.runId): void => {
  const writer = store.writer(vm, start, logName);
  writer.write(position, bytes);
  writer.flush();
};

describe('a log that is kept', () => {
  it('is there when it was flushed, also for a process that comes after a kill', async () => {
    const dataDir = dataFolder();
    const text = textOf(3_000);
    keep(storeIn(dataDir), 0, text);
    expect(await bytesOf(storeIn(dataDir).open(run))).toEqual(text);
  });

  it('becomes frames of 1 MB, a slice of which is read without the others', async () => {
    const dataDir = dataFolder();
    const store = storeIn(dataDir);
    const text = textOf(3 * chunkBytes + 500);
    keep(store, 0, text);
    await store.idle();
    expect(filesIn(dataDir)).toEqual([
      '000000000000000-1048576.zst',
      '000000001048576-1048576.zst',
      '000000002097152-1048576.zst',
      '000000003145728.raw',
    ]);
    const [first, , third] = globSync('archive/logs/*/*/*/*.zst', { cwd: dataDir }).sort();
    for (const path of [first, third]) writeFileSync(join(dataDir, path ?? ''), 'damaged');
    const kept = store.open(run);
    const pieces = [];
    for await (const { from, bytes } of kept?.read(chunkBytes + 100, chunkBytes + 200) ?? [])
      pieces.push({ from, bytes });
    expect(pieces).toEqual([
      { from: chunkBytes + 100, bytes: text.subarray(chunkBytes + 100, chunkBytes + 200) },
    ]);
  });

  it('takes a fifth of the room, and is one file to zstd', async () => {
    const dataDir = dataFolder();
    const store = storeIn(dataDir);
    const text = textOf(2 * chunkBytes);
    keep(store, 0, text);
    await store.idle();
    expect(store.bytesOf(run)).toBeLessThan(text.length / 5);
    const frames = globSync('archive/logs/*/*/*/*.zst', { cwd: dataDir }).sort();
    const all = Buffer.concat(frames.map((path) => readFileSync(join(dataDir, path))));
    expect(zstdDecompressSync(all)).toEqual(text);
  });

  it.skipIf(process.platform === 'win32')('is for this user only', async () => {
    const dataDir = dataFolder();
    const store = storeIn(dataDir);
    keep(store, 0, textOf(chunkBytes + 1));
    await store.idle();
    const modes = globSync('archive/**', { cwd: dataDir }).map((path) => {
      const stats = statSync(join(dataDir, path));
      return `${stats.isDirectory() ? 'folder' : 'file'} ${(stats.mode & 0o777).toString(8)}`;
    });
    expect([...new Set(modes)].sort()).toEqual(['file 600', 'folder 700']);
  });

  it('has what was written again once, whether it is packed or not', async () => {
    const dataDir = dataFolder();
    const text = textOf(2 * chunkBytes + 300);
    const before = storeIn(dataDir);
    keep(before, 0, text);
    await before.idle();
    for (const position of [2 * chunkBytes + 10, chunkBytes + 5, 7, 0]) {
      const store = storeIn(dataDir);
      const other = textOf(1_000);
      keep(store, position, other);
      expect(await bytesOf(store.open(run))).toEqual(Buffer.concat([text.subarray(0, position), other]));
      await store.idle();
      keep(store, position, text.subarray(position));
      await store.idle();
      expect(await bytesOf(store.open(run))).toEqual(text);
    }
  });

  it('begins anew if it is read again from its beginning', async () => {
    const store = storeIn(dataFolder());
    keep(store, 0, textOf(chunkBytes + 10));
    const writer = store.writer(vm, run.runId, logName);
    writer.begin();
    expect(store.open(run)).toBeNull();
    keep(store, 0, Buffer.from('again\n'));
    expect((await bytesOf(store.open(run))).toString()).toBe('again\n');
  });

  it('ignores half a frame that a crash left, and packs what is there', async () => {
    const dataDir = dataFolder();
    const text = textOf(chunkBytes);
    const before = storeIn(dataDir);
    keep(before, 0, text);
    await before.idle();
    const [path = ''] = globSync('archive/logs/*/*/*/*.zst', { cwd: dataDir });
    const packed = join(dataDir, path);
    const raw = packed.replace('-1048576.zst', '.raw');
    // Killed while it wrote the frame.
    writeFileSync(raw, text);
    writeFileSync(`${raw}.part`, readFileSync(packed).subarray(0, 99));
    rmSync(packed);
    const after = storeIn(dataDir);
    expect(await bytesOf(after.open(run))).toEqual(text);
    await expect.poll(() => filesIn(dataDir)).toEqual(['000000000000000-1048576.zst']);
    // Killed between the new name and the end of the raw piece.
    writeFileSync(raw, text);
    expect(await bytesOf(storeIn(dataDir).open(run))).toEqual(text);
    // The machine lost its power, and the frame its end.
    truncateSync(packed, 50);
    rmSync(raw, { force: true });
    expect(await bytesOf(storeIn(dataDir).open(run))).toEqual(Buffer.alloc(text.length, '?'));
  });

  it('has no old bytes of a piece that a crash left beside its frame', async () => {
    const dataDir = dataFolder();
    const text = textOf(chunkBytes);
    const before = storeIn(dataDir);
    keep(before, 0, text);
    await before.idle();
    const [path = ''] = globSync('archive/logs/*/*/*/*.zst', { cwd: dataDir });
    writeFileSync(join(dataDir, path.replace('-1048576.zst', '.raw')), text);
    const after = storeIn(dataDir);
    keep(after, 0, Buffer.from('again\n'));
    expect((await bytesOf(after.open(run))).toString()).toBe('again\n');
  });

  it('goes on where it was, over starts of the same run', async () => {
    const store = storeIn(dataFolder());
    keep(store, 0, Buffer.from('first\n'), 'vm-1');
    keep(store, 0, Buffer.from('second\n'), 'vm-2');
    const kept = store.open({ ...run, starts: ['vm-1', 'vm-2'] });
    expect((await bytesOf(kept)).toString()).toBe('first\nsecond\n');
    expect(kept?.parts).toEqual([
      { from: 0, to: 6 },
      { from: 6, to: 13 },
    ]);
  });

  it("is the run's own log if it was read from two", async () => {
    const store = storeIn(dataFolder());
    const print = store.writer(vm, run.runId, 'host:/tmp/print.log');
    print.write(0, Buffer.from('printed\n'));
    print.flush();
    expect((await bytesOf(store.open(run))).toString()).toBe('printed\n');
    keep(store, 0, Buffer.from('logged\n'));
    expect((await bytesOf(store.open(run))).toString()).toBe('logged\n');
  });

  it('is told apart by names that differ in little', async () => {
    const store = storeIn(dataFolder());
    const names = ['a', 'A', 'a:', 'a/', '../a', 'x'.repeat(300), `${'x'.repeat(300)}y`, 'CON', ''];
    for (const name of names) store.writer(name, name, name).write(0, Buffer.from(`log of ${name}`));
    for (const name of names) store.writer(name, name, name).flush();
    for (const name of names)
      expect((await bytesOf(store.open({ runId: name, vm: name, log: name }))).toString()).toBe(
        `log of ${name}`,
      );
  });
});

describe('a log that cannot be kept', () => {
  it('has a hole while the disk is full, is said to have one once, and goes on behind it', async () => {
    let room = 6;
    const store = storeIn(
      dataFolder(),
      () => true,
      (path, bytes) => {
        const fitting = bytes.subarray(0, room);
        room -= fitting.length;
        appendOwnFile(path, fitting);
        if (fitting.length < bytes.length)
          throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
      },
    );
    keep(store, 0, Buffer.from('0123'));
    keep(store, 4, Buffer.from('4567'));
    keep(store, 8, Buffer.from('89ab'));
    room = 1_000;
    keep(store, 12, Buffer.from('cdef'));
    keep(store, 16, Buffer.from('0123'));
    expect((await bytesOf(store.open(run))).toString()).toBe('012345??????cdef0123');
    expect(store.told).toEqual([
      'the log of the run cannot be kept: it will have a hole',
      'the log of the run is kept again',
    ]);
  });

  it('is left out while "history.logs" is false, and what is kept stays', async () => {
    const dataDir = dataFolder();
    let isOn = true;
    const store = storeIn(dataDir, () => isOn);
    keep(store, 0, Buffer.from('0123'));
    isOn = false;
    keep(store, 4, Buffer.from('4567'));
    store.writer(vm, run.runId, logName).begin();
    isOn = true;
    keep(store, 8, Buffer.from('89'));
    expect((await bytesOf(store.open(run))).toString()).toBe('0123????89');
  });

  it('is not read through a link, from a FIFO or from a folder', () => {
    const dataDir = dataFolder();
    const store = storeIn(dataDir);
    keep(store, 0, Buffer.from('0123'));
    const [path = ''] = globSync('archive/logs/*/*/*/*.raw', { cwd: dataDir });
    const raw = join(dataDir, path);
    rmSync(raw);
    symlinkSync('/etc/hostname', raw);
    expect(store.open(run)).toBeNull();
    rmSync(raw);
    mkdirSync(raw);
    expect(store.open(run)).toBeNull();
    if (process.platform === 'win32') return;
    rmSync(raw, { recursive: true });
    execFileSync('mkfifo', [raw]);
    expect(store.open(run)).toBeNull();
  });
});

describe('a log that is removed', () => {
  it('gives its room back and leaves a note of when', async () => {
    const dataDir = dataFolder();
    const store = storeIn(dataDir);
    keep(store, 0, textOf(chunkBytes + 100));
    keep(store, 0, Buffer.from('another run\n'), 'vm-2');
    await store.idle();
    const bytes = store.bytesOf(run);
    expect(bytes).toBeGreaterThan(100);
    expect(store.removedAt(run)).toBeNull();
    expect(store.remove(run)).toBe(bytes);
    expect(store.open(run)).toBeNull();
    expect(store.bytesOf(run)).toBe(0);
    expect(storeIn(dataDir).removedAt(run)).toBeGreaterThan(Date.now() - 60_000);
    expect((await bytesOf(store.open({ ...run, runId: 'vm-2' }))).toString()).toBe('another run\n');
  });

  it('is not written any more by who was writing it', () => {
    const store = storeIn(dataFolder());
    const writer = store.writer(vm, run.runId, logName);
    writer.write(0, Buffer.from('0123'));
    writer.flush();
    store.remove(run);
    writer.write(4, Buffer.from('4567'));
    writer.flush();
    writer.seal();
    expect(store.open(run)).toBeNull();
  });

  it('goes with its VM, and with no other', async () => {
    const dataDir = dataFolder();
    const store = storeIn(dataDir);
    keep(store, 0, textOf(chunkBytes));
    const other = store.writer('vm-b', 'vm-b-1', logName);
    other.write(0, Buffer.from('stays\n'));
    other.flush();
    store.eraseVm(vm);
    await store.idle();
    expect(store.open(run)).toBeNull();
    expect(store.removedAt(run)).toBeNull();
    expect((await bytesOf(store.open({ runId: 'vm-b-1', vm: 'vm-b', log: logName }))).toString()).toBe(
      'stays\n',
    );
    expect(store.told).toEqual([]);
  });
});

describe('many logs that are removed', () => {
  const starts = Array.from({ length: 40 }, (_, index) => `vm-${index}`);
  const leftIn = (dataDir: string): string[] =>
    globSync('archive/logs/{*,.leaving/*}/*/*/*.{raw,zst}', { cwd: dataDir });

  /** Keeps a log of each start, in a folder of this test. */
  async function keepMany(): Promise<{ readonly dataDir: string; readonly store: TestStore }> {
    const dataDir = dataFolder();
    const store = storeIn(dataDir);
    for (const start of starts) keep(store, 0, textOf(1000), start);
    await store.idle();
    return { dataDir, store };
  }

  it('leave the event loop free: their VM has none at once, and the disk gets their room in pieces', async () => {
    const { dataDir, store } = await keepMany();
    store.eraseVm(vm);
    expect(starts.map((runId) => store.open({ ...run, runId }))).toEqual(starts.map(() => null));
    expect(leftIn(dataDir)).toHaveLength(starts.length);
    await store.idle();
    expect(leftIn(dataDir)).toEqual([]);
    expect(store.told).toEqual([]);
  });

  it('are gone for the next process, which removes the rest, wherever a kill stopped it', async () => {
    const { dataDir, store } = await keepMany();
    store.eraseVm(vm);
    // What the disk has when the process is killed, with half of the files removed.
    const killed = dataFolder();
    cpSync(dataDir, killed, { recursive: true });
    const left = leftIn(killed);
    for (const path of left.slice(left.length / 2)) rmSync(join(killed, path));
    const next = storeIn(killed);
    expect(starts.map((runId) => next.open({ ...run, runId }))).toEqual(starts.map(() => null));
    await next.idle();
    expect(leftIn(killed)).toEqual([]);
    expect(next.told).toEqual([]);
    await store.idle();
  });

  it('are swept in pieces, and only those that no run has', async () => {
    const { dataDir, store } = await keepMany();
    const longAgo = new Date(Date.now() - 3 * 86_400_000);
    for (const path of globSync('archive/logs/**', { cwd: dataDir }))
      utimesSync(join(dataDir, path), longAgo, longAgo);
    function* endless(): Generator<typeof run> {
      for (;;) yield run;
    }
    const stopped = new AbortController();
    const endlessSweep = store.sweep(endless(), 0, stopped.signal);
    await setImmediate();
    stopped.abort();
    await expect(endlessSweep).rejects.toThrow('aborted');
    const known = starts.slice(0, 10);
    await store.sweep(
      known.map((runId) => ({ ...run, runId })),
      0,
    );
    await store.idle();
    expect(starts.filter((runId) => store.open({ ...run, runId }) !== null)).toEqual(known);
    expect(leftIn(dataDir)).toHaveLength(known.length);
  });
});
