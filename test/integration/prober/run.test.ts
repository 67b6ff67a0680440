/** A run on a machine with a real OpenSSH server, from its first line to its last, through every accident. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TaskCompletePayload } from '../../../src/shared/stream.ts';
import { startTestMonitor, testConfig, type TestMonitor } from '../../support/monitor.ts';
import { startRealVm, type RealVm } from '../../support/real-vm.ts';
import { sampleRun, sampleRunByTask, sampleTaskIds, sampleTasks } from '../../support/sample-run.ts';
import { openStream, type StreamClient } from '../../support/stream-client.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { readyVm, watch } from './watched.ts';

describe.skipIf(sshdPath === null)('a run, watched over real SSH', () => {
  let vm: RealVm;
  let monitor: TestMonitor;
  let client: StreamClient;

  beforeEach(async () => {
    vm = await startRealVm();
    vm.containerUp();
    vm.setProbe('ready');
    monitor = await startTestMonitor(testConfig([vm.config]));
    client = openStream(monitor.url, { interval: '60' });
    await until(() => client.statuses().some((status) => status.phase === 'ready'), 'ready');
  });

  afterEach(async () => {
    client.close();
    await monitor.close();
    await vm.close();
  });

  const tasksDone = (count: number) =>
    until(() => client.tasks().length >= count && client.tasks(), `${count} tasks done`);

  function expectAllTasksOnce(tasks: readonly TaskCompletePayload[]): void {
    expect(tasks.map((task) => [task.domain, task.task_id, task.score, task.steps])).toEqual(sampleTasks);
    expect(tasks.map((task) => task.outcome)).toEqual(
      sampleTasks.map(([, , score]) => (score === null ? 'exception' : 'scored')),
    );
    expect(tasks.map((task) => task.success)).toEqual(sampleTasks.map(([, , score]) => score === 1));
  }

  it('tells every task once, as its lines are written, and the run as finished', async () => {
    await vm.startRunner();
    const pieces = sampleRunByTask(Date.now());
    vm.runSays(pieces[0] ?? '');
    await tasksDone(1);
    for (const [index, piece] of pieces.slice(1).entries()) {
      vm.runSays(piece);
      await until(() => client.tasks().length >= Math.min(index + 2, 12), `task ${index + 2}`);
    }
    const end = await until(
      () => client.progress()?.state === 'finished' && client.progress(),
      'the end of the run',
    );
    expectAllTasksOnce(client.tasks());
    expect(end).toMatchObject({
      tasks_completed: 12,
      total_tasks: 12,
      succeeded: 5,
      score_sum: 5.5,
      success_rate_evaluated: 0.55,
      max_steps: 15,
      current_task: null,
    });
    expect(client.errors()).toEqual([]);
    expect(vm.logins()).toBe(1);
    const runs = (await (await fetch(`${monitor.url}/api/runs`)).json()) as Record<string, unknown>[];
    expect(runs).toMatchObject([
      { state: 'finished', tasks_completed: 12, average_score: 0.55, model: 'gpt-4o-mini' },
    ]);
  });

  it('tells what was found, and never a secret', async () => {
    await vm.startRunner();
    vm.runSays(sampleRunByTask(Date.now())[0] ?? '');
    await tasksDone(1);
    const shown = await until(async () => {
      const text = await (await fetch(`${monitor.url}/api/status`)).text();
      return text.includes('run.py') && text;
    }, 'the runner is shown');
    expect(JSON.parse(shown)).toMatchObject({
      vms: [
        {
          status: {
            detail: {
              container: 'winarena',
              probe_address: 'container:172.30.0.2:5000',
              log: `container:${vm.runLog}`,
              runner: 'run.py --agent navi --model gpt-4o --result_dir ./results --emulator_ip 172.30.0.2',
            },
          },
        },
      ],
    });
    expect(JSON.stringify([client.received, monitor.logged])).not.toContain('sk-secret');
    const tasks = (await (await fetch(`${monitor.url}/api/tasks`)).json()) as {
      task_type: string;
      status: string;
    }[];
    expect(tasks.map(({ task_type, status: state }) => [task_type, state])).toEqual([
      ['vm_provision', 'completed'],
      ['docker_container', 'completed'],
      ['benchmark_run', 'running'],
    ]);
  });

  it('loses nothing and tells nothing twice when sshd dies in the middle of it', async () => {
    await vm.startRunner();
    const pieces = sampleRunByTask(Date.now());
    vm.runSays(pieces.slice(0, 3).join(''));
    await tasksDone(3);
    await vm.killSshd();
    vm.runSays(pieces.slice(3, 6).join(''));
    const error = await until(() => client.errors()[0], 'the outage is told');
    expect(error).toMatchObject({
      code: 'ssh_unreachable',
      message: 'SSH connection failed',
      severity: 'critical',
    });
    expect(client.statuses().at(-1)).toMatchObject({ connected: false, waa_ready: false, phase: 'unknown' });
    await vm.startSshd();
    await tasksDone(6);
    vm.runSays(pieces.slice(6).join(''));
    await until(() => client.progress()?.state === 'finished', 'the end of the run');
    expectAllTasksOnce(client.tasks());
    expect(client.recoveries().map(({ code }) => code)).toEqual(['ssh_unreachable']);
    expect(client.statuses().at(-1)).toMatchObject({ connected: true, waa_ready: true, phase: 'ready' });
  });

  it('goes on where a run continues in a new file (logrotate) and where the file is cut (copytruncate)', async () => {
    await vm.startRunner();
    const pieces = sampleRunByTask(Date.now());
    vm.runSays(pieces.slice(0, 4).join(''));
    await tasksDone(4);
    const { renameSync, truncateSync } = await import('node:fs');
    renameSync(vm.runLog, `${vm.runLog}.1`);
    vm.runSays(pieces.slice(4, 7).join(''));
    await tasksDone(7);
    truncateSync(vm.runLog);
    await until(
      () =>
        client.received.length > 0 && monitor.logged.some(({ text }) => String(text).includes('truncated')),
      'noticed',
    );
    vm.runSays(pieces.slice(7).join(''));
    await until(() => client.progress()?.state === 'finished', 'the end of the run');
    expectAllTasksOnce(client.tasks());
  });

  it('tells a crash when the process goes away without an end, and the task it was at as interrupted', async () => {
    await vm.startRunner();
    const pieces = sampleRunByTask(Date.now());
    const [, , third = ''] = pieces;
    vm.runSays(pieces.slice(0, 2).join('') + third.slice(0, third.indexOf('Step 2')));
    await until(
      () => client.progress()?.current_task === sampleTaskIds[2],
      'in the middle of the third task',
    );
    await until(
      async () => JSON.stringify(await (await fetch(`${monitor.url}/api/status`)).json()).includes('run.py'),
      'the runner is seen',
    );
    await vm.stopRunner();
    const error = await until(() => client.errors().find(({ code }) => code === 'run_crashed'), 'the crash');
    expect(error.message).toBe('The run has crashed: 2 of 12 tasks are done.');
    await until(() => client.progress()?.state === 'crashed', 'progress says so');
    expect(client.progress()?.tasks_completed).toBe(2);
    expect(client.tasks().map(({ outcome }) => outcome)).toEqual(['scored', 'scored', 'interrupted']);
  });
});

describe.skipIf(sshdPath === null)(
  'a connection that is lost and comes back before its loss is reported',
  () => {
    it('is not mentioned, and costs no task', async () => {
      const vm = await readyVm();
      await vm.startRunner();
      // A login takes long on a busy machine.
      const { client, untilPhase } = await watch(vm.config, { tempo: { lossToldAfterMs: 600_000 } });
      await untilPhase('ready');
      const [first = '', ...others] = sampleRunByTask(Date.now());
      vm.runSays(first);
      await until(() => client.tasks().length >= 1, 'the first task');
      const before = client.statuses().length;
      await vm.killSshd();
      await vm.startSshd();
      vm.runSays(others.join(''));
      await until(() => client.progress()?.state === 'finished', 'the end of the run');
      expect(vm.logins()).toBeGreaterThan(1);
      expect(client.tasks().map(({ task_id }) => task_id)).toEqual(sampleTaskIds);
      expect(client.errors()).toEqual([]);
      expect(
        client
          .statuses()
          .slice(before)
          .every(({ connected }) => connected),
      ).toBe(true);
    });
  },
);

describe.skipIf(sshdPath === null)('a run that is cancelled', () => {
  it.each([
    ['in what docker keeps of its container', (vm: RealVm, text: string) => vm.containerSays(text)],
    [
      'in a copy of its output on the VM',
      (vm: RealVm, text: string) => {
        mkdirSync(join(vm.dir, 'home/cli_logs'), { recursive: true });
        writeFileSync(join(vm.dir, 'home/cli_logs/run_20260128_225508.log'), text);
      },
    ],
  ])('says so only %s, and has not crashed', async (_where, says) => {
    const vm = await readyVm();
    await vm.startRunner();
    const { client, status, untilError } = await watch(vm.config);
    const [first = '', second = ''] = sampleRunByTask(Date.now());
    const begun = first + second.slice(0, second.indexOf('Step 2'));
    vm.runSays(begun);
    await until(
      () => client.progress()?.current_task === sampleTaskIds[1],
      'in the middle of the second task',
    );
    await until(() => status()?.detail.runner != null, 'the runner is seen');
    says(vm, `${begun.slice(-500)}\nInterrupted by 15, shutting down\nKeeping container alive\n`);
    await vm.stopRunner();
    const error = await untilError('run_interrupted');
    expect(error.detail).toBe('Interrupted by 15, shutting down');
    await until(() => client.progress()?.state === 'interrupted', 'progress says so');
    expect(client.tasks().map(({ outcome }) => outcome)).toEqual(['scored', 'interrupted']);
    expect(client.errors().map(({ code }) => code)).toEqual(['run_interrupted']);
  });
});

describe.skipIf(sshdPath === null)('a run that was on, or over, before BenchTray came', () => {
  let vm: RealVm;
  beforeEach(async () => {
    vm = await startRealVm();
    vm.containerUp();
    vm.setProbe('ready');
    await vm.startRunner();
  });
  afterEach(() => vm.close());

  it('tells what has been finished as a catching up, in order, and then goes on live', async () => {
    const pieces = sampleRunByTask(Date.now() - 3_600_000);
    vm.runSays(pieces.slice(0, 5).join(''));
    const monitor = await startTestMonitor(testConfig([vm.config]));
    const client = openStream(monitor.url);
    await until(() => client.tasks().length >= 5, 'caught up');
    vm.runSays(
      sampleRunByTask(Date.now() - 2_000_000)
        .slice(5, 6)
        .join(''),
    );
    await until(() => client.tasks().length >= 6, 'live');
    expect(client.tasks().map((task) => task.task_id)).toEqual(sampleTaskIds.slice(0, 6));
    expect(client.tasks().map((task) => task.catch_up)).toEqual([true, true, true, true, true, false]);
    client.close();
    await monitor.close();
  });

  it('keeps a run that was over in the history and tells no events of it', async () => {
    vm.runSays(sampleRun(Date.now() - 86_400_000));
    const monitor = await startTestMonitor(testConfig([vm.config]));
    const client = openStream(monitor.url);
    await until(() => client.progress()?.state === 'finished', 'the run is shown');
    expect(client.tasks()).toEqual([]);
    const [run] = (await (await fetch(`${monitor.url}/api/runs`)).json()) as {
      run_id: string;
      tasks_completed: number;
    }[];
    expect(run?.tasks_completed).toBe(12);
    const tasks = (await (await fetch(`${monitor.url}/api/runs/${run?.run_id ?? ''}/tasks`)).json()) as {
      task_id: string;
    }[];
    expect(tasks.map(({ task_id }) => task_id)).toEqual(sampleTaskIds);
    client.close();
    await monitor.close();
  });
});
