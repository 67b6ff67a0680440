/** One benchmark shared out among two VMs, from the lines of its two logs to the one run that clients see. */
import { join } from 'node:path';
import { appendFileSync, mkdirSync, utimesSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { PoolView, ProgressPayload, StatusPayload } from '../../../src/shared/stream.ts';
import { startTestMonitor, testConfig, type TestMonitor } from '../../support/monitor.ts';
import { startRealVm, type RealVm } from '../../support/real-vm.ts';
import { byTask, makeWaaLog } from '../../support/run-logs/waa.ts';
import type { RunLog } from '../../support/run-logs/index.ts';
import { openStream, type StreamClient } from '../../support/stream-client.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';

const taskCount = 10;

interface Worker {
  readonly vm: RealVm;
  readonly log: RunLog;
  /** Its log, cut behind the end of each task; the last piece holds the end of the run. */
  readonly pieces: readonly string[];
  readonly says: (text: string) => void;
}

async function startWorker(workerId: number): Promise<Worker> {
  const vm = await startRealVm(`waa-pool-0${String(workerId)}`);
  onTestFinished(() => vm.close());
  vm.containerUp();
  vm.setProbe('ready');
  const words = ['--agent', 'navi', '--model', 'gpt-4o', '--result_dir', './results'];
  await vm.startRunner({
    words: [...words, '--worker_id', String(workerId), '--num_workers', '2'],
  });
  const log = makeWaaLog(7, { tasks: taskCount, startMs: Date.now() }, 'current', { workerId, workers: 2 });
  const path = join(vm.dir, `client/results/logs/normal-${String(workerId)}-20260128@225508.log`);
  return {
    vm,
    log,
    pieces: byTask(log.text),
    says: (text) => appendFileSync(path, text),
  };
}

async function watchAll(
  workers: readonly Pick<Worker, 'vm'>[],
  dataDir?: string,
): Promise<{ monitor: TestMonitor; client: StreamClient; poolOn: (worker: number) => PoolView | null }> {
  const monitor = await startTestMonitor(testConfig(workers.map(({ vm }) => vm.config)), dataDir);
  const client = openStream(monitor.url);
  onTestFinished(async () => {
    client.close();
    await monitor.close();
  });
  const newest = (name: string): ProgressPayload | undefined =>
    client.received
      .filter(({ event, data }) => event === 'progress' && data['vm'] === name)
      .map(({ data }) => data as unknown as ProgressPayload)
      .at(-1);
  return { monitor, client, poolOn: (worker) => newest(`waa-pool-0${String(worker)}`)?.pool ?? null };
}

const truthOf = ({ log }: Worker) =>
  log.truth.tasks.map(({ domain, taskId, outcome, score }) => [domain, taskId, outcome, score]);

describe.skipIf(sshdPath === null)('one run on two VMs', () => {
  it('is shown as one with its parts, which add up, and is over when both are', async () => {
    const workers = [await startWorker(0), await startWorker(1)] as const;
    const { monitor, client, poolOn } = await watchAll(workers);
    let done = 0;
    for (const index of workers[0].pieces.keys()) {
      for (const worker of workers) {
        worker.says(worker.pieces[index] ?? '');
        if (index < 5) done += 1;
        await until(() => client.tasks().length >= done, `${done} tasks`);
      }
      if (index < 5)
        await until(
          () => poolOn(0)?.tasks_completed === done && poolOn(1)?.tasks_completed === done,
          'both say so',
        );
    }
    await until(() => poolOn(0)?.state === 'finished' && poolOn(1)?.state === 'finished', 'the end');

    const scores = workers.flatMap(({ log }) => log.truth.tasks.map(({ score }) => score ?? 0));
    expect(poolOn(0)).toMatchObject({
      ...{ worker_id: 0, workers: 2, tasks_completed: taskCount, total_tasks: taskCount, state: 'finished' },
      score_sum: scores.reduce((sum, score) => sum + score, 0),
      parts: [
        { vm: 'waa-pool-00', worker_id: 0, tasks_completed: 5, total_tasks: 5, state: 'finished' },
        { vm: 'waa-pool-01', worker_id: 1, tasks_completed: 5, total_tasks: 5, state: 'finished' },
      ],
    });
    for (const [index, worker] of workers.entries()) {
      const told = client.tasks().filter(({ vm }) => vm === `waa-pool-0${String(index)}`);
      expect(told.map(({ domain, task_id, outcome, score }) => [domain, task_id, outcome, score])).toEqual(
        truthOf(worker),
      );
    }
    const runs = (await (await fetch(`${monitor.url}/api/runs`)).json()) as Record<string, unknown>[];
    expect(runs.map(({ pool_id, workers: of }) => [pool_id, of])).toEqual([
      [poolOn(0)?.pool_id, 2],
      [poolOn(0)?.pool_id, 2],
    ]);
    expect(client.errors()).toEqual([]);
  });

  it('goes on as one when BenchTray comes back, and says which part has crashed', async () => {
    const workers = [await startWorker(0), await startWorker(1)] as const;
    for (const { says, pieces } of workers) says(pieces.slice(0, 2).join(''));
    const first = await watchAll(workers, workers[0].vm.dir);
    await until(() => first.poolOn(1)?.tasks_completed === 4, 'four tasks are done');
    const poolId = first.poolOn(1)?.pool_id;
    first.client.close();
    await first.monitor.close();

    workers[1].says(workers[1].pieces[2] ?? '');
    const { client, poolOn } = await watchAll(workers, workers[0].vm.dir);
    await until(() => poolOn(0)?.tasks_completed === 5, 'five tasks are done');
    expect(poolOn(0)?.pool_id).toBe(poolId);

    // In the middle of a task: what ends between two may be on its way back.
    const next = workers[1].pieces[3] ?? '';
    workers[1].says(next.slice(0, next.indexOf('Resetting environment')));
    const { taskId } = workers[1].log.truth.tasks[3] ?? {};
    await until(() => client.received.some(({ data }) => data['current_task'] === taskId), 'it is on');
    await workers[1].vm.stopRunner();
    const crash = await until(
      () => client.errors().find(({ code }) => code === 'run_crashed'),
      'the crash is told',
    );
    expect(crash.vm).toBe('waa-pool-01');
    await until(() => poolOn(0)?.parts[1]?.state === 'crashed', 'the other part says so');
    expect(poolOn(0)).toMatchObject({ state: 'running', tasks_completed: 5 });

    workers[0].says(workers[0].pieces.slice(2).join(''));
    await until(() => poolOn(1)?.parts[0]?.state === 'finished', 'the other part ends');
    expect(poolOn(1)).toMatchObject({ pool_id: poolId, state: 'crashed', tasks_completed: 8 });
  });
});

describe.skipIf(sshdPath === null)('one run on one VM, of which each container plays one task', () => {
  it('is shown as one, whichever log is written to last', async () => {
    const vm = await startRealVm('waa-pool-00');
    onTestFinished(() => vm.close());
    vm.containerUp();
    vm.setProbe('ready');
    const workers = 28;
    const words = ['--result_dir', './results', '--worker_id', '21', '--num_workers', String(workers)];
    await vm.startRunner({ words });
    const nowMs = Date.now();
    const logs = [0, 7, 14, 21].map((workerId, index) => {
      const startMs = nowMs - (4 - index) * 600_000;
      const options = { tasks: workers, startMs, failures: false };
      const { text, truth } = makeWaaLog(7, options, 'current', { workerId, workers });
      const path = join(
        vm.dir,
        `client/results/logs/normal-${String(workerId)}-20260302@10000${String(index)}.log`,
      );
      return { path, text, score: truth.tasks[0]?.score ?? 0, seconds: startMs / 1000 };
    });
    const [last, ...others] = logs.toReversed();
    if (last === undefined) throw new Error('no log');
    for (const { path, text, seconds } of others) {
      appendFileSync(path, text);
      utimesSync(path, seconds, seconds);
    }
    const { client, poolOn } = await watchAll([{ vm }]);
    await until(() => poolOn(0)?.tasks_completed === 3, 'three tasks are done');
    appendFileSync(last.path, last.text);
    await until(() => poolOn(0)?.tasks_completed === 4, 'four tasks are done');
    expect(poolOn(0)).toMatchObject({
      ...{ workers, total_tasks: 28, state: 'running' },
      score_sum: logs.reduce((sum, { score }) => sum + score, 0),
      parts: [0, 7, 14, 21].map((worker_id) => ({
        worker_id,
        tasks_completed: 1,
        total_tasks: 1,
        state: 'finished',
      })),
    });
    expect(client.errors()).toEqual([]);
  });

  it('stays one while BenchTray watches each container come and go', async () => {
    const vm = await startRealVm('waa-pool-00');
    onTestFinished(() => vm.close());
    vm.setProbe('ready');
    const { monitor, client, poolOn } = await watchAll([{ vm }]);
    const workers = 28;
    let scoreSum = 0;
    const told: (string | undefined)[] = [];
    for (const [index, workerId] of [0, 7, 14].entries()) {
      vm.containerUp(`2026-03-02T10:0${String(index)}:00.000000000Z`);
      const words = ['--result_dir', './results', '--worker_id', String(workerId)];
      await vm.startRunner({ words: [...words, '--num_workers', String(workers)] });
      const options = { tasks: workers, startMs: Date.now(), failures: false };
      const { text, truth } = makeWaaLog(7, options, 'current', { workerId, workers });
      const path = join(
        vm.dir,
        `client/results/logs/normal-${String(workerId)}-20260302@100${String(index)}00.log`,
      );
      const half = text.indexOf('Resetting environment');
      appendFileSync(path, text.slice(0, half));
      const [task] = truth.tasks;
      await until(
        () => client.received.some(({ data }) => data['current_task'] === task?.taskId),
        'it is on',
      );
      appendFileSync(path, text.slice(half));
      await until(() => client.tasks().length > index, 'the task is done');
      scoreSum += task?.score ?? 0;
      told.push(task?.taskId);
      await vm.stopRunner();
      vm.containerStops('Exited (0) 1 second ago', 0);
      vm.containerGone();
    }
    await until(() => poolOn(0)?.tasks_completed === 3, 'three tasks are done');
    expect(poolOn(0)).toMatchObject({ workers, total_tasks: 28, score_sum: scoreSum, state: 'running' });
    expect(client.tasks().map(({ task_id }) => task_id)).toEqual(told);
    const runs = (await (await fetch(`${monitor.url}/api/runs`)).json()) as Record<string, unknown>[];
    expect(runs.map(({ pool_id, state, worker_id }) => [pool_id, state, worker_id])).toEqual(
      [14, 7, 0].map((worker) => [poolOn(0)?.pool_id, 'finished', worker]),
    );
    const [shown] = ((await (await fetch(`${monitor.url}/api/status`)).json()) as StatusOfVms).vms;
    expect(shown?.progress.pool).toMatchObject({ total_tasks: 28, tasks_completed: 3, score_sum: scoreSum });
    expect(client.errors()).toEqual([]);
  });

  it('reads the logs of two containers side by side', async () => {
    const vm = await startRealVm('waa-pool-00');
    onTestFinished(() => vm.close());
    vm.containerUp();
    vm.setProbe('ready');
    const workers = 28;
    for (const workerId of ['0', '7']) {
      const words = ['--result_dir', './results', '--worker_id', workerId];
      await vm.startRunner({ words: [...words, '--num_workers', String(workers)] });
      onTestFinished(() => vm.stopRunner());
    }
    const { client, poolOn } = await watchAll([{ vm }]);
    // Containers that are started together may begin in the same millisecond.
    const startMs = Date.now();
    const logs = [0, 7].map((workerId) => {
      const options = { tasks: workers, startMs, failures: false };
      const { text, truth } = makeWaaLog(7, options, 'current', { workerId, workers });
      const path = join(vm.dir, `client/results/logs/normal-${String(workerId)}-20260302@100000.log`);
      return { path, pieces: text.split(/(?<=\n)/), task: truth.tasks[0]?.taskId };
    });
    const longest = Math.max(...logs.map(({ pieces }) => pieces.length));
    for (let at = 0; at < longest; at += 1)
      for (const { path, pieces } of logs) {
        appendFileSync(path, pieces[at] ?? '');
        if (at % 10 === 0) await turn();
      }
    await until(() => poolOn(0)?.tasks_completed === 2, 'both tasks are done');
    expect(poolOn(0)).toMatchObject({ total_tasks: 28, parts: [{ worker_id: 0 }, { worker_id: 7 }] });
    expect(new Set(client.tasks().map(({ task_id }) => task_id))).toEqual(
      new Set(logs.map(({ task }) => task)),
    );
  });

  it('stays one with seven containers side by side, of which one after the other ends and one comes back', async () => {
    const vm = await startRealVm('waa-pool-00');
    onTestFinished(() => vm.close());
    vm.setProbe('ready');
    const workers = 28;
    const logs = join(vm.dir, 'client/results_evaluation/UITARS/logs');
    mkdirSync(logs, { recursive: true });
    const startMs = Date.now();
    let runners = 0;
    /** The container plays the task with this number, and no other. */
    async function play(container: string, workerId: number) {
      const words = ['--result_dir', './results_evaluation/UITARS', '--worker_id', String(workerId)];
      vm.addContainer({
        name: container,
        image: 'windowsarena/winarena-eval:latest',
        startedAt: new Date().toISOString(),
        mounts: [{ Source: join(vm.dir, 'client'), Destination: '/client' }],
        processes: ['/usr/bin/qemu-system-x86_64 -m 8G', `python run.py ${words.join(' ')}`],
      });
      await vm.startRunner({ container, words: [...words, '--num_workers', String(workers)] });
      runners += 1;
      const options = { tasks: workers, startMs, failures: false };
      const { text, truth } = makeWaaLog(7, options, 'current', { workerId, workers });
      const half = text.indexOf('Resetting environment');
      const path = join(logs, `normal-${String(workerId)}-20260302@100000.log`);
      appendFileSync(path, text.slice(0, half));
      return { container, task: truth.tasks[0], ends: () => appendFileSync(path, text.slice(half)) };
    }
    onTestFinished(async () => {
      for (; runners > 0; runners -= 1) await vm.stopRunner();
    });

    const plays = [];
    for (let index = 0; index < 7; index += 1) plays.push(await play(`winarena_${String(index)}`, index));
    const { monitor, client, poolOn } = await watchAll([{ vm }]);
    const statuses = () => client.received.filter(({ event }) => event === 'status').map(({ data }) => data);
    const watched = () => (statuses().at(-1) as StatusPayload | undefined)?.detail.container;
    await until(() => poolOn(0) !== null, 'the run is known');
    await until(() => watched()?.startsWith('winarena_'), 'a container is watched');
    const ended: (string | undefined)[] = [];
    // Runners end in the opposite order of their starts.
    for (let next = plays.pop(); next !== undefined && plays.length > 0; next = plays.pop()) {
      next.ends();
      ended.push(next.task?.taskId);
      await until(() => client.tasks().length >= ended.length, `${String(ended.length)} tasks are done`);
      await vm.stopRunner();
      runners -= 1;
      vm.removeContainer(next.container);
      const { container } = next;
      await until(() => watched()?.startsWith('winarena_') && watched() !== container, 'another is watched');
      if (ended.length === 1) plays.push(await play(container, 7));
    }
    await until(() => poolOn(0)?.tasks_completed === 7, 'seven tasks are done');
    expect(client.tasks().map(({ task_id }) => task_id)).toEqual(ended);
    expect(poolOn(0)).toMatchObject({ workers, total_tasks: workers, state: 'running' });
    const runs = (await (await fetch(`${monitor.url}/api/runs`)).json()) as Record<string, unknown>[];
    expect(new Set(runs.map(({ pool_id }) => pool_id))).toEqual(new Set([poolOn(0)?.pool_id]));
    expect(client.errors()).toEqual([]);
    expect(statuses().filter(({ connected, phase }) => connected === true && phase === 'offline')).toEqual(
      [],
    );
  });
});

interface StatusOfVms {
  readonly vms: readonly { readonly progress: ProgressPayload }[];
}

/** Lets other work go on. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
