/** Files of tasks that stay on this machine, copied over real SSH: shown when the container, the VM or its entry in the configuration is gone. */
import { execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stepPicture } from '../../../src/main/engine/demo/picture.ts';
import type { MonitorOptions } from '../../../src/main/engine/monitor.ts';
import { quickTempo, testConfig } from '../../support/monitor.ts';
import { canBuildWorld } from '../../support/real-vm/world.ts';
import { inspectLine, type RealVm } from '../../support/real-vm.ts';
import { sampleRunByTask, sampleTasks } from '../../support/sample-run.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { readyVm, watch } from './watched.ts';

const [[domain, taskId]] = sampleTasks;
const taskFolder = `client/results/pyautogui/a11y_tree/gpt-4o/0/${domain}/${taskId}`;
const picture = stepPicture(1, 120);

interface Listing {
  readonly screens: readonly {
    readonly name: string;
    readonly kept: boolean;
    readonly url: string;
    readonly width: number | null;
  }[];
}

interface RunAnswer {
  readonly kept?: { readonly missing: readonly { readonly why: string }[] };
}

/** A tar that ends the connection if it is given one file, and is the usual one else. */
const breaksConnection = `#!/bin/sh
case "$*" in *step_666*) ;; *) exec /bin/tar "$@";; esac
echo x >>"$VM_DIR/broken"
pid=$$
while [ "$pid" -gt 1 ]; do
  read -r name <"/proc/$pid/comm"
  case $name in sshd*) kill -9 "$pid"; exit 1;; esac
  while read -r key value _; do [ "$key" = PPid: ] && pid=$value && break; done <"/proc/$pid/status"
done
`;

function put(vm: RealVm, path: string, contents: Buffer | string): void {
  const file = join(vm.dir, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, contents);
}

const copiesAtOnce = { ...quickTempo, copyAfterMs: 0 };

function untilKept(list: () => Promise<Listing | null>): Promise<Listing> {
  return until(async () => {
    const found = await list();
    return found?.screens[0]?.kept === true ? found : null;
  }, 'the screenshots are kept');
}

/** Plays a run whose first task ends, on a machine that is watched. */
async function firstTaskEnds(vm: RealVm, options: Partial<MonitorOptions>) {
  const watched = await watch(vm.config, options);
  await vm.startRunner();
  vm.runSays(sampleRunByTask(Date.now())[0] ?? '');
  const [task] = await until(
    () => watched.client.tasks().length > 0 && watched.client.tasks(),
    'a task is done',
  );
  const path = `/api/runs/${task?.run_id ?? ''}/tasks/${taskId}/screens`;
  const listFrom = async (url: string): Promise<Listing | null> => {
    const answer = await fetch(url + path);
    return answer.status === 200 ? ((await answer.json()) as Listing) : null;
  };
  return {
    ...watched,
    path: watched.monitor.url + path,
    listFrom,
    list: () => listFrom(watched.monitor.url),
  };
}

