import { expect, it, vi } from 'vitest';
import { createDiskSync, type SyncedFile } from '../../../src/main/engine/feed/disk-sync.ts';
import { eventually } from '../../support/wait.ts';

/** A disk that takes as long as the test wants. */
function slowDisk() {
  const waiting: { done: () => void; fail: (error: Error) => void }[] = [];
  const file: SyncedFile = {
    datasync: () =>
      new Promise<void>((done, fail) => {
        waiting.push({ done, fail });
      }),
    close: vi.fn(() => Promise.resolve()),
  };
  return { file, waiting, open: () => Promise.resolve(file) };
}

it('brings everything onto the disk, one after the other, however much comes meanwhile', async () => {
  const disk = slowDisk();
  const sync = createDiskSync('journal-wal', () => undefined, disk.open, 0);
  sync.request();
  await eventually(() => expect(disk.waiting).toHaveLength(1));
  // Written while the disk is busy: in the sync that has begun it may be missing.
  for (let count = 0; count < 100; count += 1) sync.request();
  disk.waiting[0]?.done();
  await eventually(() => expect(disk.waiting).toHaveLength(2));
  disk.waiting[1]?.done();
  await Promise.resolve();
  sync.request();
  await eventually(() => expect(disk.waiting).toHaveLength(3));
});

it('brings together what comes within a moment of the last time', async () => {
  const disk = slowDisk();
  const sync = createDiskSync('journal-wal', () => undefined, disk.open, 3_600_000);
  sync.request();
  await vi.waitUntil(() => disk.waiting.length === 1);
  disk.waiting[0]?.done();
  sync.request();
  sync.request();
  await new Promise((resolve) => setImmediate(resolve));
  expect(disk.waiting).toHaveLength(1);
});

it('says once that the disk does not take it, and goes on trying', async () => {
  const disk = slowDisk();
  const faults: string[] = [];
  const sync = createDiskSync('journal-wal', ({ message }) => faults.push(message), disk.open, 0);
  for (let round = 1; round <= 3; round += 1) {
    sync.request();
    await eventually(() => expect(disk.waiting).toHaveLength(round));
    disk.waiting.at(-1)?.fail(new Error('EIO: i/o error'));
    await eventually(() => expect(faults).toEqual(['EIO: i/o error']));
  }
});

it('lets go of the file, once what has begun is through', async () => {
  const disk = slowDisk();
  const sync = createDiskSync('journal-wal', () => undefined, disk.open, 0);
  sync.request();
  await eventually(() => expect(disk.waiting).toHaveLength(1));
  sync.close();
  sync.request();
  disk.waiting[0]?.done();
  await eventually(() => expect(disk.file.close).toHaveBeenCalledOnce());
  expect(disk.waiting).toHaveLength(1);
});
