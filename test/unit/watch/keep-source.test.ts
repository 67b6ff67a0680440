/** What is copied of the tasks of a VM, from folders of this machine by shells of this machine. */
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/main/engine/common/clock.ts';
import type { OpenCondition } from '../../../src/main/engine/feed/index.ts';
import type { ContainerSight } from '../../../src/main/engine/watch/sight.ts';
import { createVmClock } from '../../../src/main/engine/watch/vm-clock.ts';
import { until } from '../../support/wait.ts';
import { picture, startMs, watchedFolder } from './keep-vm.ts';
import { localContact } from './tools.ts';

const running: ContainerSight = {
  ...{ kind: 'running', name: 'winarena', why: 'it is', addresses: [], mounts: [] },
};
const stopped = { kind: 'stopped', looks: 3 } as const;
const isOther = ({ code }: OpenCondition): boolean => code !== 'files_not_kept';

describe.skipIf(process.platform !== 'linux')('the files of an ended task', () => {
  it('are copied once, with their times', async () => {
    const vm = watchedFolder();
    const task = vm.taskAt('a', 1);
    vm.put('a/step_1.png', 1.5);
    vm.put('a/traj.jsonl', 1.6, '{"step_num": 1}\n');
    vm.ends(task);
    await vm.copyAll();
    expect(vm.kept(task)).toEqual(['done', null, ['step_1.png', 'traj.jsonl']]);
    expect(vm.feed.keptTask(task)?.files[0]).toMatchObject({
      modifiedAt: Math.floor(startMs / 1000) * 1000 + 90_000,
      width: 320,
    });
    const shells = vm.shell.pids.length;
    vm.ends(task);
    await vm.copyAll();
    expect(vm.shell.pids).toHaveLength(shells);
  });

  it('of an attempt are its own, when another attempt wrote into the same folder before', async () => {
    const vm = watchedFolder();
    const [first, second] = [vm.taskAt('a', 1), vm.taskAt('a', 3, { attempt: 2 })];
    vm.put('a/step_1_old.png', 1.5);
    vm.put('a/step_1_new.png', 3.5);
    vm.put('a/traj.jsonl', 3.6, '{}\n');
    vm.ends(first, second);
    await vm.copyAll();
    expect(vm.kept(first)).toEqual(['done', null, ['step_1_old.png', 'traj.jsonl']]);
    expect(vm.kept(second)).toEqual(['done', null, ['step_1_new.png', 'traj.jsonl']]);
  });

  it('are gone if another attempt replaced them first', async () => {
    const vm = watchedFolder();
    const [first, second] = [vm.taskAt('a', 1), vm.taskAt('a', 3, { attempt: 2 })];
    vm.put('a/step_1.png', 3.5);
    vm.put('a/traj.jsonl', 3.6, '{}\n');
    vm.ends(first, second);
    await vm.copyAll();
    expect(vm.kept(first)).toEqual(['gone', 'rewritten', []]);
    expect(vm.kept(second)).toEqual(['done', null, ['step_1.png', 'traj.jsonl']]);
  });

  it('are those of its try', async () => {
    const vm = watchedFolder();
    const [first, second] = [vm.taskAt('a', 1), vm.taskAt('a', 1, { attempt: 2 })];
    for (const one of [0, 1]) vm.put(`a/${one}/step_${one}.png`, 1.5);
    vm.ends(first, second);
    await vm.copyAll();
    expect([vm.kept(first), vm.kept(second)]).toEqual([
      ['done', null, ['step_0.png']],
      ['done', null, ['step_1.png']],
    ]);
  });

  it('are copied without screenshots where the configuration says so', async () => {
    const vm = watchedFolder({ screenshots: 'failures' });
    const [passed, failed] = [vm.taskAt('a', 1), vm.taskAt('b', 2, { success: false, score: 0 })];
    for (const [taskId, minute] of [
      ['a', 1.5],
      ['b', 2.5],
    ] as const) {
      vm.put(`${taskId}/step_1.png`, minute);
      vm.put(`${taskId}/traj.jsonl`, minute, '{}\n');
    }
    vm.ends(passed, failed);
    await vm.copyAll();
    expect(vm.kept(passed)).toEqual(['done', 'setting', ['traj.jsonl']]);
    expect(vm.kept(failed)).toEqual(['done', null, ['step_1.png', 'traj.jsonl']]);
  });

  it('are given up after some tries if the VM has none', async () => {
    const vm = watchedFolder();
    vm.put('other/step_1.png', 1.5);
    const task = vm.taskAt('a', 1);
    vm.ends(task);
    vm.store.update({ container: running });
    await vm.copyAll();
    expect(vm.kept(task)).toEqual(['gone', 'absent', []]);
  });

  it('are given up for want of room after one look at the room for all tasks of a run', async () => {
    const vm = watchedFolder();
    const isTooOld = vi.spyOn(vm.archive, 'isTooOld').mockReturnValue(true);
    const tasks = ['a', 'b', 'c'].map((taskId, minute) => vm.taskAt(taskId, minute));
    vm.ends(...tasks);
    await vm.copyAll();
    expect(tasks.map(vm.kept)).toEqual(tasks.map(() => ['gone', 'no-room', []]));
    expect(isTooOld).toHaveBeenCalledOnce();
  });

  it('leave out a file that is too large, and have those behind it', async () => {
    const vm = watchedFolder();
    const task = vm.taskAt('a', 1);
    vm.put('a/step_1.png', 1.2);
    vm.put('a/step_2.png', 1.3, Buffer.alloc(17 * 1024 * 1024));
    vm.put('a/step_3.png', 1.4);
    vm.ends(task);
    await vm.copyAll();
    expect(vm.kept(task)).toEqual(['done', 'large-file', ['step_1.png', 'step_3.png']]);
  });

  it('are copied as far as they fit, and the index says that some are left out', async () => {
    const vm = watchedFolder();
    const task = vm.taskAt('a', 1);
    for (let step = 10; step < 43; step += 1) {
      vm.put(`a/step_${step}.png`, 1.5);
      truncateSync(vm.pathOf(`a/step_${step}.png`), 8 * 1024 * 1024);
      vm.touch(`a/step_${step}.png`, 1.5);
    }
    vm.put('a/traj.jsonl', 1.6, '{}\n');
    vm.ends(task);
    await vm.copyAll();
    expect(vm.feed.keptTask(task)).toMatchObject({ state: 'done', why: 'large-task' });
    // The text comes first, and 256 MiB have room for 31 more.
    expect(vm.feed.keptTask(task)?.files).toHaveLength(32);
  });

  it('are all copied if there are more than one process can take', async () => {
    const vm = watchedFolder();
    const task = vm.taskAt('a', 1);
    for (let step = 0; step < 1100; step += 1) vm.put(`a/step_${step}.png`, 1.5);
    // It is sent, too, and has no name that can be kept.
    vm.put('a/step_0\u0007.png', 1.5);
    vm.ends(task);
    await vm.copyAll();
    expect(vm.feed.keptTask(task)).toMatchObject({ state: 'done', why: null });
    expect(vm.feed.keptTask(task)?.files).toHaveLength(1100);
  });

  it('are copied although somebody sets the clock to next month', async () => {
    const clock = { ...systemClock, aheadMs: 0, wallMs: () => Date.now() + clock.aheadMs };
    const vm = watchedFolder({}, 100, createVmClock(clock));
    const tasks = ['a', 'b'].map((taskId, minute) => vm.taskAt(taskId, minute));
    for (const [index, taskId] of ['a', 'b'].entries()) vm.put(`${taskId}/step_1.png`, index + 0.5);
    vm.ends(...tasks);
    clock.aheadMs = 30 * 86_400_000;
    await vm.copyAll();
    expect(tasks.map(vm.kept)).toEqual(tasks.map(() => ['done', null, ['step_1.png']]));
  });

  it('are looked for also after weeks, and given up if the container is still off an hour later', async () => {
    const clock = { ...systemClock, aheadMs: 0, monotonicMs: () => performance.now() + clock.aheadMs };
    const vm = watchedFolder({}, 100, createVmClock(clock));
    const [found, gone] = [vm.taskAt('a', 1), vm.taskAt('b', 2)];
    vm.put('a/step_1.png', 1.5);
    vm.ends(found, gone);
    vm.feed.putKept(
      [found, gone].map((key) => ({
        ...key,
        ...{ state: 'wanted', since: startMs - 30 * 86_400_000, why: null, clockOffsetMs: 0, files: [] },
      })),
    );
    await vm.lookUntil(() => vm.troubles.length > 0, 'the container is missed');
    expect(vm.troubles).toMatchObject([{ code: 'files_not_kept', severity: 'warning' }]);
    expect([vm.kept(found), vm.kept(gone)]).toEqual([
      ['done', null, ['step_1.png']],
      ['wanted', null, []],
    ]);
    clock.aheadMs = 3_700_000;
    await vm.copyAll();
    expect([vm.kept(found), vm.kept(gone)]).toEqual([
      ['done', null, ['step_1.png']],
      ['gone', 'unreached', []],
    ]);
  });

  it('are wanted on although the clock was a week ahead when BenchTray started', async () => {
    const clock = { ...systemClock, aheadMs: 8 * 86_400_000, wallMs: () => Date.now() + clock.aheadMs };
    const vm = watchedFolder({}, 100, createVmClock(clock));
    clock.aheadMs = 0;
    const task = vm.taskAt('a', 1);
    vm.ends(task);
    await vm.lookUntil(() => vm.troubles.length > 0, 'the container is missed');
    expect(vm.kept(task)).toEqual(['wanted', null, []]);
    vm.put('a/step_1.png', 1.5);
    vm.store.update({ container: running });
    await vm.copyAll();
    expect(vm.kept(task)).toEqual(['done', null, ['step_1.png']]);
  });

  it('are reported as not kept by each obstacle anew, and as kept again', async () => {
    const vm = watchedFolder();
    const task = vm.taskAt('a', 1);
    const archive = join(vm.dir, 'archive');
    vm.put('a/step_1.png', 1.5);
    writeFileSync(archive, 'a file where the folder should be');
    vm.ends(task);
    await vm.lookUntil(() => vm.troubles.length > 0, 'the archive takes nothing');
    expect(vm.troubles).toMatchObject([
      {
        ...{ code: 'files_not_kept', severity: 'warning' },
        message: 'BenchTray copies no files of tasks, because it cannot write into its data folder.',
        detail: expect.stringContaining('The archive cannot be written: ') as string,
      },
    ]);
    rmSync(archive);
    rmSync(vm.pathOf('a'), { recursive: true });
    vm.store.update({
      container: { ...stopped, name: 'winarena', state: 'exited', status: 'Exited (137)', exitCode: 137 },
    });
    await vm.lookUntil(() => vm.troubles.length > 2, 'the container is missed');
    expect(vm.troubles.slice(1)).toMatchObject([
      { message: 'Something else hinders the copy of task files now.' },
      {
        message: 'BenchTray cannot copy files of tasks, because their container is not running.',
        detail: 'The container winarena is not running, and the VM itself has no files of the task a.',
      },
    ]);
    vm.put('a/step_1.png', 1.5);
    vm.store.update({ container: running });
    await vm.copyAll();
    await vm.lookUntil(() => vm.feed.openConditions('vm').every(isOther), 'it has recovered');
    expect(vm.kept(task)).toEqual(['done', null, ['step_1.png']]);
    expect(vm.troubles.map(({ message }) => message).slice(3)).toEqual([
      'Nothing hinders the copy of task files any more.',
    ]);
  });

  it('are not kept while their journal cannot be written, until none is wanted any more', async () => {
    const vm = watchedFolder();
    const fault = { reason: 'database or disk is full', sinceMs: 0, unwritten: 1 };
    const journalFault = vi.spyOn(vm.feed, 'journalFault').mockReturnValue(fault);
    const task = vm.taskAt('a', 1);
    vm.ends(task);
    await vm.lookUntil(() => vm.troubles.length > 0, 'it is reported');
    expect(vm.troubles).toMatchObject([
      { detail: 'The journal cannot be written: database or disk is full.' },
    ]);
    journalFault.mockReturnValue(null);
    vm.archive.giveUp(task, 'absent');
    await vm.lookUntil(() => vm.troubles.length > 1, 'nothing is wanted');
    expect(vm.feed.openConditions('vm').every(isOther)).toBe(true);
  });

  it('wait while the log is behind, and while there is no connection', async () => {
    const vm = watchedFolder();
    const task = vm.taskAt('a', 1);
    vm.put('a/step_1.png', 1.5);
    vm.ends(task);
    const shells = vm.shell.pids.length;
    const { contact } = vm.store.get();
    vm.store.update({ isBehind: true, logLooks: 1 });
    vm.store.update({ isBehind: false, contact: null, logLooks: 2 });
    expect(vm.shell.pids).toHaveLength(shells);
    expect(vm.feed.wantedTasks('vm', 1)).toHaveLength(1);
    vm.store.update({ contact });
    await vm.copyAll();
    expect(vm.kept(task)).toEqual(['done', null, ['step_1.png']]);
  });

  it('go on where they stopped when the log was behind for a while', async () => {
    const vm = watchedFolder({ copyKilobytesPerSecond: 2000 });
    const task = vm.taskAt('a', 1);
    vm.put('a/step_1.png', 1.5, Buffer.concat([picture, Buffer.alloc(6_000_000)]));
    vm.ends(task);
    vm.store.update({ logLooks: 1 });
    await until(() => vm.shell.pids.length >= 2, 'the copy has begun');
    vm.store.update({ isBehind: true });
    expect(vm.feed.keptTask(task)?.state).toBe('wanted');
    vm.store.update({ isBehind: false });
    await vm.copyAll();
    expect(vm.kept(task)).toEqual(['done', null, ['step_1.png']]);
  });

  it('are copied from the beginning after a lost connection', async () => {
    const vm = watchedFolder({ copyKilobytesPerSecond: 100 });
    const task = vm.taskAt('a', 1);
    for (const step of [1, 2, 3])
      vm.put(`a/step_${step}.png`, 1.5, Buffer.concat([picture, Buffer.alloc(100_000)]));
    vm.ends(task);
    vm.store.update({ logLooks: 1 });
    await until(() => vm.shell.pids.length >= 2, 'the copy has begun');
    const again = localContact(vm.dir);
    vm.store.update({ contact: again.contact });
    vm.shell.end();
    await vm.copyAll();
    expect(vm.kept(task)).toEqual(['done', null, ['step_1.png', 'step_2.png', 'step_3.png']]);
  });

  it('are given up if the connection breaks during three copies of them, and the others come', async () => {
    const vm = watchedFolder();
    const [good, bad] = [vm.taskAt('good', 1), vm.taskAt('bad', 2)];
    for (const [taskId, minute] of [
      ['good', 1.5],
      ['bad', 2.5],
    ] as const)
      vm.put(`${taskId}/step_1.png`, minute);
    let { shell } = vm;
    let breaks = 0;
    const begin = vm.archive.begin.bind(vm.archive);
    vi.spyOn(vm.archive, 'begin').mockImplementation((key) => {
      if (key.taskId === 'bad') {
        breaks += 1;
        shell.end();
        const next = localContact(vm.dir);
        ({ shell } = next);
        vm.store.update({ contact: next.contact });
      }
      return begin(key);
    });
    vm.ends(good, bad);
    await vm.copyAll();
    expect([breaks, vm.kept(bad), vm.kept(good)]).toEqual([
      3,
      ['gone', 'breaks', []],
      ['done', null, ['step_1.png']],
    ]);
    expect(await vm.whyNot('bad')).toContain('the connection to the VM broke during the copy, three times');
    await vm.lookUntil(() => vm.troubles.length > 1, 'nothing is wanted');
    expect(vm.troubles.map(({ message }) => message)).toEqual([
      'BenchTray cannot copy files of a task, because the connection breaks during each copy.',
      'Nothing hinders the copy of task files any more.',
    ]);
  });

  it('wait while the archive takes nothing', async () => {
    const vm = watchedFolder();
    const task = vm.taskAt('a', 1);
    vm.put('a/step_1.png', 1.5);
    writeFileSync(join(vm.dir, 'archive'), 'a file where the folder should be');
    vm.ends(task);
    vm.store.update({ logLooks: 1 });
    await until(() => vm.shell.pids.length >= 2, 'the copy has begun');
    rmSync(join(vm.dir, 'archive'));
    expect(vm.feed.keptTask(task)?.state).toBe('wanted');
  });
});
