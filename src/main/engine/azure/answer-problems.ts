/** What Azure Resource Manager answered instead of what was asked, in a person's words. Pure. */
import { terminalOf } from '../common/terminal.ts';
import { loginCommand, type AzureQuestion, type Told } from './asked.ts';
import type { Failure } from './failure.ts';

export function tellAnswer(
  { status, code, message }: Extract<Failure, { kind: 'http' }>,
  asked: AzureQuestion,
): Told {
  const detail = `HTTP ${status}${code === null ? '' : ` ${code}`}: ${message}`;
  const { vm } = asked;
  if (status === 401) {
    const isWrongTenant = code === 'InvalidAuthenticationTokenTenant';
    return {
      kind: 'not_signed_in',
      message: isWrongTenant
        ? 'The sign-in is for another Azure tenant than that of the subscription.'
        : 'Azure does not accept the sign-in, or it has expired.',
      detail,
      hint:
        asked.signIn === 'cli'
          ? `Run: ${loginCommand(asked)}${isWrongTenant ? ' --tenant <tenant of the subscription>' : ''}`
          : 'Check AZURE_TENANT_ID and the service principal, then start BenchTray again.',
    };
  }
  if (status === 403) {
    const group =
      vm === null ? null : `/subscriptions/${vm.subscriptionId}/resourceGroups/${vm.resourceGroup}`;
    const scope = group === null ? null : terminalOf(process.platform).line` --scope ${group}`;
    return {
      kind: 'forbidden',
      message:
        vm === null
          ? 'This sign-in may not list the VMs in Azure.'
          : `This sign-in may not see the VM ${vm.vmName} in Azure.`,
      detail,
      hint: `The role Reader is enough. Somebody who may grant it runs: az role assignment create --role Reader --assignee <your sign-in>${scope ?? ''}`,
    };
  }
  const noSubscription = code === 'SubscriptionNotFound' || code === 'InvalidSubscriptionId';
  if (status === 404 || noSubscription) return { kind: 'not_found', detail, ...tellMissing(code, asked) };
  if (status === 429) {
    return {
      kind: 'throttled',
      message: 'Azure has asked for a pause: too many questions.',
      detail,
      hint: 'Nothing needs to be done: BenchTray waits as long as Azure says. Other tools that ask often for the same subscription use up the same allowance.',
    };
  }
  return {
    kind: 'unavailable',
    message:
      status >= 500 ? 'Azure answers with an error of its own.' : 'Azure does not understand the question.',
    detail,
    hint:
      status >= 500
        ? 'It is asked again by itself. https://azure.status.microsoft tells of bigger troubles.'
        : 'Check subscriptionId, resourceGroup and vmName in the configuration.',
  };
}

function tellMissing(
  code: string | null,
  { vm, cloud, signIn }: AzureQuestion,
): Pick<Told, 'message' | 'hint' | 'isVmMissing'> {
  if (vm === null)
    return { message: 'Azure knows no such subscription.', hint: 'Run: az account list --output table' };
  if (code === 'SubscriptionNotFound' || code === 'InvalidSubscriptionId') {
    const cli = signIn === 'cli' ? ' Run: az account list --output table.' : '';
    return {
      message: `There is no subscription ${vm.subscriptionId} in Azure (${cloud.name} cloud) for this sign-in.`,
      hint: `Check "azure.subscriptionId" and "azure.cloud".${cli}`,
    };
  }
  if (code === 'ResourceGroupNotFound') {
    return {
      message: `There is no resource group ${vm.resourceGroup} in the subscription.`,
      hint: 'Check "azure.resourceGroup". Run: az group list --output table',
      isVmMissing: true,
    };
  }
  const list = terminalOf(process.platform)
    .line`az vm list --resource-group ${vm.resourceGroup} --output table`;
  return {
    message: `There is no VM ${vm.vmName} in the resource group ${vm.resourceGroup}.`,
    hint: `Check "azure.vmName"; was the VM deleted?${list === null ? '' : ` Run: ${list}`}`,
    isVmMissing: true,
  };
}
