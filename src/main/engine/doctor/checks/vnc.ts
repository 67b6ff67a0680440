import { get } from 'node:http';
import type { DockerCommand, SshTarget } from '../../vm/index.ts';
import { onVmByDocker, tunnel } from '../commands.ts';
import { exampleTarget } from '../examples.ts';
import { failed, passed, remedy, warned, type VmCheck } from '../model.ts';
import { needTarget } from './docker.ts';

interface About {
  readonly target: SshTarget;
  readonly docker: DockerCommand;
  readonly port: number;
}
const example: About = { target: exampleTarget, docker: 'docker', port: 8006 };

const onlyThere = remedy<About>({
  when: 'the screen of Windows (VNC) can be seen on the VM only',
  advice:
    'Its port is not open for this machine, which is as safe as it can be. Through this tunnel it is seen at `http://localhost:PORT`, with the first port of the command:',
  command: ({ target, port }, terminal) => tunnel(terminal, target, port),
  example,
});
const down = remedy<About>({
  when: 'the screen of Windows (VNC) cannot be seen at all',
  advice:
    'The container has to be started with `-p 8006:8006`, or "vnc.port" has to name the port that it was given. This shows which it has:',
  command: ({ target, docker }, terminal) => onVmByDocker(terminal, target, docker, 'ps'),
  example,
});

export const vnc: VmCheck = {
  scope: 'vm',
  name: 'vnc',
  title: 'Screen (VNC)',
  why: 'Where no log says what is wrong, the screen of Windows often does.',
  needs: () => ['container'],
  after: () => [],
  limitSeconds: 15,
  remedies: [onlyThere, down],
  async look(vm, signal) {
    const target = needTarget(vm.knownTarget);
    const { port } = vm.config.vnc;
    const host = target.host.includes(':') ? `[${target.host}]` : target.host;
    const url = `http://${host}:${port}/`;
    const [isOpen, isThere] = await Promise.all([knock(url, signal), vm.vncOnVm()]);
    const about = { target, docker: vm.dockerCommand, port };
    if (isOpen) return passed(`It answers at ${url}.`);
    return isThere
      ? warned(`It answers on the VM, but not at ${url} from here.`, onlyThere, about)
      : failed(`It answers neither at ${url} nor on the VM itself.`, down, about);
  },
};

const knockWithinMs = 5_000;

/** Returns whether a web server answers, whatever it says. */
function knock(url: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, {
      agent: false,
      signal: AbortSignal.any([signal, AbortSignal.timeout(knockWithinMs)]),
    });
    request.once('response', (response) => {
      response.destroy();
      resolve(true);
    });
    request.once('error', () => resolve(false));
  });
}
