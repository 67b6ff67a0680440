/** What is kept of tasks and logs while a disk takes nothing: a real one, which is full or read-only. */
import { execFileSync } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createLogStore } from '../../../src/main/engine/archive/index.ts';
import { stepPicture } from '../../../src/main/engine/demo/picture.ts';
import { watchedFolder } from '../../unit/watch/keep-vm.ts';
import { until } from '../../support/wait.ts';

/** Mounts a small disk in memory. @param options of tmpfs: "size=2m" */
function mount(folder: string, options: string): void {
  mkdirSync(folder, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'benchtray-test', folder]);
}
const remount = (folder: string, options: string): void =>
  void execFileSync('mount', ['-o', `remount,${options}`, folder]);
const unmount = (folder: string): void => void execFileSync('umount', ['-l', folder]);

const canMount = (() => {
  const folder = mkdtempSync(join(tmpdir(), 'benchtray-mount-'));
  try {
    if (process.platform !== 'linux') throw new Error('this is not Linux');
    mount(folder, 'size=1m');
    unmount(folder);
    return true;
  } catch {
    console.warn('No disk can be mounted here: what happens on a full one is left out.');
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
})();

/** A screenshot that no other one is equal to. */
const noise = (bytes: number): Buffer =>
  Buffer.concat([stepPicture(1, 120).subarray(0, 33), randomFillSync(Buffer.alloc(bytes))]);

function storedIn(archive: string): string[] {
  const folder = join(archive, 'screens');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Each file has the hash that it is named for. */
function expectWhole(archive: string): void {
  for (const path of storedIn(archive))
    expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(path.split('/').at(-1));
}

/** A VM with three ended tasks of three screenshots. @param options of the disk that the archive is on */
function withDisk(options: string) {
  const vm = watchedFolder();
  const archive = join(vm.dir, 'archive');
  mount(archive, options);
  onTestFinished(() => unmount(archive));
  const tasks = ['a', 'b', 'c'].map((taskId, minute) => vm.taskAt(taskId, minute));
  for (const [minute, { taskId }] of tasks.entries())
    for (const step of [1, 2, 3]) vm.put(`${taskId}/step_${step}.png`, minute + 0.5, noise(400_000));
  const whole = ['done', null, ['step_1.png', 'step_2.png', 'step_3.png']];
  return { ...vm, archiveDir: archive, tasks, whole: tasks.map(() => whole) };
}

describe.skipIf(!canMount)('the files of tasks', () => {
  it('wait while the disk is full, nothing half is believed, and the copy goes on when there is room', async () => {
    const vm = withDisk('size=2m');
    vm.ends(...vm.tasks);
    await vm.lookUntil(() => vm.troubles.length > 0, 'the full disk is reported');
    expect(vm.troubles[0]).toMatchObject({
      ...{ code: 'files_not_kept', severity: 'warning' },
      message: 'BenchTray copies no files of tasks, because the disk of this computer is full.',
      detail: expect.stringContaining('no space left on device') as string,
    });
    const waiting = vm.feed.wantedTasks('vm', 10).length;
    expect(waiting).toBeGreaterThanOrEqual(1);
    expectWhole(vm.archiveDir);
    expect(readdirSync(join(vm.archiveDir, 'incoming'))).toEqual([]);
    // What waits says why.
    const [wanted] = vm.feed.wantedTasks('vm', 1);
    expect(await vm.whyNot(wanted?.taskId ?? '')).toContain('no space left on device');

    remount(vm.archiveDir, 'size=20m');
    await vm.copyAll();
    expect(vm.tasks.map(vm.kept)).toEqual(vm.whole);
    expectWhole(vm.archiveDir);
    expect(storedIn(vm.archiveDir)).toHaveLength(9);
    await vm.lookUntil(() => vm.troubles.length > 1, 'the copies go on');
    expect(vm.troubles).toMatchObject([
      { severity: 'warning' },
      { lasted_seconds: expect.any(Number) as number },
    ]);
  });

  it('wait while the folder is read-only, and say so', async () => {
    const vm = withDisk('size=20m,ro');
    vm.ends(...vm.tasks);
    await vm.lookUntil(() => vm.troubles.length > 0, 'it is reported');
    expect(vm.troubles).toMatchObject([
      { detail: expect.stringContaining('read-only file system') as string },
    ]);
    expect(await vm.whyNot('a')).toMatch(/not copied this task yet.*read-only file system/);
    // The VM is not asked for files that nothing can take.
    expect(vm.shell.pids).toHaveLength(1);
    remount(vm.archiveDir, 'rw');
    await vm.copyAll();
    expect(vm.tasks.map(vm.kept)).toEqual(vm.whole);
  });

  it('are copied from a VM whose own disk is full', async () => {
    const vm = watchedFolder();
    const results = join(vm.dir, 'results');
    mount(results, 'size=2m');
    onTestFinished(() => unmount(results));
    const task = vm.taskAt('a', 1);
    vm.put('a/step_1.png', 1.5, noise(400_000));
    expect(() => writeFileSync(join(results, 'full'), Buffer.alloc(4_000_000))).toThrow('ENOSPC');
    vm.ends(task);
    await vm.copyAll();
    expect(vm.kept(task)).toEqual(['done', null, ['step_1.png']]);
  });
});

describe.skipIf(!canMount)('the log of a run', () => {
  it('has a hole for the time in which the disk was full, and goes on behind it', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'benchtray-full-log-'));
    mount(dataDir, 'size=1m');
    const told: string[] = [];
    const log = {
      warn: (_: object, text: string) => told.push(text),
      error: (_: object, text: string) => told.push(text),
    };
    const store = createLogStore({ dataDir, isOn: () => true, log });
    onTestFinished(async () => {
      await store.close();
      unmount(dataDir);
      rmSync(dataDir, { recursive: true, force: true });
    });
    const writer = store.writer('vm', 'run-1', 'host:/tmp/run.log');
    const pieceBytes = 200_000;
    // Noise, so that zstd makes no room.
    const pieces = Array.from({ length: 8 }, () => randomFillSync(Buffer.alloc(pieceBytes)));
    pieces.forEach((piece, index) => {
      writer.write(index * pieceBytes, piece);
      writer.flush();
    });
    expect(told).toEqual([expect.stringContaining('cannot be kept')]);
    remount(dataDir, 'size=20m');
    const behind = Buffer.from('the log goes on\n');
    writer.write(8 * pieceBytes, behind);
    writer.flush();
    expect(told).toHaveLength(2);
    const run = { runId: 'run-1', vm: 'vm', log: 'host:/tmp/run.log', starts: ['run-1'] };
    await until(() => store.open(run) !== null, 'the log can be read');
    const kept = store.open(run);
    let first = 0;
    let last = '';
    for await (const { from, bytes } of kept?.read(0, kept.size) ?? []) {
      for (let at = from; at < from + bytes.length && at < 8 * pieceBytes; at += 1_000) {
        const piece = pieces[Math.floor(at / pieceBytes)];
        expect(bytes[at - from]).toBe(piece?.[at % pieceBytes]);
        first += 1;
      }
      last = Buffer.from(bytes).toString('latin1').slice(-behind.length);
    }
    expect([first > 0, last]).toEqual([true, behind.toString()]);
  });
});
