/** Pictures of tasks over real SSH: from the VM's own disk, from the container, and never from anywhere else. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  chmodSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stepPicture } from '../../../src/main/engine/demo/picture.ts';
import type { StepsView } from '../../../src/main/engine/server/routes/steps-schema.ts';
import { inspectLine, type RealVm } from '../../support/real-vm.ts';
import { sampleRunByTask, sampleTasks } from '../../support/sample-run.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { readyVm, watch, type Watched } from './watched.ts';

const [[domain, taskId]] = sampleTasks;
const name = 'screenshot-step_1_20260128@225520.png';
const picture = stepPicture(1, 120);

function put(vm: RealVm, path: string, contents: Buffer | string): void {
  const file = join(vm.dir, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, contents);
}
const taskFolder = `client/results/pyautogui/a11y_tree/gpt-4o/0/${domain}/${taskId}`;

interface Listing {
  readonly screens: readonly { readonly step: number | null; readonly name: string; readonly url: string }[];
}

/** A machine with a run in which a task is done. */
async function runningVm(vm: RealVm): Promise<Watched & { readonly path: string }> {
  await vm.startRunner();
  vm.runSays(sampleRunByTask(Date.now())[0] ?? '');
  const watched = await watch(vm.config);
  const [task] = await until(
    () => watched.client.tasks().length > 0 && watched.client.tasks(),
    'a task is done',
  );
  await until(
    () => watched.status()?.detail.found.some(({ piece }) => piece === 'results'),
    'the folder is found',
  );
  return {
    ...watched,
    path: `${watched.monitor.url}/api/runs/${task?.run_id ?? ''}/tasks/${taskId}/screens`,
  };
}

async function detailOf(answer: Response, status: number): Promise<string> {
  expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
  return ((await answer.json()) as { detail: string }).detail;
}

