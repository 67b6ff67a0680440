/** A real podman on the machine in real-vm.ts, with storage, settings and containers of its own. */
import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RealVm } from '../real-vm.ts';
import { busyboxStaticPath, podmanPath } from '../tools.ts';
import { canBuildWorld } from './world.ts';

/** Whether this computer can run containers for a test: as root on Linux, with podman and runc. */
export const canRunPodman = (): boolean =>
  podmanPath !== null && busyboxStaticPath !== null && canBuildWorld();

export interface Podman {
  /** Starts a container named winarena from its image, with this shell script as its program. */
  runContainer(script: string): Promise<void>;
  /** Runs podman with these words, which a shell reads. */
  run(words: string): Promise<string>;
  /** Removes all containers. Call it before the VM is closed. */
  close(): Promise<void>;
}

/**
 * `docker`: podman is called docker, as podman-docker does. `podman`: there is no docker. `sudo`: only root sees the containers; the
 * user's own podman has none.
 */
export type PodmanCalled = 'docker' | 'podman' | 'sudo';

const image = 'windowsarena/winarena:latest';

export async function installPodman(vm: RealVm, called: PodmanCalled): Promise<Podman> {
  const file = (...path: string[]): string => join(vm.dir, ...path);
  for (const folder of ['podman', 'image/bin', 'image/tmp']) mkdirSync(file(folder), { recursive: true });
  writeFileSync(
    file('podman/containers.conf'),
    [
      '[containers]',
      'netns = "host"',
      'log_driver = "k8s-file"',
      // The usual limits are above those of a container in which tests may run.
      'default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]',
      '[engine]',
      'events_logger = "file"',
      'cgroup_manager = "cgroupfs"',
      'runtime = "runc"',
    ].join('\n'),
  );
  // Podman takes no path of more than 50 characters for its run folder. The machine has a /tmp of its own.
  const rootful = program(`--root "$VM_DIR/podman/root" --runroot /tmp/podman/run --tmpdir /tmp/podman/tmp`);
  const rootless = program(
    `--root "$VM_DIR/podman/own" --runroot /tmp/podman/own-run --tmpdir /tmp/podman/own-tmp`,
  );
  const put = (path: string, text: string): void => {
    mkdirSync(join(file(path), '..'), { recursive: true });
    writeFileSync(file(path), text);
    chmodSync(file(path), 0o755);
  };
  const absent = readFileSync(file('bin/nerdctl'));
  writeFileSync(file('bin/docker'), absent);
  if (called === 'sudo') {
    put('bin/podman', rootless);
    put(
      'bin/sudo',
      `#!/bin/sh\n[ "$1" = -n ] && [ "$2" = podman ] || exit 1\nshift 2\nexec "$VM_DIR/root-bin/podman" "$@"\n`,
    );
  } else put(`bin/${called}`, rootful);
  put('root-bin/podman', rootful);

  if (busyboxStaticPath === null) throw new Error('BusyBox is missing');
  copyFileSync(busyboxStaticPath, file('image/bin/busybox'));
  chmodSync(file('image/bin/busybox'), 0o755);
  const tools = [
    'sh',
    'cat',
    'date',
    'find',
    'head',
    'sort',
    'tail',
    'tr',
    'grep',
    'ls',
    'sleep',
    'stat',
    'base64',
    'wget',
    'env',
  ];
  for (const tool of tools) symlinkSync('busybox', file('image/bin', tool));
  const run = (words: string): Promise<string> => vm.run(`root-bin/podman ${words}`);
  await vm.run(`tar -C image -c . | root-bin/podman import -q - ${image}`);
  return {
    run,
    async runContainer(script) {
      writeFileSync(file('program'), script);
      await run(`run -d --name winarena ${image} sh -c "$(cat program)"`);
    },
    async close() {
      await run('rm -f -a -t 0');
    },
  };
}

function program(places: string): string {
  return `#!/bin/sh
export CONTAINERS_CONF="$VM_DIR/podman/containers.conf"
exec ${podmanPath ?? 'podman'} ${places} --storage-driver vfs "$@"
`;
}
