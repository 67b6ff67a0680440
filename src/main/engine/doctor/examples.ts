/** The machine that the README's commands are about. */
import type { AzureConfig } from '../config/index.ts';
import type { SshTarget } from '../vm/index.ts';

export const exampleAzure: AzureConfig = {
  subscriptionId: 'SUBSCRIPTION',
  resourceGroup: 'openadapt-agents',
  vmName: 'waa-eval-vm',
  cloud: 'public',
};

export const exampleTarget: SshTarget = {
  host: '1.2.3.4',
  port: 22,
  username: 'azureuser',
  keys: { paths: ['/home/ann/.ssh/id_ed25519'], named: false },
  agent: true,
  hostKey: null,
  hostKeyAlias: null,
  jump: null,
};
