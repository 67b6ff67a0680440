/** A VM that is started anew in the middle of a run: everything on it ends at once, and the run goes on later with what is left. */
import { appendFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { byTask, makeWaaLog } from '../../support/run-logs/waa.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { readyVm, watch } from './watched.ts';

describe.skipIf(sshdPath === null)('a VM that is rebooted', () => {
  it('tells what broke off, then the new boot, and the run that goes on as the same run', async () => {
    const vm = await readyVm();
    const plan = { tasks: 6, failures: false };
    const first = makeWaaLog(11, { ...plan, startMs: Date.now() });
    const pieces = byTask(first.text);
    await vm.startRunner();
    const { client, monitor, phases, status, untilError, untilPhase, untilRecovered } = await watch(
      vm.config,
    );
    await untilPhase('ready');
    const third = pieces[2] ?? '';
    vm.runSays(pieces.slice(0, 2).join('') + third.slice(0, third.indexOf('Resetting environment')));
    const ids = first.truth.tasks.map(({ taskId }) => taskId);
    await until(() => client.progress()?.current_task === ids[2], 'in the middle of the third task');
    await until(() => status()?.detail.runner?.startsWith('run.py'), 'the runner is seen');
    const runId = client.progress()?.run_id;

    // The machine goes down: sshd, docker and all that ran in the container.
    await vm.killSshd();
    await vm.stopRunner();
    vm.containerStops('Exited (137) 2 seconds ago', 137);
    vm.setProbe('refused');
    await untilError('ssh_unreachable');
    expect(status()).toMatchObject({ connected: false, waa_ready: false, phase: 'unknown' });

    await vm.startSshd();
    await untilRecovered('ssh_unreachable');
    const crash = await untilError('run_crashed');
    expect(crash.message).toContain('2 of 6 tasks');
    await untilError('container_exited');
    await untilPhase('offline');

    vm.containerUp('2026-01-28T23:30:00.000000000Z');
    await untilRecovered('container_exited');
    vm.containerSays('❯ Starting Windows for Docker v5.14...\n');
    await untilPhase('starting');
    vm.setProbe('ready');
    await untilPhase('ready');
    expect(phases().slice(phases().indexOf('unknown'))).toEqual(['unknown', 'offline', 'starting', 'ready']);

    const rest = makeWaaLog(11, { ...plan, startMs: Date.now() }, 'current', {
      ...{ workerId: 0, workers: 1, done: 2 },
    });
    await vm.startRunner();
    appendFileSync(vm.runLog.replace('225508', '233000'), rest.text);
    await until(() => client.progress()?.state === 'finished', 'the end of the run');

    expect(client.progress()).toMatchObject({ run_id: runId, tasks_completed: 6, total_tasks: 6 });
    const told = client.tasks().map(({ task_id, outcome, attempt }) => [task_id, outcome, attempt]);
    expect(told).toEqual([
      ...ids.slice(0, 2).map((id) => [id, 'scored', 1]),
      [ids[2], 'interrupted', 1],
      [ids[2], 'scored', 2],
      ...ids.slice(3).map((id) => [id, 'scored', 1]),
    ]);
    const runs = (await (await fetch(`${monitor.url}/api/runs`)).json()) as Record<string, unknown>[];
    expect(runs).toMatchObject([{ run_id: runId, state: 'finished', tasks_completed: 6 }]);
    expect(client.errors().map(({ code }) => code)).toEqual([
      'ssh_unreachable',
      'container_exited',
      'run_crashed',
    ]);
    expect(vm.logins()).toBe(2);
  });
});