describe.skipIf(sshdPath === null)('pictures of a task', () => {
  it('are listed and fetched from the container where only that has them, and nothing stays behind', async () => {
    const vm = await readyVm();
    put(vm, `${taskFolder}/${name}`, picture);
    put(vm, `${taskFolder}/screenshot-step_reset_20260128@225508.png`, picture);
    const { monitor, path, untilPhase } = await runningVm(vm);
    const listing = (await (await fetch(path)).json()) as Listing;
    expect(listing).toMatchObject({ task_id: taskId, domain, attempt: 1 });
    expect(listing.screens.map(({ step }) => step)).toEqual([0, 1]);
    const before = vm.leftovers().length;
    for (const screen of listing.screens) {
      const answer = await fetch(monitor.url + screen.url);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png']);
      expect(Buffer.from(await answer.arrayBuffer()).equals(picture)).toBe(true);
    }
    await until(() => vm.leftovers().length <= before, 'the channels have ended');
    vm.containerGone();
    await untilPhase('offline');
    expect(await detailOf(await fetch(path), 404)).toContain(
      'The container that has the results is not running',
    );
  });

  it('come with the steps that the agent wrote beside them, and again only when there are more', async () => {
    const vm = await readyVm();
    const step = { step_num: 1, action_timestamp: '20260128@225520', action: 'DONE', screenshot: name };
    put(vm, `${taskFolder}/${name}`, picture);
    put(vm, `${taskFolder}/plan_result-step_0_20260128@225520.txt`, 'It is done.');
    const line = JSON.stringify({ ...step, plan_result: 'plan_result-step_0_20260128@225520.txt' });
    put(vm, `${taskFolder}/traj.jsonl`, `${line}\n`);
    const { path } = await runningVm(vm);
    const steps = path.replace(/screens$/, 'steps');
    const shown = (await (await fetch(steps)).json()) as StepsView;
    const [only] = shown.steps;
    expect(shown).toMatchObject({ source: 'traj.jsonl', skipped_lines: 0, attempt: 1, steps: { length: 1 } });
    expect(only).toMatchObject({ thought: 'It is done.', action: 'DONE', screenshot: { kept: false } });
    put(vm, `${taskFolder}/traj.jsonl`, `${line}\n${line}\n{"step_num`);
    expect(((await (await fetch(steps)).json()) as StepsView).steps).toHaveLength(2);
    await vm.killSshd();
    await until(async () => (await fetch(steps)).status === 503, 'the connection is lost');
  });

  it('tell what the agent does now, as soon as it is written', async () => {
    const vm = await readyVm();
    const log = sampleRunByTask(Date.now())[0] ?? '';
    const stepAt = log.indexOf('Step 2: ');
    const trajectory = join(vm.dir, taskFolder, 'traj.jsonl');
    const time = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '@');
    const line = (step: number, thought: string): string =>
      `${JSON.stringify({ step_num: step, action_timestamp: time, action: `do(${step})`, ...(thought.endsWith('.txt') ? { plan_result: thought } : { response: thought }) })}\n`;
    put(vm, `${taskFolder}/traj.jsonl`, line(1, 'First.'));
    await vm.startRunner();
    vm.runSays(log.slice(0, log.lastIndexOf('\n', stepAt) + 1));
    const { client } = await watch(vm.config);
    const said = (thought: string): boolean =>
      client.received.some(({ event, data }) => event === 'progress' && data['current_thought'] === thought);
    await until(() => said('First.'), 'the first step');
    put(vm, `${taskFolder}/plan_result-step_1_x.txt`, 'The plan.');
    appendFileSync(trajectory, line(2, 'plan_result-step_1_x.txt'));
    await until(() => said('The plan.'), 'the second step');
    appendFileSync(trajectory, line(3, 'Third.').slice(0, -10));
    appendFileSync(trajectory, line(3, 'Third.').slice(-10));
    await until(() => said('Third.'), 'the third step');
    const shown = client.received.findLast(({ event }) => event === 'progress')?.data;
    expect(shown).toMatchObject({ current_action: 'do(3)', current_task: taskId });
    vm.runSays(log.slice(log.lastIndexOf('\n', stepAt) + 1));
    await until(() => client.tasks().length > 0, 'the task is done');
    await until(
      () => client.received.findLast(({ event }) => event === 'progress')?.data['current_thought'] == null,
      'nothing is done now',
    );
  });

  it.each([2, 3])('leave %i sessions to the log where the server allows no more', async (sessions) => {
    const vm = await readyVm();
    vm.setSshd(`MaxSessions ${String(sessions)}`);
    await vm.killSshd();
    await vm.startSshd();
    const log = sampleRunByTask(Date.now())[0] ?? '';
    const half = log.lastIndexOf('\n', log.indexOf('Step 3: ')) + 1;
    put(vm, `${taskFolder}/traj.jsonl`, '{"step_num":1,"action":"do()","response":"First."}\n');
    await vm.startRunner();
    vm.runSays(log.slice(0, half));
    const { client, status } = await watch(vm.config);
    await until(
      () => client.received.some(({ event, data }) => event === 'progress' && data['current_step'] === 2),
      'the log is read',
    );
    vm.runSays(log.slice(half));
    await until(() => client.tasks().length > 0, 'the task is done');
    await until(() => status()?.phase === 'ready', 'the container is asked');
    // Two sessions leave none to copy files in.
    expect(client.errors().filter(({ code }) => code !== 'files_not_kept')).toEqual([]);
  });

  it('are fetched from the VM itself where the folder is a bind mount, also when the container is gone', async () => {
    const vm = await readyVm();
    // What the container calls /client is somewhere else on the VM.
    symlinkSync(join(vm.dir, 'client'), join(vm.dir, 'shared'));
    const mounts = [{ Source: join(vm.dir, 'shared'), Destination: join(vm.dir, 'client') }];
    vm.setInspect(inspectLine({ address: '', mounts }));
    // In the container nothing can be found.
    put(vm, 'inside/find', '#!/bin/sh\ntouch "$VM_DIR/asked-inside"\nexit 1\n');
    chmodSync(join(vm.dir, 'inside/find'), 0o755);
    put(vm, `${taskFolder}/${name}`, picture);
    const { path, untilPhase } = await runningVm(vm);
    expect(((await (await fetch(path)).json()) as Listing).screens).toHaveLength(1);
    expect((await fetch(`${path}/${name}`)).status).toBe(200);
    vm.containerGone();
    await untilPhase('offline');
    const answer = await fetch(`${path}/${name}?domain=${domain}&attempt=1`);
    expect(answer.status).toBe(200);
    expect(existsSync(join(vm.dir, 'asked-inside'))).toBe(false);
  });

  it('that are too big, no pictures, gone, or of a folder that was wiped, are refused with the reason', async () => {
    const vm = await readyVm();
    put(vm, `${taskFolder}/${name}`, picture);
    put(vm, `${taskFolder}/step_2.png`, Buffer.alloc(8 * 1024 * 1024 + 1));
    put(vm, `${taskFolder}/step_3.png`, '<html>no picture</html>');
    const { path } = await runningVm(vm);
    expect(await detailOf(await fetch(`${path}/step_2.png`), 413)).toContain('8 MiB');
    expect(await detailOf(await fetch(`${path}/step_3.png`), 502)).toContain('neither a PNG nor a JPEG');
    expect(await detailOf(await fetch(`${path}/step_4.png`), 404)).toContain('no picture of that name');
    rmSync(join(vm.dir, taskFolder, name));
    expect(await detailOf(await fetch(`${path}/${name}`), 404)).toContain('gone');
    rmSync(join(vm.dir, 'client/results/pyautogui'), { recursive: true });
    expect(await detailOf(await fetch(path), 404)).toContain('wiped');
    expect(await detailOf(await fetch(`${path}?domain=clock`), 404)).toContain('has no task');
  });

  it('are the only thing that can be fetched, whatever is asked for and whatever lies there', async () => {
    const vm = await readyVm();
    put(vm, `${taskFolder}/${name}`, picture);
    put(vm, `${taskFolder}/result.txt`, '1.0\n');
    put(vm, 'secret.png', picture);
    symlinkSync(join(vm.dir, 'secret.png'), join(vm.dir, taskFolder, 'step_8.png'));
    const { path, monitor } = await runningVm(vm);
    expect(((await (await fetch(path)).json()) as Listing).screens.map((screen) => screen.name)).toEqual([
      name,
    ]);
    const up = '%2e%2e%2f'.repeat(7);
    for (const hostile of [
      `${up}secret.png`,
      'step_8.png',
      'result.txt',
      '%2fetc%2fpasswd',
      '..%2fstep_1.png',
      `${name}%00`,
      '%0a',
      '*.png',
      `%24(touch%20${vm.dir}/broken).png`,
    ])
      expect((await fetch(`${path}/${hostile}`)).status, hostile).toBe(404);
    for (const hostile of ['../../../../etc/passwd', '%2e%2e/%2e%2e/x'])
      expect((await fetch(`${path}/${hostile}`)).status, hostile).toBe(404);
    const run = path.split('/tasks/')[0] ?? '';
    for (const task of ['%2e%2e', '*', `${up}etc`, taskId.slice(0, -1)])
      expect((await fetch(`${run}/tasks/${task}/screens`)).status, task).toBe(404);
    expect(readdirSync(vm.dir)).not.toContain('broken');
    expect((await fetch(`${monitor.url}/api/runs/none/tasks/${taskId}/screens`)).status).toBe(404);
  });

  it('cannot be had while the VM is not connected, and can again afterwards', async () => {
    const vm = await readyVm();
    put(vm, `${taskFolder}/${name}`, picture);
    const { path, untilPhase, untilRecovered } = await runningVm(vm);
    await vm.killSshd();
    await untilPhase('unknown');
    expect(await detailOf(await fetch(path), 503)).toContain('no connection');
    expect((await fetch(`${path}/${name}`)).headers.get('retry-after')).toBe('5');
    await vm.startSshd();
    await untilRecovered('ssh_unreachable');
    await until(async () => (await fetch(`${path}/${name}`)).status === 200, 'it is there again');
  });
});
