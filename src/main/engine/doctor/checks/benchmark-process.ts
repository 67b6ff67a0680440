import { describeRunner, type DockerCommand, type SshTarget } from '../../vm/index.ts';
import { onVm, onVmByDocker } from '../commands.ts';
import { late } from '../common-remedies.ts';
import { exampleTarget } from '../examples.ts';
import { failed, passed, remedy, warned, type VmCheck } from '../model.ts';
import { shLine } from '../../common/terminal.ts';
import { needTarget } from './docker.ts';

interface About {
  readonly target: SshTarget;
  readonly docker: DockerCommand;
  readonly container: string | null;
}

const idle = remedy<About>({
  when: 'no benchmark process is seen on the VM',
  advice:
    'Start the benchmark; the VM costs money while it waits. If one should be running, look for it: BenchTray knows it as a Python process that runs `run.py` or `run_multienv*.py`, has `--result_dir`, has a `logs/normal-*.log` open, or is `harbor run`, `tb run` or `cb run`.',
  command: ({ target, docker, container }, terminal) =>
    container === null
      ? // Its own command line must not be found, nor the many that only have a path with "run" in them.
        onVm(terminal, target, shLine`pgrep -f ${'[r]un.*[.]py'}`)
      : onVmByDocker(terminal, target, docker, shLine`exec ${container} pgrep -f run.py`),
  example: { target: exampleTarget, docker: 'docker', container: 'winarena' },
});

export const benchmarkProcess: VmCheck = {
  scope: 'vm',
  name: 'benchmark_process',
  title: 'Benchmark process',
  why: 'It tells a run that is on from one that has ended, and where its results are.',
  needs: () => ['ssh_login'],
  after: () => ['docker', 'container'],
  limitSeconds: 45,
  remedies: [idle],
  async look(vm) {
    const [host, inside, container] = await Promise.all([vm.host(), vm.inside(), vm.container()]);
    if (host === null || (inside === null && container.kind === 'running'))
      return failed('The VM does not tell which processes there are.', late, null);
    const within = (inside?.runners ?? []).map((runner) => `in the container: ${describeRunner(runner)}`);
    const outside = host.runners.map((runner) => `on the VM: ${describeRunner(runner)}`);
    const all = [...within, ...outside];
    if (all.length > 0) return passed(all.join('; '));
    const about = {
      target: needTarget(vm.knownTarget),
      docker: vm.dockerCommand,
      container: container.kind === 'running' ? container.name : null,
    };
    return inside?.activity == null
      ? warned('No benchmark process runs now.', idle, about)
      : warned(
          'No benchmark process runs here now; an agent on another machine has been using Windows.',
          idle,
          about,
        );
  },
};
