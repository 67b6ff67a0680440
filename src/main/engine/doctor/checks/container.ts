import { assess, runsOnHost } from '../../watch/index.ts';
import type { DockerCommand, SshTarget } from '../../vm/index.ts';
import { shellQuote, shLine } from '../../common/terminal.ts';
import { onVmByDocker } from '../commands.ts';
import { exampleTarget } from '../examples.ts';
import { noTimes } from '../no-times.ts';
import { failed, passed, remedy, skipped, type VmCheck } from '../model.ts';
import { needTarget } from './docker.ts';

interface About {
  readonly target: SshTarget;
  readonly docker: DockerCommand;
  readonly container: string;
}
const example: About = { target: exampleTarget, docker: 'docker', container: 'winarena' };

const missing = remedy<About>({
  when: 'there is no benchmark container on the VM',
  advice:
    'Start the benchmark; or, if its container has a name of its own, name it in "container". These are there:',
  command: ({ target, docker }, terminal) => onVmByDocker(terminal, target, docker, 'ps -a'),
  example,
});
const exited = remedy<About>({
  when: 'the container is there and not running',
  advice: 'Its last words mostly say why:',
  command: ({ target, docker, container }, terminal) =>
    onVmByDocker(terminal, target, docker, shLine`logs --tail 50 ${container}`),
  example,
});
const notInside = remedy<About>({
  when: 'BenchTray cannot look into the container',
  advice: 'It runs a plain `sh` in it by `docker exec`. See why that fails:',
  command: ({ target, docker, container }, terminal) =>
    onVmByDocker(terminal, target, docker, shLine`exec ${container} sh -c true`),
  example,
});

export const container: VmCheck = {
  scope: 'vm',
  name: 'container',
  title: 'Container',
  why: 'Windows runs in it.',
  needs: () => ['docker'],
  after: () => [],
  limitSeconds: 45,
  remedies: [missing, exited, notInside],
  async look(vm) {
    const target = needTarget(vm.knownTarget);
    const [found] = await Promise.all([vm.container(), vm.host()]);
    const docker = vm.dockerCommand;
    if (found.kind === 'running') {
      const { name, why } = found;
      return (await vm.inside()) === null
        ? failed(`${name} is up, but nothing can be run in it.`, notInside, {
            target,
            docker,
            container: name,
          })
        : passed(`${name} is up, chosen because it is ${why}.`);
    }
    const { sight } = vm;
    if (runsOnHost(sight))
      return skipped('The benchmark runs on the VM itself: there is no container to look at.');
    const trouble = assess(sight, noTimes).holding.find(
      ({ code }) => code === 'container_missing' || code === 'container_exited',
    );
    const words = (fallback: string): string =>
      trouble === undefined ? fallback : [trouble.message, trouble.detail].filter(Boolean).join(' ');
    if (found.kind === 'stopped') {
      const about = { target, docker, container: found.name };
      const hint = trouble?.hint?.includes(shellQuote(found.name)) === true ? null : (trouble?.hint ?? null);
      return failed(words(`${found.name} is not running (${found.status}).`), exited, about, hint);
    }
    if (found.kind === 'absent')
      return failed(words('There is no such container.'), missing, { target, docker, container: '' });
    return failed('docker does not tell how its containers are.', missing, { target, docker, container: '' });
  },
};
