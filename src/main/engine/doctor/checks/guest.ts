/** Windows in the container: where it is, and whether it answers. */
import type { SshTarget } from '../../vm/index.ts';
import { bootText, isReady, placesToAsk } from '../../watch/index.ts';
import { onVmAsRoot, tunnel } from '../commands.ts';
import { exampleTarget } from '../examples.ts';
import { failed, passed, remedy, type VmCheck } from '../model.ts';
import { needTarget } from './docker.ts';

interface About {
  readonly target: SshTarget;
  readonly vncPort: number;
}
const example: About = { target: exampleTarget, vncPort: 8006 };

const noNetwork = remedy<About>({
  when: 'the container has no network of its own, so that Windows cannot be reached',
  advice:
    'Start the container with `--cap-add NET_ADMIN` and `--device /dev/net/tun`; on the VM, this loads what that needs:',
  command: ({ target }, terminal) => onVmAsRoot(terminal, target, 'sudo modprobe -a tun ip_tables'),
  example,
});
const otherAddress = remedy<About>({
  when: 'the configuration names another address of Windows than the container',
  advice: 'Take "probe.addresses" out: BenchTray finds the address by itself.',
  command: () => null,
  example,
});

export const guestAddress: VmCheck = {
  scope: 'vm',
  name: 'guest_address',
  title: 'Address of Windows',
  why: 'Windows has an address of its own within the container, which differs from version to version.',
  needs: () => ['container'],
  after: () => [],
  limitSeconds: 35,
  remedies: [noNetwork, otherAddress],
  async look(vm) {
    const sight = await vm.guest();
    const { inside, boot, probe } = sight;
    const about = { target: needTarget(vm.knownTarget), vncPort: vm.config.vnc.port };
    const { addresses, port } = vm.config.probe;
    const isAnswering = isReady(sight);
    if (!isAnswering) {
      const network = boot.troubles.find(({ kind }) => kind === 'network');
      if (network !== undefined)
        return failed(`The container has no network of its own: ${network.text}`, noNetwork, about);
    }
    const told = (inside?.guests ?? []).map(({ address }) => address);
    const isElsewhere = !addresses.some((one) => told.includes(one) || isLoopback(one));
    if (!isAnswering && addresses.length > 0 && told.length > 0 && isElsewhere)
      return failed(
        `"probe.addresses" is ${addresses.join(', ')}, but the container tells of ${told.join(', ')}.`,
        otherAddress,
        about,
      );
    if (isAnswering) return passed(`Windows answers at ${probe.place ?? ''}: ${probe.why ?? ''}.`);
    const asked = placesToAsk(addresses, sight, true).map(
      (place) => `${place.from === 'container' ? 'container:' : ''}${place.address}:${port} (${place.why})`,
    );
    return passed(`Looked for at ${asked.join(', ')}.`);
  },
};

/** The guest's port is published on the VM. */
const isLoopback = (address: string): boolean => /^(localhost|127\.|\[?::1)/.test(address);

const settingUp = remedy<About>({
  when: 'Windows is still being set up',
  advice: 'Wait: the first start takes half an hour and more. Its screen shows how far it is:',
  command: ({ target, vncPort }, terminal) => tunnel(terminal, target, vncPort),
  example,
});
const silent = remedy<About>({
  when: 'the benchmark server in Windows does not answer (`/probe`)',
  advice:
    'Look at its screen, through this tunnel at `http://localhost:PORT` with the first port of the command: it may be updating, wait at a question, or its server may have ended.',
  command: ({ target, vncPort }, terminal) => tunnel(terminal, target, vncPort),
  example,
});

export const probe: VmCheck = {
  scope: 'vm',
  name: 'probe',
  title: 'Benchmark server (/probe)',
  why: 'Only its answer proves that Windows is ready.',
  needs: () => ['guest_address'],
  after: () => [],
  limitSeconds: 35,
  remedies: [settingUp, silent],
  async look(vm) {
    const sight = await vm.guest();
    const { answer, place } = sight.probe;
    if (isReady(sight)) return passed(`It answers at ${place ?? ''}.`);
    const { boot } = sight;
    const about = { target: needTarget(vm.knownTarget), vncPort: vm.config.vnc.port };
    const said = answer === null || answer.kind === 'ready' ? 'Not responding' : answer.text;
    const trouble = boot.troubles.at(-1);
    if (trouble !== undefined)
      return failed(`${said}. The container says: ${trouble.text}`, silent, about, trouble.hint);
    const { phase } = boot;
    const isUnderWay = phase !== null && phase !== 'oobe' && phase !== 'stopping';
    return isUnderWay
      ? failed(`Not yet: ${bootText(boot, phase)}.`, settingUp, about)
      : failed(`${said}.`, silent, about);
  },
};
