/** The files of the archive, in a real folder: what a crash or a full disk leaves of them. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFileStore, systemDisk, type StoreDisk } from '../../../src/main/engine/archive/store.ts';

let root: string;
let kept: Set<string>;
beforeEach(() => {
  root = join(mkdtempSync(join(tmpdir(), 'benchtray-store-')), 'archive');
  kept = new Set();
});
afterEach(() => rmSync(join(root, '..'), { recursive: true }));

const open = (disk?: StoreDisk) => openFileStore(root, (hash) => kept.has(hash), disk);
const filesIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
        entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
      )
    : [];
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const screen = Buffer.from('a screenshot');

/** A disk that is gone before its nth call, as in a crash: no later call works either. */
function diskUntil(calls: number): StoreDisk {
  let left = calls;
  const guarded = <Call extends (...words: never[]) => unknown>(call: Call): Call =>
    ((...words: never[]) => {
      left -= 1;
      if (left < 0) throw new Error('the process has ended');
      return call(...words);
    }) as Call;
  return {
    makeFolder: guarded(systemDisk.makeFolder),
    write: guarded(systemDisk.write),
    rename: guarded(systemDisk.rename),
    syncFolder: guarded(systemDisk.syncFolder),
    remove: guarded(systemDisk.remove),
  };
}

describe('the files of the archive', () => {
  it('are stored again if they are just being removed', async () => {
    const gate = Promise.withResolvers<undefined>();
    const store = open({
      ...systemDisk,
      async remove(path) {
        await gate.promise;
        await systemDisk.remove(path);
      },
    });
    const bytes = Buffer.from('a picture');
    const before = store.begin();
    const { hash } = await before.put('screen', bytes);
    before[Symbol.dispose]();
    const removed = store.remove('screen', hash);
    using batch = store.begin();
    const stored = batch.put('screen', bytes);
    await systemDisk.syncFolder(root);
    gate.resolve(undefined);
    await removed;
    expect(await store.read({ kind: 'screen', ...(await stored) })).toEqual(bytes);
  });

  it.each(['screen', 'text'] as const)('come back byte by byte (%s), for this user only', async (kind) => {
    const bytes = Buffer.from('{"step_num": 1}\n'.repeat(1000));
    using batch = open().begin();
    const stored = await batch.put(kind, bytes);
    expect(stored).toMatchObject({ hash: hashOf(bytes), sizeBytes: bytes.length });
    expect(stored.storedBytes < bytes.length).toBe(kind === 'text');
    expect(Buffer.from((await open().read({ kind, ...stored })) ?? '')).toEqual(bytes);
    const [file = ''] = filesIn(root);
    if (process.platform !== 'win32')
      expect([statSync(file).mode & 0o777, statSync(root).mode & 0o777]).toEqual([0o600, 0o700]);
  });

  it('are stored once, however often they come', async () => {
    using batch = open().begin();
    const [first, second] = [
      await batch.put('screen', screen),
      await batch.put('screen', Buffer.from(screen)),
    ];
    expect(second).toEqual(first);
    expect(filesIn(root)).toHaveLength(1);
  });

  it('are not believed if they are damaged, cut, or something else lies there', async () => {
    const store = open();
    using batch = store.begin();
    const stored = { kind: 'screen', ...(await batch.put('screen', screen)) } as const;
    const [file = ''] = filesIn(root);
    writeFileSync(file, 'b screenshot');
    expect(await store.read(stored)).toBeNull();
    // The same file comes again: it is healed, also if the damage left its size.
    writeFileSync(file, Buffer.alloc(screen.length, 'x'));
    expect(await store.read(stored)).toBeNull();
    await batch.put('screen', screen);
    expect(await store.read(stored)).not.toBeNull();
    writeFileSync(file, screen.subarray(0, -1));
    expect(await store.read(stored)).toBeNull();
    await batch.put('screen', screen);
    expect(await store.read(stored)).not.toBeNull();
    rmSync(file);
    expect(await store.read(stored)).toBeNull();
  });

  it('leave nothing half after a crash between any two calls, and the next life removes what nobody names', async () => {
    let calls = 0;
    for (let isOver = false; !isOver; calls += 1) {
      const crashed = open(diskUntil(calls));
      const batch = crashed.begin();
      try {
        await batch.put('screen', screen);
        await batch.put('text', Buffer.from('a trajectory'));
        isOver = true;
      } catch {
        // The process has ended: its batch does not.
      }
      for (const file of filesIn(join(root, 'screens')))
        expect(hashOf(screen)).toBe(file.split(/[/\\]/).at(-1));
      const next = open();
      await next.sweep(0);
      expect(filesIn(root), `after ${calls} calls`).toEqual([]);
      // What was named before is still there.
      using again = next.begin();
      const stored = await again.put('screen', screen);
      kept.add(stored.hash);
      await open().sweep(0);
      expect(await next.read({ kind: 'screen', ...stored })).not.toBeNull();
      kept.clear();
      rmSync(root, { recursive: true });
    }
    expect(calls).toBeGreaterThan(8);
  });

  it('are swept also where something lies between them that cannot be removed', async () => {
    const store = open();
    {
      using batch = store.begin();
      await batch.put('screen', screen);
    }
    mkdirSync(join(root, 'incoming', 'a folder'), { recursive: true });
    mkdirSync(join(root, 'screens', '00', '0'.repeat(64)), { recursive: true });
    await store.sweep(0);
    expect(filesIn(root)).toEqual([]);
  });

  it('are not swept if they are older than this journal', async () => {
    const store = open();
    {
      using batch = store.begin();
      await batch.put('screen', screen);
    }
    await store.sweep(Date.now() + 60_000);
    expect(filesIn(root)).toHaveLength(1);
  });

  it('stay while a batch has them, and go when neither a batch nor an attempt names them', async () => {
    const store = open();
    const first = store.begin();
    const { hash } = await first.put('screen', screen);
    const second = store.begin();
    await second.put('screen', screen);
    first[Symbol.dispose]();
    await store.remove('screen', hash);
    await store.sweep(0);
    expect(filesIn(root)).toHaveLength(1);
    second[Symbol.dispose]();
    kept.add(hash);
    await store.remove('screen', hash);
    expect(filesIn(root)).toHaveLength(1);
    kept.delete(hash);
    await store.remove('screen', hash);
    expect(filesIn(root)).toEqual([]);
  });

  it('are not stored on a full disk, and leave nothing of it', async () => {
    const full: StoreDisk = {
      ...systemDisk,
      async write(path, bytes) {
        await systemDisk.write(path, bytes.subarray(0, 4));
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      },
    };
    using batch = open(full).begin();
    await expect(batch.put('screen', screen)).rejects.toThrow('ENOSPC');
    expect(filesIn(root)).toEqual([]);
  });
});
