/** With nothing but a host name: which container, guest, runner, results and log there are, for each kind of benchmark, and why these. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Finding } from '../../../src/shared/stream.ts';
import type { RealVm } from '../../support/real-vm.ts';
import { sampleRunByTask, sampleTaskIds } from '../../support/sample-run.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { realVm, watch, type Watched } from './watched.ts';

const qemu = '/usr/bin/qemu-system-x86_64 -m 8G';
const runPy = 'python -u run.py --agent navi --api_key sk-secret';
const wrapper = 'bash -c cd /client && python -u run.py --agent navi';

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, text);
}

/** A run of which two tasks are over. */
function beginRun(path: string): void {
  write(path, sampleRunByTask(Date.now()).slice(0, 2).join(''));
}

/** Waits until it is found, for that reason. */
async function found(
  watched: Watched,
  piece: Finding['piece'],
  value: string,
  why: string | RegExp = /\w/,
): Promise<void> {
  const isIt = (one: Finding): boolean =>
    one.piece === piece &&
    one.value === value &&
    (typeof why === 'string' ? one.why === why : why.test(one.why));
  const all = (): readonly Finding[] => watched.status()?.detail.found ?? [];
  await until(() => all().some(isIt), `${piece} ${value} is found`).catch((error: unknown) => {
    throw new Error(`${piece} ${value}: ${String(why)} was not found, but ${JSON.stringify(all())}`, {
      cause: error,
    });
  });
}

const tasksDone = (watched: Watched, count: number): Promise<unknown> =>
  until(() => watched.client.tasks().length >= count, `${String(count)} tasks`);

function expectNoSecret(watched: Watched): void {
  expect(JSON.stringify([watched.client.received, watched.monitor.logged])).not.toContain('sk-secret');
}

