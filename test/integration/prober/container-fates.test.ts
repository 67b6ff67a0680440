/** What happens to a container beside a start and an end: it cannot be started, lacks memory, is renamed, paused or restarted at once. */
import { once } from 'node:events';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Phase } from '../../../src/shared/stream.ts';
import { inspectLine, type RealVm } from '../../support/real-vm.ts';
import { sampleRunByTask } from '../../support/sample-run.ts';
import { sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { readyVm, realVm, watch, type Watched } from './watched.ts';

const id = '0123456789abcdef';
const image = 'windowsarena/winarena:latest';
const never = '0001-01-01T00:00:00Z';
const first = '2026-01-28T22:00:00.000000000Z';
const second = '2026-01-28T23:00:00.000000000Z';
/** BenchTray looks often, and waits as long as the product does. */
const often = { wholeLookEveryMs: 900 };

/** The phases that were told from this one on. */
const since = (phase: Phase, { phases }: Watched): readonly Phase[] =>
  phases().slice(phases().indexOf(phase));

describe.skipIf(sshdPath === null)('a container', () => {
  it('that Docker could not start is reported with the reason, until it starts', async () => {
    const vm = await realVm();
    const startError =
      'error gathering device information while adding custom device "/dev/kvm": no such file or directory';
    vm.setInspect(inspectLine({ state: 'created', exitCode: 128, startedAt: never, startError }));
    vm.setContainers(`${id}|winarena|${image}|Created\n`);
    const { client, status, untilError, untilRecovered, untilPhase } = await watch(vm.config);
    expect(await untilError('container_exited')).toMatchObject({
      message: 'The container winarena could not be started.',
      detail: startError,
    });
    expect((await untilError('kvm_missing')).detail).toBe(startError);
    expect(status()?.detail.text).toBe('The container could not be started');
    vm.containerUp();
    await untilRecovered('container_exited');
    vm.containerSays('❯ Booting Windows using QEMU v10.0.6...\n');
    await untilRecovered('kvm_missing');
    await untilPhase('booting');
    expect(client.errors()).toHaveLength(2);
  });

  it('that is created and started in its own time is only starting', async () => {
    const vm = await realVm();
    vm.setInspect(inspectLine({ state: 'created', startedAt: never }));
    vm.setContainers(`${id}|winarena|${image}|Created\n`);
    const watched = await watch(vm.config);
    const { client, untilPhase } = watched;
    await untilPhase('starting');
    const before = client.statuses().length;
    await until(() => client.statuses().length > before + 8, 'it is looked at for a while');
    vm.containerUp();
    vm.containerSays('❯ Booting Windows using QEMU v10.0.6...\n');
    await untilPhase('booting');
    expect(since('starting', watched)).toEqual(['starting', 'booting']);
    expect(client.errors()).toEqual([]);
  });

  it('that was killed for lack of memory and restarted at once is reported once', async () => {
    const vm = await readyVm();
    const { client, untilError, untilPhase } = await watch(vm.config, { tempo: {} });
    await untilPhase('ready');
    vm.containerReports('oom');
    vm.containerUp(second);
    const { message } = await untilError('container_oom');
    expect(message).toBe('The container winarena was killed for lack of memory.');
    await untilPhase('ready');
    expect(client.errors().map(({ code }) => code)).toEqual(['container_oom']);
  });

  it('in which a process was killed for lack of memory goes on, which is reported once', async () => {
    const vm = await readyVm();
    const { client, status, untilError, untilPhase, untilRecovered } = await watch(vm.config, { tempo: {} });
    await untilPhase('ready');
    for (let count = 0; count < 3; count += 1) vm.containerReports('oom');
    const { message } = await untilError('container_oom');
    expect(message).toBe('A process in the container winarena was killed for lack of memory.');
    expect(status()?.phase).toBe('ready');
    // Docker remembers it when the container is stopped later.
    vm.containerStops('Exited (0) 1 second ago', 0, true);
    await untilError('container_exited');
    vm.containerUp(second);
    await untilRecovered('container_exited');
    expect(client.errors().map(({ code }) => code)).toEqual(['container_oom', 'container_exited']);
  });

  it('that was killed for lack of memory and removed at once is reported once', async () => {
    const vm = await readyVm();
    const { client, untilError, untilRecovered, untilPhase } = await watch(vm.config, { tempo: {} });
    await untilPhase('ready');
    vm.containerReports('oom');
    vm.containerGone();
    const { message } = await untilError('container_oom');
    expect(message).toBe('The container winarena was killed for lack of memory.');
    await untilError('container_missing');
    vm.containerUp(second);
    await untilRecovered('container_missing');
    await untilPhase('ready');
    expect(client.errors().map(({ code }) => code)).toEqual(['container_oom', 'container_missing']);
  });

  it('that lacked memory before BenchTray connected ends without a report of that', async () => {
    const vm = await readyVm();
    vm.setInspect(inspectLine({ startedAt: first, outOfMemory: true }));
    const { client, untilError, untilPhase } = await watch(vm.config, { tempo: {} });
    await untilPhase('ready');
    vm.setInspect(inspectLine({ state: 'exited', startedAt: first, outOfMemory: true }));
    vm.setContainers(`${id}|winarena|${image}|Exited (0) 1 second ago\n`);
    vm.containerReports('die');
    await untilError('container_exited');
    expect(client.errors().map(({ code }) => code)).toEqual(['container_exited']);
  });

  it('that is renamed stays watched, and its Windows stays ready', async () => {
    const vm = await readyVm();
    const watched = await watch(vm.config);
    const { client, status, untilPhase } = watched;
    await untilPhase('ready');
    vm.setInspect(inspectLine({ name: 'arena-of-monday', startedAt: first }), 'any');
    vm.setContainers(`${id}|arena-of-monday|${image}|Up 2 minutes\n`);
    vm.containerReports('rename', 'arena-of-monday');
    await until(() => status()?.detail.container === 'arena-of-monday', 'its new name is shown');
    const before = client.statuses().length;
    await until(() => client.statuses().length > before + 5, 'it is looked at for a while');
    expect(since('ready', watched)).toEqual(['ready']);
    expect(client.errors()).toEqual([]);
  });

  it('that is paused is reported, and goes on as it was', async () => {
    const vm = await readyVm();
    await vm.startRunner();
    vm.runSays(sampleRunByTask(Date.now()).slice(0, 2).join(''));
    const watched = await watch(vm.config);
    const { client, status, untilError, untilRecovered, untilPhase } = watched;
    await untilPhase('ready');
    await until(() => client.tasks().length >= 2, 'two tasks');
    await until(() => status()?.detail.runner != null, 'its process is seen');
    vm.setInspect(inspectLine({ state: 'paused', startedAt: first }));
    vm.setContainers(`${id}|winarena|${image}|Up 2 minutes (Paused)\n`);
    vm.containerReports('pause');
    const error = await untilError('container_exited');
    expect(error).toMatchObject({
      message: 'The container winarena is not running (Up 2 minutes (Paused)).',
      hint: expect.stringContaining('docker unpause') as string,
    });
    // In that time, a process that is gone ends its run.
    const before = client.statuses().length;
    await until(() => client.statuses().length > before + 8, 'it is paused for a while');
    expect(client.progress()?.state).toBe('running');
    vm.containerUp(first);
    vm.containerReports('unpause');
    await untilRecovered('container_exited');
    await untilPhase('ready');
    expect(since('ready', watched)).toEqual(['ready', 'offline', 'ready']);
    expect(client.errors()).toHaveLength(1);
  });

  it('in which nothing can be run is reported with the reason, until something can', async () => {
    const vm = await readyVm();
    vm.lack('exec');
    const { client, untilError, untilRecovered, untilPhase } = await watch(vm.config);
    const error = await untilError('vm_unresponsive');
    expect(error.detail).toContain('OCI runtime exec failed: exec: "sh": executable file not found');
    expect(error.hint).toContain('docker exec -i winarena sh');
    vm.lack('exec', false);
    await untilRecovered('vm_unresponsive');
    await untilPhase('ready');
    expect(client.errors()).toHaveLength(1);
  });

  it('that runs is found behind hundreds that have ended', async () => {
    const vm = await readyVm();
    const ended = Array.from(
      { length: 600 },
      (_, index) =>
        `${String(index).padStart(64, '0')}|task-${String(index)}|${image}|Exited (0) 2 hours ago\n`,
    );
    vm.setInspect(inspectLine({ name: 'task', state: 'exited', address: '' }), 'any');
    vm.setContainers(`${ended.join('')}${id}|winarena|${image}|Up 2 minutes\n`);
    const { client, status, untilPhase } = await watch(vm.config);
    await untilPhase('ready');
    expect(status()?.detail.container).toBe('winarena');
    expect(client.errors()).toEqual([]);
  });

  it("of the user's own Docker is watched without a login shell that sets its socket", async () => {
    const vm = await readyVm();
    const socket = join(vm.dir, 'home/run/docker.sock');
    mkdirSync(dirname(socket));
    const server = createServer().listen(socket);
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const docker = join(vm.dir, 'bin/docker');
    renameSync(docker, join(vm.dir, 'docker-by-socket'));
    writeFileSync(
      docker,
      `#!/bin/sh
case $1\\ $2 in "-H unix://${socket}") shift 2; exec "$VM_DIR/docker-by-socket" "$@";; esac
echo 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?' >&2
exit 1
`,
      { mode: 0o755 },
    );
    vm.setSshd(
      `SetEnv VM_DIR=${vm.dir} HOME=${vm.dir}/home XDG_RUNTIME_DIR=${dirname(socket)} PATH=${vm.dir}/bin:/usr/bin:/bin`,
    );
    await vm.killSshd();
    await vm.startSshd();
    await vm.startRunner();
    vm.runSays(sampleRunByTask(Date.now()).slice(0, 2).join(''));
    const { client, status, untilPhase, untilError } = await watch(vm.config);
    await untilPhase('ready');
    await until(() => client.tasks().length >= 2, 'two tasks');
    await until(() => status()?.detail.runner != null, 'its process is seen');
    expect(client.errors()).toEqual([]);
    vm.containerStops('Exited (1) 1 second ago', 1);
    await untilError('container_exited');
  });

  it.each([
    ['is removed', (vm: RealVm) => vm.containerGone(), 'container_missing'],
    [
      'is killed',
      (vm: RealVm) => vm.containerStops('Exited (137) 1 second ago', 137, true),
      'container_exited',
    ],
  ] as const)(
    'that %s in a run takes the log with it, and the run has crashed',
    async (_what, happens, code) => {
      const vm = await readyVm();
      await vm.startRunner();
      const [first = '', second = '', third = ''] = sampleRunByTask(Date.now());
      vm.runSays(first + second + third.slice(0, third.indexOf('Result:')));
      const watched = await watch(vm.config, {
        tempo: { ...often, engineEveryMs: 1_000, restartsWithinMs: 3_000 },
      });
      await until(() => watched.client.tasks().length >= 2, 'two tasks');
      await until(() => watched.status()?.detail.runner != null, 'its process is seen');
      await vm.stopRunner();
      happens(vm);
      await watched.untilError(code);
      expect((await watched.untilError('run_crashed')).detail).toBe('The container is gone.');
      await until(() => watched.client.progress()?.state === 'crashed', 'its end is shown');
      expect(watched.client.progress()?.tasks_completed).toBe(2);
    },
  );
});