describe.skipIf(sshdPath === null)('the files of an ended task', () => {
  it('are shown when the container and then the VM are gone, and when it is not watched any more', async () => {
    const vm = await readyVm();
    put(vm, `${taskFolder}/screenshot-step_1_20260128@225520.png`, picture);
    put(vm, `${taskFolder}/screenshot-step_reset_20260128@225508.png`, stepPicture(0, 120));
    put(vm, `${taskFolder}/traj.jsonl`, '{"step_num": 0}\n');
    put(vm, 'secret.png', picture);
    symlinkSync(join(vm.dir, 'secret.png'), join(vm.dir, taskFolder, 'step_8.png'));
    execFileSync('mkfifo', [join(vm.dir, taskFolder, 'step_9.png')]);
    put(vm, `${taskFolder}/step_7.png`, '<html>no picture</html>');
    const { monitor, list, path, untilPhase } = await firstTaskEnds(vm, { tempo: copiesAtOnce });
    const listing = await untilKept(list);
    expect(listing.screens.map(({ name, kept, width }) => [name, kept, width])).toEqual([
      ['screenshot-step_reset_20260128@225508.png', true, 320],
      ['screenshot-step_1_20260128@225520.png', true, 320],
    ]);
    vm.containerGone();
    rmSync(join(vm.dir, 'client/results/pyautogui'), { recursive: true });
    expect((await list())?.screens).toHaveLength(2);
    await vm.killSshd();
    await untilPhase('unknown');
    const answer = await fetch(monitor.url + (listing.screens[1]?.url ?? ''));
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(Buffer.from(await answer.arrayBuffer()).equals(picture)).toBe(true);
    monitor.reconfigure(testConfig([]));
    expect((await list())?.screens).toHaveLength(2);
    expect((await fetch(`${path}/step_8.png`)).status).toBe(404);
  });

  it.skipIf(!canBuildWorld()).each([
    ['by SFTP from the disk of the VM', true],
    ['by the container engine from a container alone', false],
  ])('are copied where no machine has tar: %s', async (_how, isShared) => {
    const vm = await readyVm();
    await vm.hideTar();
    if (!isShared) vm.setInspect(inspectLine({ mounts: [] }));
    put(vm, `${taskFolder}/screenshot-step_1_20260128@225520.png`, picture);
    put(vm, `${taskFolder}/traj.jsonl`, '{"step_num": 0}\n');
    put(vm, `${taskFolder}/recording.mp4`, Buffer.alloc(2_000_000));
    symlinkSync(join(vm.dir, 'host_key'), join(vm.dir, taskFolder, 'runtime.log'));
    const { monitor, list } = await firstTaskEnds(vm, { tempo: copiesAtOnce });
    const { screens } = await untilKept(list);
    vm.containerGone();
    rmSync(join(vm.dir, 'client/results/pyautogui'), { recursive: true });
    const answer = await fetch(monitor.url + (screens[0]?.url ?? ''));
    expect(Buffer.from(await answer.arrayBuffer()).equals(picture)).toBe(true);
    expect((await readdir(join(monitor.dataDir, 'archive/texts'))).length).toBe(1);
  });

  it('are given up if the connection breaks during each copy of them, and the VM stays connected', async () => {
    const vm = await readyVm();
    put(vm, `${taskFolder}/step_666.png`, picture);
    put(vm, 'bin/tar', breaksConnection);
    chmodSync(join(vm.dir, 'bin/tar'), 0o755);
    const { monitor, list, client } = await firstTaskEnds(vm, {
      tempo: { ...copiesAtOnce, copyAgainMs: 10 },
    });
    const whyMissing = async (): Promise<string | undefined> => {
      const answer = await fetch(`${monitor.url}/api/runs/${client.tasks()[0]?.run_id ?? ''}`);
      return ((await answer.json()) as RunAnswer).kept?.missing[0]?.why;
    };
    await until(async () => (await whyMissing()) === 'breaks', 'the task is given up');
    expect(readFileSync(join(vm.dir, 'broken'), 'utf8')).toBe('x\nx\nx\n');
    await until(async () => (await list())?.screens[0]?.kept === false, 'the VM answers');
  });

  it('are copied by the next life of BenchTray, which the VM answers', async () => {
    const vm = await readyVm();
    put(vm, `${taskFolder}/step_1.png`, picture);
    const dataDir = mkdtempSync(join(tmpdir(), 'benchtray-data-'));
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
    const first = await firstTaskEnds(vm, { dataDir, tempo: quickTempo });
    expect((await first.list())?.screens).toMatchObject([{ name: 'step_1.png', kept: false, width: null }]);
    await first.close();
    const { monitor } = await watch(vm.config, { dataDir, tempo: copiesAtOnce });
    await untilKept(() => first.listFrom(monitor.url));
    // What is written into the folder later changes nothing.
    put(vm, `${taskFolder}/step_1.png`, stepPicture(2, 240));
    put(vm, `${taskFolder}/step_2.png`, stepPicture(2, 240));
    const listing = await first.listFrom(monitor.url);
    expect(listing?.screens.map(({ name }) => name)).toEqual(['step_1.png']);
    const answer = await fetch(monitor.url + (listing?.screens[0]?.url ?? ''));
    expect(Buffer.from(await answer.arrayBuffer()).equals(picture)).toBe(true);
  });
});
