import { isIP } from 'node:net';
import type { AzureConfig } from '../../config/index.ts';
import { addressOf } from '../../vm/index.ts';
import { azureVm } from '../commands.ts';
import { exampleAzure } from '../examples.ts';
import { failed, onlyAdvice, passed, remedy, warned, type VmCheck } from '../model.ts';
import type { Terminal } from '../../common/terminal.ts';

const listAddresses = (azure: AzureConfig | null, terminal: Terminal): string | null => {
  const which = azure === null ? null : azureVm(terminal, azure);
  return which === null ? null : `az vm list-ip-addresses ${which} -o table`;
};

const none = remedy<AzureConfig | null>({
  when: 'the VM has no public address',
  advice:
    'Give it one in Azure, or name an address in "ssh.host" at which this machine reaches it (VPN, or a Host of ~/.ssh/config with ProxyJump). What it has now:',
  command: listAddresses,
  example: exampleAzure,
});
const changed = remedy<AzureConfig | null>({
  when: 'the VM has another address than the configured one',
  advice:
    'It gets a new one when it was deallocated. Put the new one into "ssh.host", or take "ssh.host" out: then Azure is asked for it each time.',
  command: listAddresses,
  example: exampleAzure,
});
const unusable = onlyAdvice(
  '~/.ssh/config says something that BenchTray cannot follow',
  'Correct it there, or name address, port, user and key in the configuration of BenchTray. ProxyJump works, ProxyCommand does not.',
);

export const publicAddress: VmCheck = {
  scope: 'vm',
  name: 'public_address',
  title: 'Address of the VM',
  why: 'The VM is reached by it.',
  needs: () => ['configuration'],
  after: ({ ssh }) => [...(ssh.host === null ? (['azure_login', 'vm_exists'] as const) : []), 'vm_running'],
  limitSeconds: 40,
  remedies: [none, changed, unusable],
  async look(vm) {
    const { azure, ssh } = vm.config;
    if ((await vm.address()) === null)
      return failed('Azure knows no public address of it, and "ssh.host" names none.', none, azure);
    const target = await vm.target();
    if (!target.ok) return failed(target.problem, unusable, null);
    const { host, jump } = target.value;
    const way = jump === null ? '' : `, through ${addressOf(jump)}`;
    // Not asked here: an Azure that hangs must not keep anybody from a VM whose address is known.
    const told = vm.knownAzure?.address ?? null;
    if (ssh.host !== null && told !== null && isIP(host) !== 0 && told !== host)
      return warned(`"ssh.host" is ${host}, but Azure says ${told}.`, changed, azure);
    return passed(
      `${addressOf(target.value)}${way}, ${ssh.host === null ? 'as Azure says' : 'as configured'}.`,
    );
  },
};