describe.skipIf(sshdPath === null)('what is found on a VM', () => {
  it("is all of the official script's run, with the reasons, also as background tasks", async () => {
    const vm = await realVm();
    vm.containerUp();
    vm.setProbe('ready');
    await vm.startRunner();
    beginRun(vm.runLog);
    const watched = await watch(vm.config);
    await tasksDone(watched, 2);
    const results = `container:${join(vm.dir, 'client/results')}`;
    await found(watched, 'container', 'winarena', 'named winarena');
    await found(
      watched,
      'guest',
      'container:172.30.0.2:5000',
      "/probe answers there: run.py's --emulator_ip names it",
    );
    const command = 'run.py --agent navi --model gpt-4o --result_dir ./results --emulator_ip 172.30.0.2';
    await found(watched, 'runner', command, 'a process in the container');
    await found(watched, 'results', results, '--result_dir of run.py');
    await found(watched, 'log', `container:${vm.runLog}`, /run\.py's own log/);
    const tasks = (await (await fetch(`${watched.monitor.url}/api/tasks`)).json()) as {
      metadata: { found?: Finding[] };
    }[];
    const pieces = tasks.map(({ metadata }) => metadata.found?.map(({ piece }) => piece));
    expect(pieces).toEqual([undefined, ['container', 'guest'], ['runner', 'results', 'log']]);
    expectNoSecret(watched);
    expect(watched.client.errors()).toEqual([]);
  });

  it("is OpenAdapt's: another name, a published port, and a copy of the output on the VM", async () => {
    const vm = await realVm();
    vm.addContainer({ name: 'waa-container', image: 'waa-auto:latest', address: '172.17.0.2' });
    vm.setGuest('172.30.0.2', true);
    vm.setProbe('ready');
    const log = join(vm.dir, 'home/cli_logs/run_20260128_225508.log');
    beginRun(log);
    const watched = await watch(vm.config);
    await tasksDone(watched, 2);
    await found(watched, 'container', 'waa-container', 'named waa-container');
    await found(watched, 'guest', 'localhost:5000', /published on the VM/);
    await found(watched, 'log', log);
    expect(watched.status()).toMatchObject({ phase: 'ready', waa_ready: true });
  });

  it('is a container of any name by its image, and a guest that only the address of the container tells', async () => {
    const vm = await realVm();
    vm.addContainer({ name: 'database', image: 'postgres:17' });
    const image = 'openadaptacr.azurecr.io/waa-auto:latest';
    vm.addContainer({ name: 'box-7', image, address: '172.18.0.5' });
    vm.setGuest('172.30.0.5');
    vm.setProbe('ready');
    const watched = await watch(vm.config);
    await found(watched, 'container', 'box-7', `of the image ${image}`);
    await found(
      watched,
      'guest',
      'container:172.30.0.5:5000',
      "/probe answers there: dockur makes it of the container's own 172.18.0.5",
    );
  });

  it("is WAA-V2's log in the checkout that its container was started from, while the container comes and goes", async () => {
    const vm = await realVm();
    const repository = join(vm.dir, 'home/WindowsAgentArena-V2');
    const client = join(repository, 'src/win-arena-container/client');
    const mounts = [{ Source: client, Destination: '/client' }];
    vm.addContainer({ name: 'winarena-v2_3', mounts });
    const log = join(repository, 'logs/trial_7/main.log');
    beginRun(log);
    const watched = await watch(vm.config);
    await found(watched, 'container', 'winarena-v2_3', 'named winarena-v2_3');
    await found(watched, 'log', log);
    await tasksDone(watched, 2);
    // Between two tasks it is thrown away and made anew.
    vm.containerGone();
    await watched.untilPhase('offline');
    write(log, sampleRunByTask(Date.now())[2] ?? '');
    await tasksDone(watched, 3);
    vm.addContainer({ name: 'winarena-v2_3', mounts, startedAt: '2026-01-28T23:00:00.000000000Z' });
    await watched.untilPhase('starting');
    expect(watched.client.progress()?.state).toBe('running');
  });

  it('is what the configuration names, and nothing else', async () => {
    const vm = await realVm();
    vm.containerUp();
    vm.addContainer({ name: 'mine', image: 'my/own', address: '10.0.0.2' });
    vm.setGuest('10.9.8.7');
    vm.setProbe('ready');
    await vm.startRunner();
    beginRun(vm.runLog);
    const log = join(vm.dir, 'mine.log');
    beginRun(log);
    const watched = await watch({
      ...vm.config,
      container: 'mine',
      benchmark: { log, results: join(vm.dir, 'mine') },
      probe: { ...vm.config.probe, addresses: ['10.9.8.7'] },
    });
    const why = 'named in the configuration';
    await found(watched, 'container', 'mine', why);
    await found(watched, 'guest', 'container:10.9.8.7:5000', `/probe answers there: ${why}`);
    await found(watched, 'results', join(vm.dir, 'mine'), why);
    await found(watched, 'log', log, /configuration/);
  });
});

describe.skipIf(sshdPath === null)('of several containers', () => {
  async function two(first: string[], second: string[]): Promise<{ vm: RealVm; watched: Watched }> {
    const vm = await realVm();
    vm.addContainer({ name: 'winarena', processes: first, address: '172.17.0.2' });
    vm.addContainer({ name: 'waa-container', processes: second, address: '172.17.0.3' });
    return { vm, watched: await watch(vm.config) };
  }

  it('the one in which run.py runs is watched, whatever its name, and not the one that only mentions it', async () => {
    const { watched } = await two([wrapper, qemu], [runPy, qemu]);
    const why = 'named waa-container, and of 2 that run run.py runs in it';
    await found(watched, 'container', 'waa-container', why);
    expectNoSecret(watched);
  });

  it('one that is watched is not left for one that is as good, but for one that is clearly better', async () => {
    const { vm, watched } = await two([qemu], []);
    await found(watched, 'container', 'winarena');
    vm.setProcesses('waa-container', [qemu]);
    const looks = watched.client.statuses().length;
    await until(() => watched.client.statuses().length > looks + 5, 'more looks');
    expect(watched.status()?.detail.container).toBe('winarena');
    vm.setProcesses('waa-container', [qemu, runPy]);
    await until(() => watched.status()?.detail.container === 'waa-container', 'the better one');
    vm.setProcesses('winarena', [qemu, runPy]);
    const seen = watched.client.statuses().length;
    await until(() => watched.client.statuses().length > seen + 5, 'more looks');
    const names = watched.client
      .statuses()
      .flatMap(({ detail }, index, all) =>
        detail.container === all[index - 1]?.detail.container || detail.container === null
          ? []
          : [detail.container],
      );
    expect(names).toEqual(['winarena', 'waa-container']);
  });

  it('one that has stopped gives way to one that runs', async () => {
    const { vm, watched } = await two([qemu, runPy], [qemu]);
    await found(watched, 'container', 'winarena');
    vm.addContainer({ name: 'winarena', state: 'exited', status: 'Exited (0) 1 second ago' });
    await until(() => watched.status()?.detail.container === 'waa-container', 'the other one');
    expect(watched.client.errors()).toEqual([]);
  });
});

/** A program of somebody's own on the VM, which happens to be called run.py. */
async function otherRunPy(vm: RealVm): Promise<ChildProcess> {
  const cwd = join(vm.dir, 'home/web');
  mkdirSync(cwd, { recursive: true });
  writeFileSync(join(cwd, 'run.py'), 'read -r line\n');
  const env = { ...process.env, VM_DIR: vm.dir, VM_SIDE: 'host' };
  const other = spawn('/bin/sh', ['run.py'], {
    argv0: 'python',
    env,
    cwd,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  onTestFinished(async () => {
    const ended = once(other, 'exit');
    other.kill('SIGKILL');
    await ended;
  });
  await once(other, 'spawn');
  return other;
}

describe.skipIf(sshdPath === null)('a benchmark without a container', () => {
  async function osworld(vm: RealVm): Promise<{ log: string }> {
    const cwd = join(vm.dir, 'home/OSWorld');
    const log = join(cwd, 'logs/normal-20260128@225508.log');
    beginRun(log);
    await vm.startRunner({
      where: 'host',
      cwd,
      script: 'run_multienv_claude.py',
      words: ['--model', 'claude', '--num_envs', '4', '--result_dir', 'out', '--api_key', 'sk-secret'],
    });
    return { log };
  }

  it('is found on the VM itself, and nothing is missing, though docker runs guests', async () => {
    const vm = await realVm();
    vm.addContainer({ name: 'happy_turing', image: 'happysixd/osworld-docker', processes: [qemu] });
    const { log } = await osworld(vm);
    const watched = await watch(vm.config);
    await tasksDone(watched, 2);
    const command = 'run_multienv_claude.py --model claude --num_envs 4 --result_dir out';
    await found(watched, 'runner', command, 'a process on the VM, in no container');
    await found(
      watched,
      'results',
      join(vm.dir, 'home/OSWorld/out'),
      '--result_dir of run_multienv_claude.py',
    );
    await found(watched, 'log', log);
    expect(watched.status()).toMatchObject({
      phase: 'unknown',
      connected: true,
      waa_ready: false,
      detail: { text: 'The benchmark runs on the VM itself, without a Windows container', container: null },
    });
    // Its folder is known also when nobody leads there any more.
    write(log, sampleRunByTask(Date.now()).slice(2).join(''));
    await vm.stopRunner();
    await until(() => watched.client.progress()?.state === 'finished', 'the end of the run');
    const looks = watched.client.statuses().length;
    await until(() => watched.client.statuses().length > looks + 6, 'more looks');
    expect(watched.client.tasks()).toHaveLength(12);
    expect(watched.client.errors()).toEqual([]);
    expectNoSecret(watched);
  });

  it('is found under another name, with its only log where its output goes', async () => {
    const vm = await realVm();
    vm.failDocker('sh: 1: docker: not found', 127);
    const cwd = join(vm.dir, 'home/OSWorld');
    const output = join(cwd, 'my run.out');
    beginRun(output);
    const words = ['--provider_name', 'aws', '--result_dir=out', '--api_key', 'sk-secret'];
    await vm.startRunner({ where: 'host', cwd, script: 'run_local.py', words, output });
    const watched = await watch(vm.config);
    await tasksDone(watched, 2);
    await found(watched, 'runner', 'run_local.py --result_dir out', 'a process on the VM, in no container');
    await found(watched, 'results', join(cwd, 'out'), '--result_dir of run_local.py');
    await found(watched, 'log', output);
    // It is known also when its process has gone.
    await vm.stopRunner();
    write(output, sampleRunByTask(Date.now()).slice(2).join(''));
    await until(() => watched.client.progress()?.state === 'finished', 'the end of the run');
    expect(watched.client.tasks()).toHaveLength(12);
    expect(watched.client.errors()).toEqual([]);
    expectNoSecret(watched);
  });

  it('needs no docker, and when its process dies the run has crashed', async () => {
    const vm = await realVm();
    vm.failDocker('sh: 1: docker: not found', 127);
    const { log } = await osworld(vm);
    const watched = await watch(vm.config);
    await tasksDone(watched, 2);
    await until(() => watched.status()?.detail.runner != null, 'its process is seen');
    const third = sampleRunByTask(Date.now())[2] ?? '';
    write(log, third.slice(0, third.indexOf('Result:')));
    await until(() => watched.client.progress()?.current_task != null, 'in the middle of a task');
    await vm.stopRunner();
    expect((await watched.untilError('run_crashed')).detail).toBe('The benchmark process is gone.');
    expect(watched.client.errors().map(({ code }) => code)).toEqual(['run_crashed']);
  });

  it.each(['logs/normal-20260128@225508.log', 'run.out'])(
    'is followed in %s beside another program with results, and ends without it',
    async (name) => {
      const vm = await realVm();
      vm.failDocker('sh: 1: docker: not found', 127);
      const words = ['--result_dir', 'out'];
      const printed = join(vm.dir, 'home/viewer.out');
      writeFileSync(printed, '');
      const web = join(vm.dir, 'home/web');
      await vm.startRunner({ where: 'host', cwd: web, script: 'viewer.py', words, output: printed });
      const cwd = join(vm.dir, 'home/OSWorld');
      const log = join(cwd, name);
      const [first = '', second = '', third = '', fourth = ''] = sampleRunByTask(Date.now());
      write(log, first + second);
      const output = name.startsWith('logs/') ? null : log;
      await vm.startRunner({ where: 'host', cwd, script: 'run_local.py', words, output });
      const watched = await watch(vm.config);
      await tasksDone(watched, 2);
      // The benchmark waits for its model, and the other program prints.
      const longAgo = Date.now() / 1000 - 600;
      utimesSync(log, longAgo, longAgo);
      write(printed, 'GET / 200\n');
      const wasFollowed = (path: string): boolean =>
        watched.client.statuses().some(({ detail }) => detail.log === path);
      await until(() => wasFollowed(printed), 'the other program is looked at');
      await found(watched, 'log', log);
      write(log, third + fourth.slice(0, fourth.indexOf('Result:')));
      utimesSync(log, longAgo, longAgo);
      write(printed, 'GET / 200\n');
      await tasksDone(watched, 3);
      // The progress that counts a task follows its event.
      await until(() => {
        const progress = watched.client.progress();
        return progress?.tasks_completed === 3 && progress.current_task === sampleTaskIds[3];
      }, 'in the middle of the fourth task');
      await vm.stopRunner();
      expect((await watched.untilError('run_crashed')).detail).toBe('The benchmark process is gone.');
      expect(watched.client.errors().map(({ code }) => code)).toEqual(['run_crashed']);
    },
  );

  it('does not take any run.py of the VM for the one in the container, which may die beside it', async () => {
    const vm = await realVm();
    vm.containerUp();
    vm.setProbe('ready');
    const other = await otherRunPy(vm);
    await vm.startRunner();
    const [first = '', second = ''] = sampleRunByTask(Date.now());
    write(vm.runLog, first + second.slice(0, second.indexOf('Step 2')));
    const watched = await watch(vm.config);
    await until(() => watched.status()?.detail.runner?.includes('navi'), 'its process is seen');
    await until(() => watched.client.progress()?.current_step === 1, 'in the middle of a task');
    await vm.stopRunner();
    expect((await watched.untilError('run_crashed')).detail).toBe('The benchmark process is gone.');
    expect(other.exitCode).toBeNull();
  });

  it('does not take the runner of a container for one of the VM', async () => {
    const vm = await realVm();
    vm.containerUp();
    await vm.startRunner();
    writeFileSync(vm.runLog, '');
    const watched = await watch(vm.config);
    const command = 'run.py --agent navi --model gpt-4o --result_dir ./results --emulator_ip 172.30.0.2';
    await found(watched, 'runner', command, 'a process in the container');
    vm.containerGone();
    await watched.untilError('container_missing');
  });
});
