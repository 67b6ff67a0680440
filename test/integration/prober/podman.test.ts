/** A real podman in the place of Docker: it is called and it answers in ways of its own. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { canRunPodman, installPodman, type Podman, type PodmanCalled } from '../../support/real-vm/podman.ts';
import type { RealVm } from '../../support/real-vm.ts';
import { podmanPath, sshdPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { realVm, watch } from './watched.ts';

const says = (...lines: readonly string[]): string => lines.map((line) => `echo "❯ ${line}"`).join('; ');
const waits = 'while [ ! -e /go ]; do sleep 0.1; done';
const boot = [
  says('Starting Windows for Podman v5.14...', 'Downloading Windows 11...'),
  waits,
  says('Extracting Windows 11 image...', 'Adding drivers to image...', 'Building Windows 11 image...'),
  says('Booting Windows using QEMU v10.0.6...', 'Windows started successfully, visit http://127.0.0.1:8006/'),
  'exec sleep 3600',
].join('; ');

async function withPodman(called: PodmanCalled): Promise<{ vm: RealVm; podman: Podman }> {
  const vm = await realVm();
  const podman = await installPodman(vm, called);
  onTestFinished(() => podman.close());
  return { vm, podman };
}

describe.skipIf(sshdPath === null || podmanPath === null || !canRunPodman())('podman', () => {
  it.each<[how: string, called: PodmanCalled]>([
    ['that is called docker', 'docker'],
    ['without docker', 'podman'],
    ["of root, beside the user's own", 'sudo'],
  ])('%s is watched as Docker is: start, boot, end and another start', async (_how, called) => {
    const { vm, podman } = await withPodman(called);
    const watched = await watch(vm.config, { tempo: {} });
    await watched.untilPhase('offline');
    await podman.runContainer(boot);
    await watched.untilPhase('downloading');
    await until(() => watched.status()?.detail.container === 'winarena', 'the container is named');
    await podman.run('exec winarena sh -c ": >/go"');
    await watched.untilPhase('oobe');
    const phases = watched.phases().filter((phase) => phase !== 'unknown');
    expect(phases.slice(phases.lastIndexOf('offline') + 1)).toEqual([
      ...['starting', 'downloading', 'extracting', 'configuring', 'building', 'booting', 'oobe'],
    ]);

    await podman.run('stop -t 0 winarena');
    const error = await watched.untilError('container_exited');
    expect(error.message).toMatch(/^The container winarena is not running \(Exited \(137\) .*\)\.$/);
    await podman.run('start winarena');
    await watched.untilRecovered('container_exited');
    await watched.untilPhase('oobe');
    expect(watched.client.errors().map(({ code }) => code)).not.toContain('docker_denied');
  });
});
