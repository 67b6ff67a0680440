/** Turns Azure's answers about a VM into its phase and its words. Pure functions. */
import type { Phase } from '../../../../shared/stream.ts';
import type { AzureFacts } from '../../azure/index.ts';
import type { VmConfig } from '../../config/index.ts';
import type { Heard } from '../../feed/index.ts';
import type { CloudSight, Sight } from '../sight.ts';

/**
 * Returns what is known of a VM before the first answer of Azure; null if Azure is never asked about it.
 * @param heard what the journal of an earlier process knows; null: nothing
 */
export function unaskedCloud(
  { azure, ssh, pricePerHour: perHourUsd }: VmConfig,
  heard: Heard | null,
): CloudSight | null {
  if (azure === null) return null;
  const { subscriptionId, resourceGroup, vmName } = azure;
  const isSame = heard?.azure?.id === azureId(azure);
  return {
    ...{ subscriptionId, resourceGroup, vmName, isAddressWanted: ssh.host === null },
    ...{ facts: null, problem: null, misses: 0, perHourUsd, gone: null },
    seen: isSame ? { atMs: heard.at, isSpot: heard.azure.isSpot, size: heard.azure.size ?? null } : null,
  };
}

/** Returns the name of a VM that no other VM has. Azure takes upper and lower case for the same. */
export function azureId(vm: Pick<CloudSight, 'subscriptionId' | 'resourceGroup' | 'vmName'>): string {
  return [vm.subscriptionId, vm.resourceGroup, vm.vmName].join('/').toLowerCase();
}

/** Whether Azure knew the VM and does not any more. A VM that answers is there, whatever Azure says. */
export function isGone({ cloud, ssh }: Pick<Sight, 'cloud' | 'ssh'>): boolean {
  return ssh.kind === 'down' && cloud?.gone != null;
}

/** One missed answer means nothing. */
const missesUntilStale = 2;

/** The newest answer, for as long as it can be taken for what is so now. */
export function currentFacts({ cloud }: Pick<Sight, 'cloud'>): AzureFacts | null {
  if (cloud?.gone !== null) return null;
  return cloud.misses >= missesUntilStale ? null : cloud.facts;
}

export function powerStateOf(sight: Pick<Sight, 'cloud'>): string | null {
  return currentFacts(sight)?.powerState ?? null;
}

/** Phases that Azure alone decides; "running" says nothing of what goes on inside. */
const phases: Readonly<Record<string, Phase>> = {
  creating: 'starting',
  starting: 'starting',
  stopping: 'stopping',
  deallocating: 'stopping',
  stopped: 'offline',
  deallocated: 'offline',
  hibernated: 'offline',
};

const words: Readonly<Record<string, string>> = {
  creating: 'Azure makes the VM',
  starting: 'Azure starts the VM',
  stopping: 'Azure stops the VM',
  deallocating: 'Azure deallocates the VM',
  stopped: 'The VM is stopped, but not deallocated: it still costs money',
  deallocated: 'The VM is deallocated',
  hibernated: 'The VM is hibernated',
};

/** Of a VM that is not reached; null: Azure does not decide it. */
export function cloudPhase(sight: Sight): Phase | null {
  return isGone(sight) ? 'offline' : (phases[powerStateOf(sight) ?? ''] ?? null);
}

/** By Azure's last word: it is stopped, deallocated, hibernated or gone. */
export function isOff(sight: Pick<Sight, 'cloud' | 'ssh'>): boolean {
  return isGone(sight) || phases[powerStateOf(sight) ?? ''] === 'offline';
}

/** What is to be said of a VM that is not reached; null: Azure has nothing to add. */
export function cloudText(sight: Sight): string | null {
  const { cloud, ssh } = sight;
  if (cloud === null || ssh.kind !== 'down') return null;
  if (isGone(sight)) return 'The VM is gone from Azure';
  const facts = currentFacts(sight);
  const failure = facts?.provisioningError == null ? '' : ` (${facts.provisioningError})`;
  const word = words[facts?.powerState ?? ''];
  if (word !== undefined) return word + failure;
  const reached = ssh.everUp ? 'The SSH connection is lost' : 'Not reached yet';
  if (facts === null) {
    if (!cloud.isAddressWanted || cloud.facts !== null) return null;
    return cloud.problem === null ? 'Asking Azure for the address' : 'Azure has not told the address yet';
  }
  const lacksAddress = cloud.isAddressWanted && facts.address === null;
  if (facts.powerState === 'running') {
    const why = lacksAddress ? 'it has no public address there' : reached.toLowerCase();
    return lacksAddress
      ? `Azure says that the VM is running, but ${why}${failure}`
      : `${reached}, while Azure says that the VM is running${failure}`;
  }
  return failure === '' ? null : reached + failure;
}
