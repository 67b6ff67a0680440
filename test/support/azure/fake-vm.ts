/** A VM as the stand-in for Azure knows it, and as it tells of it. */

export const subscriptionId = '11111111-2222-3333-4444-555555555555';

export interface FakeStatus {
  readonly code: string;
  readonly level?: string;
  readonly displayStatus?: string;
  readonly message?: string;
  readonly time?: string;
}

export interface FakeVm {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
  readonly size: string;
  readonly location: string;
  readonly statuses: readonly FakeStatus[];
  /** Its public address; null: none now. */
  readonly address: string | null;
  /** It has a public address at all, be it without a number now. */
  readonly hasPublicAddress: boolean;
  readonly vmId: string;
  readonly priority: string | null;
  readonly timeCreated: string;
}

/** As Azure writes them for a VM in this power state. */
export function statusesOf(powerState: string, provisionedAt = '2026-01-28T20:00:00.000Z'): FakeStatus[] {
  return [
    {
      code: 'ProvisioningState/succeeded',
      level: 'Info',
      displayStatus: 'Provisioning succeeded',
      time: provisionedAt,
    },
    { code: `PowerState/${powerState}`, level: 'Info', displayStatus: `VM ${powerState}` },
  ];
}

export function idOf(vm: FakeVm, type: string, name: string): string {
  return `/subscriptions/${vm.subscriptionId}/resourceGroups/${vm.resourceGroup}/providers/${type}/${name}`;
}

export function vmBody(vm: FakeVm) {
  return {
    id: idOf(vm, 'Microsoft.Compute/virtualMachines', vm.name),
    name: vm.name,
    location: vm.location,
    properties: {
      vmId: vm.vmId,
      provisioningState: 'Succeeded',
      timeCreated: vm.timeCreated,
      hardwareProfile: { vmSize: vm.size },
      ...(vm.priority === null ? {} : { priority: vm.priority }),
      networkProfile: {
        networkInterfaces: [
          {
            id: idOf(vm, 'Microsoft.Network/networkInterfaces', `${vm.name}-nic`),
            properties: { primary: true },
          },
        ],
      },
    },
  };
}
