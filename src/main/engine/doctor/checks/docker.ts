import { onVm, onVmAsRoot } from '../commands.ts';
import { exampleTarget } from '../examples.ts';
import { failed, passed, remedy, skipped, type VmCheck } from '../model.ts';
import { shLine } from '../../common/terminal.ts';
import type { SshTarget } from '../../vm/index.ts';

const denied = remedy<SshTarget>({
  when: 'this user may not use docker on the VM',
  advice: 'Let the user into its group. BenchTray takes it up by itself with its next login.',
  command: (target, terminal) =>
    onVmAsRoot(terminal, target, shLine`sudo usermod -aG docker ${target.username}`),
  example: exampleTarget,
});
const missing = remedy<SshTarget>({
  when: 'there is no docker on the VM',
  advice:
    'Is this the right machine? Install docker there, or name a log on the VM itself in "benchmark.log".',
  command: (target, terminal) => onVm(terminal, target, 'command -v docker'),
  example: exampleTarget,
});
const broken = remedy<SshTarget>({
  when: 'docker on the VM does not answer properly',
  advice: 'See how its service is, and start it anew if need be (`sudo systemctl restart docker`).',
  command: (target, terminal) => onVmAsRoot(terminal, target, 'sudo systemctl status docker'),
  example: exampleTarget,
});

export const docker: VmCheck = {
  scope: 'vm',
  name: 'docker',
  title: 'Docker',
  why: 'Windows and the benchmark run in a container, which only docker can tell of.',
  needs: () => ['ssh_login'],
  after: () => [],
  limitSeconds: 30,
  remedies: [denied, missing, broken],
  async look(vm) {
    const target = needTarget(vm.knownTarget);
    const [found, host] = await Promise.all([vm.docker(), vm.host()]);
    switch (found.kind) {
      case 'ok':
        return passed(`${target.username} can use docker.`);
      case 'missing':
        return (host?.runners.length ?? 0) > 0
          ? skipped('There is no docker on the VM, and the benchmark runs on the VM itself.')
          : failed(`There is no docker on the VM. ${found.detail}`, missing, target);
      case 'denied':
        return failed(`${target.username} may not use docker on the VM. ${found.detail}`, denied, target);
      case 'failed':
        return failed(`Docker on the VM does not answer properly. ${found.detail}`, broken, target);
      case 'unknown':
        return failed('Docker on the VM does not answer.', broken, target);
    }
  },
};

export function needTarget(target: SshTarget | null): SshTarget {
  if (target === null) throw new Error('No target is known.');
  return target;
}
