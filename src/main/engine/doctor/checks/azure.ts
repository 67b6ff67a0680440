/** What Azure says of the VM: three checks on one answer. */
import type { AzureProblemKind } from '../../azure/model.ts';
import type { AzureConfig } from '../../config/index.ts';
import { azureLogin, azureVm } from '../commands.ts';
import { exampleAzure } from '../examples.ts';
import { failed, onlyAdvice, passed, remedy, skipped, warned, type Finding, type VmCheck } from '../model.ts';
import type { Terminal } from '../../common/terminal.ts';
import type { VmFacts } from '../vm-facts.ts';

type AboutVm = AzureConfig;
const vmCommand =
  (command: string, more = '') =>
  (azure: AboutVm, terminal: Terminal): string | null => {
    const which = azureVm(terminal, azure);
    return which === null ? null : `${command} ${which}${more}`;
  };

const noCredentials = remedy<AzureConfig>({
  when: 'there is nothing to sign in to Azure with',
  advice: 'Install the Azure CLI (https://aka.ms/azure-cli), and sign in:',
  command: azureLogin,
  example: exampleAzure,
});
const notSignedIn = remedy<AzureConfig>({
  when: 'nobody is signed in to Azure, or the sign-in has expired',
  advice: 'Sign in with an account that may see the VM:',
  command: azureLogin,
  example: exampleAzure,
});
const noAnswer = remedy<AzureConfig>({
  when: 'Azure does not answer, or asks for a pause',
  advice:
    'Wait a minute and try again. Does this machine reach the internet (proxy, VPN)? Does the Azure CLI work?',
  command: () => 'az account show',
  example: exampleAzure,
});
const missing = remedy<AzureConfig>({
  when: 'Azure knows no such VM',
  advice: 'Correct "subscriptionId", "resourceGroup" or "vmName". These are the VMs of the subscription:',
  command: ({ subscriptionId }, { line }) => line`az vm list --subscription ${subscriptionId} -o table`,
  example: exampleAzure,
});
const forbidden = remedy<AzureConfig>({
  when: 'this account may not see the VM in Azure',
  advice:
    'Sign in with another account, or let its owner give yours the role "Reader" on the resource group. Who you are there:',
  command: ({ subscriptionId }, { line }) => line`az account show --subscription ${subscriptionId}`,
  example: exampleAzure,
});
const stopped = remedy<AzureConfig>({
  when: 'the VM is stopped or deallocated',
  advice: 'Start it. What is stopped and not deallocated costs as much as one that runs.',
  command: vmCommand('az vm start'),
  example: exampleAzure,
});
const underWay = remedy<AzureConfig>({
  when: 'the VM is starting or stopping',
  advice: 'Wait until it is through, and look again:',
  command: vmCommand('az vm get-instance-view', ' --query instanceView.statuses -o table'),
  example: exampleAzure,
});
const provisioning = onlyAdvice(
  'Azure could not provision the VM as asked',
  'The reason stands beside it. Often the size is not to be had in that region, or a quota is used up.',
);

const noBlock = 'The configuration has no "azure" for this VM, so that Azure is not asked.';

/** Kinds of problems that come before any VM is looked for. */
const beforeVm: Partial<Record<AzureProblemKind, typeof noCredentials>> = {
  no_credentials: noCredentials,
  not_signed_in: notSignedIn,
  throttled: noAnswer,
  unavailable: noAnswer,
};

/** Looks by what Azure answered about a VM that the configuration names. */
function asked(
  look: (azure: AzureConfig, answer: NonNullable<Awaited<ReturnType<VmFacts['azure']>>>) => Finding,
): VmCheck['look'] {
  return async (vm) => {
    const { azure } = vm.config;
    const answer = await vm.azure();
    return azure === null || answer === null ? skipped(noBlock) : look(azure, answer);
  };
}

export const azureLoginCheck: VmCheck = {
  scope: 'vm',
  name: 'azure_login',
  title: 'Azure sign-in',
  why: 'Azure tells whether the VM runs, where it is and what it costs.',
  needs: () => ['configuration'],
  after: () => [],
  limitSeconds: 40,
  remedies: [noCredentials, notSignedIn, noAnswer],
  look: asked((azure, answer) => {
    if (answer.ok) return passed('Azure accepts the sign-in.');
    const { kind, message, detail } = answer.problem;
    const what = beforeVm[kind];
    return what === undefined
      ? passed('Azure accepts the sign-in.')
      : failed(`${message} ${detail}`, what, azure);
  }),
};

export const vmExists: VmCheck = {
  scope: 'vm',
  name: 'vm_exists',
  title: 'VM in Azure',
  why: 'A name that Azure does not know cannot be watched there.',
  needs: () => ['azure_login'],
  after: () => [],
  limitSeconds: 40,
  remedies: [missing, forbidden],
  look: asked((azure, answer) => {
    if (!answer.ok) {
      const { kind, message, detail } = answer.problem;
      return failed(`${message} ${detail}`, kind === 'forbidden' ? forbidden : missing, azure);
    }
    const { size, location } = answer.value;
    const what = [size, location].filter((word) => word !== null).join(', ');
    return passed(`${azure.vmName} is there${what === '' ? '' : ` (${what})`}.`);
  }),
};

const onItsWay = new Set(['starting', 'creating', 'stopping', 'deallocating']);

export const vmRunning: VmCheck = {
  scope: 'vm',
  name: 'vm_running',
  title: 'VM is running',
  why: 'A VM that does not run cannot be reached.',
  needs: () => ['vm_exists'],
  after: () => [],
  limitSeconds: 40,
  remedies: [stopped, underWay, provisioning],
  look: asked((azure, answer) => {
    if (!answer.ok) return failed(answer.problem.message, noAnswer, azure);
    const { powerState, provisioningState, provisioningError } = answer.value;
    const trouble = provisioningError ?? (provisioningState === 'failed' ? 'Provisioning has failed.' : null);
    if (powerState === 'running') {
      return trouble === null
        ? passed('Azure says that it is running.')
        : warned(`It is running, but Azure says: ${trouble}`, provisioning, null);
    }
    if (powerState === null) return warned('Azure does not say now whether it is running.', underWay, azure);
    const found = `Azure says: ${powerState}.${trouble === null ? '' : ` ${trouble}`}`;
    return failed(found, onItsWay.has(powerState) ? underWay : stopped, azure);
  }),
};
