/** A real podman on the machine in real-vm.ts, with storage, settings and containers of its own. */
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { RealVm } from '../real-vm.ts';
import { busyboxStaticPath, podmanPath } from '../tools.ts';
import { until } from '../wait.ts';
import { processesOf, signal } from './processes.ts';
import { vmUserId } from './user.ts';
import { canBuildWorld } from './world.ts';

/** Whether this computer can run containers for a test: as root on Linux, with podman and runc. */
export const canRunPodman = (): boolean =>
  podmanPath !== null && busyboxStaticPath !== null && canBuildWorld();

export interface Podman {
  /** Starts a container named winarena from its image, with this shell script as its program. @param options words of `podman run` */
  runContainer(script: string, options?: string): Promise<void>;
  /** Runs podman with these words, which a shell reads. */
  run(words: string): Promise<string>;
  /** Starts a run.py in the container, which shares the folder `client` with the VM. */
  startRunner(): Promise<void>;
  stopRunner(): Promise<void>;
  /** The words of each call so far, without those of {@link run}. */
  calls(): readonly string[];
  /** From now on each call of podman fails or never ends; null: it works again. Calls of {@link run} work all the time. */
  disturb(how: 'fails' | 'hangs' | null): void;
  /** Ends the `podman events` that BenchTray listens to. Returns how many there were. */
  endEvents(): number;
  /** Removes all containers. Call it before the VM is closed. */
  close(): Promise<void>;
}

/**
 * `docker`: podman is called docker, as podman-docker does. `podman`: there is no docker. `sudo`: only root sees the containers, by a
 * scripted sudo; the user's own podman has none. The others need a machine with a user of its own. `real sudo`: the same by the sudo of
 * this computer. `rootless`: the containers are the user's.
 */
export type PodmanCalled = 'docker' | 'podman' | 'sudo' | 'real sudo' | 'rootless';

const image = 'windowsarena/winarena:latest';
const tools = [
  ...['sh', 'cat', 'date', 'find', 'head', 'sort', 'tail', 'tr', 'grep', 'ls', 'sleep', 'stat', 'base64'],
  ...['wget', 'env', 'httpd', 'mkdir'],
];
/** Python's part is played by the shell of this computer, which needs its libraries. */
const python = '/bin/sh';
const libraries = ['/lib', '/lib64'].filter((folder) => existsSync(folder));
const runnerWords = '--agent navi --model gpt-4o --result_dir ./results --api_key sk-secret';

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
  const put = (path: string, text: string): void => {
    mkdirSync(join(file(path), '..'), { recursive: true });
    writeFileSync(file(path), text);
    chmodSync(file(path), 0o755);
  };
  // Podman takes no path of more than 50 characters for its run folder. The machine has a /tmp of its own.
  const rootful = `--root ${file('podman/root')} --runroot /tmp/podman/run --tmpdir /tmp/podman/tmp`;
  const rootless = `--root ${file('home/podman')} --runroot /tmp/own/run --tmpdir /tmp/own/tmp`;
  writeFileSync(file('podman/calls'), '');
  chmodSync(file('podman/calls'), 0o666);
  const asUser = `setpriv --reuid ${String(vmUserId)} --regid ${String(vmUserId)} --clear-groups`;
  put('podman/cli', called === 'rootless' ? program(vm.dir, rootless, '', asUser) : program(vm.dir, rootful));
  put('root-bin/podman', program(vm.dir, rootful, disturbances));
  const absent = readFileSync(file('bin/nerdctl'));
  writeFileSync(file('bin/docker'), absent);
  if (called === 'docker' || called === 'podman') symlinkSync('../root-bin/podman', place(`bin/${called}`));
  else put('bin/podman', program(vm.dir, rootless, called === 'rootless' ? disturbances : ''));
  if (called === 'real sudo' || called === 'rootless')
    for (const folder of ['tmp/own', 'tmp/own/xdg']) {
      mkdirSync(file(folder), { mode: 0o700 });
      chownSync(file(folder), vmUserId, vmUserId);
    }
  if (called === 'sudo')
    put(
      'bin/sudo',
      `#!/bin/sh\n[ "$1" = -n ] && [ "$2" = podman ] || exit 1\nshift 2\nexec "$VM_DIR/root-bin/podman" "$@"\n`,
    );
  /** A path at which nothing is. */
  function place(path: string): string {
    rmSync(file(path), { force: true });
    return file(path);
  }

  if (busyboxStaticPath === null) throw new Error('BusyBox is missing');
  copyFileSync(busyboxStaticPath, file('image/bin/busybox'));
  chmodSync(file('image/bin/busybox'), 0o755);
  for (const tool of tools) symlinkSync('busybox', file('image/bin', tool));
  copyFileSync(python, file('image/bin/python'));
  const run = (words: string): Promise<string> => vm.run(`podman/cli ${words}`);
  await vm.run(`tar -C image -c . | podman/cli import -q - ${image}`);
  return {
    run,
    async runContainer(script, options = '') {
      writeFileSync(file('program'), script);
      const shared = [`${file('client')}:/client`, ...libraries.map((path) => `${path}:${path}:ro`)];
      const volumes = shared.map((each) => `-v ${each}`).join(' ');
      await run(`run -d --name winarena ${volumes} ${options} ${image} sh -c "$(cat program)"`);
    },
    async startRunner() {
      // It waits below, so that the process keeps its name.
      writeFileSync(file('client/run.py'), 'echo $$ >/tmp/runner\nsleep 3600\n:\n');
      await run(`exec -d -w /client winarena python run.py ${runnerWords}`);
    },
    async stopRunner() {
      await run(`exec winarena sh -c 'kill "$(cat /tmp/runner)"'`);
    },
    calls: () => readFileSync(file('podman/calls'), 'utf8').split('\n').slice(0, -1),
    disturb(how) {
      for (const each of ['fails', 'hangs']) rmSync(file('podman', each), { force: true });
      if (how !== null) writeFileSync(file('podman', how), '');
    },
    endEvents() {
      const listeners = processesOf(vm.dir).filter(({ command }) => /podman.* events --since /.test(command));
      for (const { pid } of listeners) signal(pid, 'SIGKILL');
      return listeners.length;
    },
    async close() {
      // A container that restarts in a loop may end by itself just before it is killed, and podman then gives up.
      await until(async () => {
        await run('rm -f -a -t 0');
        return true;
      }, 'all containers are removed');
      // A rootless podman leaves a process behind that holds its namespace for the next one.
      for (const { pid, command } of processesOf(vm.dir)) if (command === podmanPath) signal(pid, 'SIGKILL');
    },
  };
}

/** Notes each call, and makes it fail or hang where a test wants that. */
const disturbances = `echo "$*" >>"$VM_DIR/podman/calls"
if [ -e "$VM_DIR/podman/fails" ]; then echo 'Error: creating static files directory: no space left on device' >&2; exit 125; fi
[ ! -e "$VM_DIR/podman/hangs" ] || exec sleep 3600
`;

/** @param dir the folder of the VM: sudo passes no environment on */
function program(dir: string, places: string, before = '', by = ''): string {
  return `#!/bin/sh
export VM_DIR=${dir} CONTAINERS_CONF=${dir}/podman/containers.conf XDG_RUNTIME_DIR=/tmp/own/xdg
${before}cd / # Podman would take the file \`containers\` of the VM for the folder of its settings.
exec ${by} ${podmanPath ?? 'podman'} ${places} --storage-driver vfs "$@"
`;
}
