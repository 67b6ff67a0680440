/** What becomes of a log whose file, or whose container, goes away while there is still something to be read. */
import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { inspectLine, type RealVm } from '../../support/real-vm.ts';
import { sampleRunByTask, sampleTaskIds } from '../../support/sample-run.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { readyVm, watch, type Watched } from './watched.ts';

const whole = (pieces: readonly string[]): string => pieces.join('');
const ids = (watched: Watched): string[] => watched.client.tasks().map(({ task_id }) => task_id);

async function begin(): Promise<{ vm: RealVm; dataDir: string; pieces: string[] }> {
  const vm = await readyVm();
  // On a machine that plays its own container, a folder that they share has the same name on both sides.
  const client = join(vm.dir, 'client');
  const mounts = [{ Source: client, Destination: client }];
  vm.setInspect(inspectLine({ mounts }));
  await vm.startRunner();
  const dataDir = mkdtempSync(join(tmpdir(), 'benchtray-data-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  return { vm, dataDir, pieces: sampleRunByTask(Date.now()) };
}

async function expectOneFinishedRun(watched: Watched): Promise<void> {
  await until(() => watched.client.progress()?.state === 'finished', 'the end of the run');
  expect(watched.client.errors().filter(({ code }) => code.startsWith('run_'))).toEqual([]);
  const runs = (await (await fetch(`${watched.monitor.url}/api/runs`)).json()) as unknown[];
  expect(runs).toMatchObject([{ state: 'finished', tasks_completed: 12, average_score: 0.55 }]);
}

describe.skipIf(sshdPath === null)('a container that is gone with the end of its run', () => {
  it('has its last lines read where its folder lies on the VM', async () => {
    const { vm, dataDir, pieces } = await begin();
    const watched = await watch(vm.config, { dataDir });
    vm.runSays(whole(pieces.slice(0, 6)));
    await until(() => ids(watched).length >= 6, 'six tasks');
    await vm.stopRunner();
    vm.containerGone();
    vm.runSays(whole(pieces.slice(6)));
    await expectOneFinishedRun(watched);
    expect(ids(watched)).toEqual(sampleTaskIds);
  });

  it('has them read by a BenchTray that comes back later, as the same run', async () => {
    const { vm, dataDir, pieces } = await begin();
    const before = await watch(vm.config, { dataDir });
    vm.runSays(whole(pieces.slice(0, 6)));
    await until(() => ids(before).length >= 6, 'six tasks');
    await before.close();
    vm.runSays(whole(pieces.slice(6)));
    await vm.stopRunner();
    vm.containerGone();
    const after = await watch(vm.config, { dataDir });
    await expectOneFinishedRun(after);
    expect(ids(after)).toEqual(sampleTaskIds);
  });
});

describe.skipIf(sshdPath === null)('a log that was moved away while nobody looked', () => {
  const moves: [string, (path: string, later: readonly string[]) => void][] = [
    [
      'twice',
      (path, [first = '', second = '', third = '']) => {
        appendFileSync(path, first);
        renameSync(path, `${path}.1`);
        writeFileSync(path, second);
        renameSync(`${path}.1`, `${path}.2`);
        renameSync(path, `${path}.1`);
        writeFileSync(path, third);
      },
    ],
    [
      'twice, and the new one is still empty',
      (path, [first = '', ...later]) => {
        appendFileSync(path, first);
        renameSync(path, `${path}.2`);
        writeFileSync(`${path}.1`, whole(later));
        writeFileSync(path, '');
      },
    ],
    [
      'by a name of its own, and is written on there',
      (path, later) => {
        renameSync(path, join(path, '..', 'kept-by-hand'));
        appendFileSync(join(path, '..', 'kept-by-hand'), whole(later));
      },
    ],
    [
      'as a copy, and cut',
      (path, [first = '', ...later]) => {
        appendFileSync(path, first);
        copyFileSync(path, `${path}-20260129`);
        truncateSync(path);
        appendFileSync(path, whole(later));
      },
    ],
  ];
  it.each(moves)('%s, is read to its end', async (_how, move) => {
    const { vm, dataDir, pieces } = await begin();
    const before = await watch(vm.config, { dataDir });
    vm.runSays(whole(pieces.slice(0, 3)));
    await until(() => ids(before).length >= 3, 'three tasks');
    await before.close();
    // In the middle of a line each time.
    const rest = whole(pieces.slice(3));
    const third = Math.floor(rest.length / 3);
    move(vm.runLog, [rest.slice(0, third), rest.slice(third, 2 * third), rest.slice(2 * third)]);
    const after = await watch(vm.config, { dataDir });
    await expectOneFinishedRun(after);
    expect(ids(after)).toEqual(sampleTaskIds);
  });

  it('is said to be lost where it was compressed, and what came after it is read', async () => {
    const { vm, dataDir, pieces } = await begin();
    const before = await watch(vm.config, { dataDir });
    vm.runSays(whole(pieces.slice(0, 3)));
    await until(() => ids(before).length >= 3, 'three tasks');
    await before.close();
    renameSync(vm.runLog, `${vm.runLog}.1.gz`);
    vm.runSays(whole(pieces.slice(4)));
    const after = await watch(vm.config, { dataDir });
    await until(() => after.client.progress()?.state === 'finished', 'the end of the run');
    expect(ids(after)).toEqual(sampleTaskIds.filter((_id, index) => index !== 3));
    expect(after.monitor.logged).toContainEqual(
      expect.objectContaining({ packed: [`${vm.runLog}.1.gz`], level: 40 }),
    );
  });
});
