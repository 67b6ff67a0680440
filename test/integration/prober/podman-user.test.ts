/** A user who is not root and has a real sudo, on a VM whose containers are root's, or his own. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RealVm } from '../../support/real-vm.ts';
import { canRunPodman, installPodman, type Podman, type PodmanCalled } from '../../support/real-vm/podman.ts';
import { canHaveVmUser, type SudoRights } from '../../support/real-vm/user.ts';
import { sampleRunByTask } from '../../support/sample-run.ts';
import { podmanPath, sshdPath, sudoPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { realVm, watch } from './watched.ts';

async function vmOfUser(
  user: SudoRights,
  called: PodmanCalled = 'real sudo',
): Promise<{ vm: RealVm; podman: Podman }> {
  const vm = await realVm({ user });
  const podman = await installPodman(vm, called);
  onTestFinished(() => podman.close());
  return { vm, podman };
}

const boots = 'echo "❯ Booting Windows using QEMU v10.0.6..."';
const isMissing = sshdPath === null || podmanPath === null || sudoPath === null;

describe.skipIf(isMissing || !canRunPodman() || !canHaveVmUser())('a user who is not root', () => {
  it('watches by sudo a boot, a run and an engine that hangs, and leaves nothing of root behind', async () => {
    const { vm, podman } = await vmOfUser('everything');
    const watched = await watch(vm.config);
    const { client, status, untilPhase, untilError, untilRecovered } = watched;
    await untilPhase('offline');
    await podman.runContainer(`${boots}; exec sleep 3600`);
    await untilPhase('booting');
    vm.setGuest('172.30.0.2', true);
    vm.setProbe('ready');
    await untilPhase('ready');
    await podman.startRunner();
    vm.runSays(sampleRunByTask(Date.now()).slice(0, 2).join(''));
    await until(() => client.tasks().length >= 2, 'two tasks');
    await until(() => status()?.detail.runner != null, 'its process is seen');

    podman.disturb('hangs');
    podman.endEvents();
    expect((await untilError('container_missing')).detail).toContain('in time');
    podman.disturb(null);
    await untilRecovered('container_missing');
    await untilPhase('ready');
    expect(client.errors().map(({ code }) => code)).toEqual(['container_missing']);
    await watched.close();
    // Before the engine has anything to report, which would end them by itself.
    const isOurs = / (events|logs|exec) /;
    await until(() => !vm.leftovers().some((command) => isOurs.test(command)), 'BenchTray has left');
    await podman.close();
    await until(() => vm.leftovers().length === 0, 'nothing is left on the VM');
  });

  it('watches by a sudo that allows podman only', async () => {
    const { vm, podman } = await vmOfUser('podman');
    const watched = await watch(vm.config);
    await watched.untilPhase('offline');
    await podman.runContainer(`${boots}; exec sleep 3600`);
    await watched.untilPhase('booting');
    await podman.run('stop -t 0 winarena');
    await watched.untilError('container_exited');
    await podman.run('start winarena');
    await watched.untilRecovered('container_exited');
    await watched.untilPhase('booting');
    expect(watched.client.errors()).toHaveLength(1);
    await watched.close();
    await podman.close();
    // No signal reaches it.
    await until(
      () => vm.leftovers().every((command) => command.includes(' events ')),
      'only events are left',
    );
    podman.endEvents();
  });

  it('watches his own containers without sudo', async () => {
    const { vm, podman } = await vmOfUser('nothing', 'rootless');
    const watched = await watch(vm.config);
    await watched.untilPhase('offline');
    await podman.runContainer(`${boots}; exec sleep 3600`);
    await watched.untilPhase('booting');
    await podman.startRunner();
    vm.runSays(sampleRunByTask(Date.now()).slice(0, 2).join(''));
    await until(() => watched.client.tasks().length >= 2, 'two tasks');
    await podman.run('rm -f -t 0 winarena');
    await watched.untilError('container_missing');
    expect(watched.client.errors()).toHaveLength(1);
  });
});
