/** VMs and containers that have less than others: busybox in the place of a shell and its tools, and hardly any processor. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stepPicture } from '../../../src/main/engine/demo/picture.ts';
import { sampleRunByTask, sampleTaskIds, sampleTasks } from '../../support/sample-run.ts';
import { busyboxPath, busyboxStaticPath, sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { readyVm, realVm, watch } from './watched.ts';

const bootLog = readFileSync(new URL('../../samples/dockurr_boot.log', import.meta.url), 'utf8');
const whole = (pieces: readonly string[]): string => pieces.join('');

describe.skipIf(sshdPath === null || busyboxPath === null || busyboxStaticPath === null).each([
  ['busybox', busyboxPath],
  ['busybox-static', busyboxStaticPath],
])('a VM and a container whose sh is %s', (_name, path) => {
  const options = path === null ? {} : { shell: path };

  it('tell of the boot phase by phase, of the run over a rotation, of its results and its screenshots', async () => {
    const vm = await realVm(options);
    vm.containerUp();
    const watched = await watch(vm.config);
    await watched.untilPhase('starting');
    vm.containerSays(bootLog);
    await watched.untilPhase('oobe');
    vm.setProbe('ready');
    await watched.untilPhase('ready');

    await vm.startRunner();
    const [[domain, taskId]] = sampleTasks;
    const folder = join(vm.dir, `client/results/pyautogui/a11y_tree/gpt-4o/0/${domain}/${taskId}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'screenshot-step_1_20260128@225520.png'), stepPicture(1, 120));
    const pieces = sampleRunByTask(Date.now());
    vm.runSays(whole(pieces.slice(0, 6)));
    await until(() => watched.client.tasks().length >= 6, 'six tasks');
    renameSync(vm.runLog, `${vm.runLog}.1`);
    vm.runSays(whole(pieces.slice(6)));
    await until(() => watched.client.progress()?.state === 'finished', 'the end of the run');
    expect(watched.client.tasks().map(({ task_id }) => task_id)).toEqual(sampleTaskIds);

    const found = (): readonly string[] => (watched.status()?.detail.found ?? []).map(({ piece }) => piece);
    await until(() => ['runner', 'results', 'log'].every((piece) => found().includes(piece)), 'all is found');
    const [task] = watched.client.tasks();
    const url = `${watched.monitor.url}/api/runs/${task?.run_id ?? ''}/tasks/${taskId}/screens`;
    const listed = (await (await fetch(url)).json()) as { screens: { step: number; url: string }[] };
    expect(listed.screens).toMatchObject([{ step: 1 }]);
    const picture = await fetch(watched.monitor.url + (listed.screens[0]?.url ?? ''));
    expect(Buffer.from(await picture.arrayBuffer()).equals(stepPicture(1, 120))).toBe(true);
    expect(watched.client.errors()).toEqual([]);
  });

  it('have a result file read that the log says nothing of', async () => {
    const vm = await readyVm(options);
    const results = join(vm.dir, 'client/results');
    const file = join(results, 'pyautogui/a11y_tree/gpt-4o/0/chrome/from-elsewhere/result.txt');
    mkdirSync(dirname(file), { recursive: true });
    const benchmark = { log: null, results: `container:${results}` };
    const watched = await watch({ ...vm.config, benchmark });
    await watched.untilPhase('ready');
    writeFileSync(file, '1.0\n');
    await until(() => watched.client.tasks().length >= 1, 'its task');
    expect(watched.client.tasks()).toMatchObject([{ task_id: 'from-elsewhere', score: 1, success: true }]);
  });
});

describe.skipIf(sshdPath === null)('a VM with a twentieth of a processor', () => {
  it('is watched late, without a false report', async () => {
    const vm = await readyVm();
    await vm.startRunner();
    const pieces = sampleRunByTask(Date.now());
    vm.runSays(whole(pieces.slice(0, 3)));
    vm.throttle(0.05);
    const watched = await watch(vm.config);
    await until(() => watched.client.tasks().length >= 3, 'three tasks', 150_000);
    renameSync(vm.runLog, `${vm.runLog}.1`);
    vm.runSays(whole(pieces.slice(3)));
    await until(() => watched.client.progress()?.state === 'finished', 'the end of the run', 150_000);
    expect(watched.client.tasks().map(({ task_id }) => task_id)).toEqual(sampleTaskIds);
    expect(watched.client.errors()).toEqual([]);
    vm.throttle(1);
  }, 320_000);
});
