import type { AzureConfig } from '../../config/index.ts';
import { azureVm, openPort, tryPort } from '../commands.ts';
import { exampleAzure, exampleTarget } from '../examples.ts';
import { failed, passed, remedy, type VmCheck } from '../model.ts';
import { greet } from '../greet.ts';
import type { Terminal } from '../../common/terminal.ts';

interface About {
  readonly azure: AzureConfig | null;
  readonly host: string;
  readonly port: number;
}
const example: About = { azure: exampleAzure, host: exampleTarget.host, port: 22 };
const tryIt = ({ host, port }: About, terminal: Terminal): string | null => tryPort(terminal, host, port);

const closed = remedy<About>({
  when: 'the SSH port does not answer at all',
  advice:
    'The security group of the VM, or a firewall between, does not let this machine through: open the port for your own public address (`az network nsg list -o table` has the name of the group). Or the VM hangs, or the address is wrong.',
  command: (about, terminal) =>
    about.azure === null ? tryIt(about, terminal) : openPort(terminal, about.azure, about.port),
  example,
});
const refused = remedy<About>({
  when: 'the SSH port refuses the connection',
  advice:
    'The machine is there, and no SSH server listens on that port: it may still be starting, or listen on another ("ssh.port"), or have ended.',
  command(about, terminal) {
    const which = about.azure === null ? null : azureVm(terminal, about.azure);
    return which === null
      ? tryIt(about, terminal)
      : `az vm run-command invoke ${which} --command-id RunShellScript --scripts ${terminal.line`${'systemctl status ssh'}`}`;
  },
  example,
});
const unknownName = remedy<About>({
  when: 'the host name is not known',
  advice: 'Correct "ssh.host", or the Host in ~/.ssh/config.',
  command: ({ host }, { line }) => line`nslookup ${host}`,
  example: { ...example, host: 'waa-eval-vm.example.org' },
});
const silent = remedy<About>({
  when: 'something answers on the SSH port, but not as SSH does',
  advice:
    'The machine hangs or is overloaded (restart it in Azure if it stays so), or another service has this port.',
  command: tryIt,
  example,
});

const remedies = { closed, refused, 'unknown-name': unknownName, silent } as const;

export const sshPort: VmCheck = {
  scope: 'vm',
  name: 'ssh_port',
  title: 'SSH port',
  why: 'BenchTray sees the VM by SSH only.',
  needs: () => ['public_address'],
  after: () => [],
  limitSeconds: 15,
  remedies: Object.values(remedies),
  async look(vm, signal) {
    const target = await vm.target();
    if (!target.ok) throw new Error(target.problem);
    // Through other machines only the first one can be reached from here.
    let first = target.value;
    while (first.jump !== null) first = first.jump;
    const { host, port } = first;
    const greeting = await greet(host, port, signal);
    if (greeting.kind === 'ssh') return passed(`${host}, port ${port} answers: ${greeting.banner}`);
    const found = `${host}, port ${port}: ${greeting.detail}.`;
    return failed(found, remedies[greeting.kind], { azure: vm.config.azure, host, port });
  },
};
