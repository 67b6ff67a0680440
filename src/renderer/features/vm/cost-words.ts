/** Whether the VM runs, and what that costs, in words. Pure. */
import type { Cost, StatusPayload } from '../../../shared/stream.ts';
import { dollarsText, momentText, parseTime } from '../../format/format.ts';
import type { VmView } from '../../state/model.ts';

export interface PowerWords {
  readonly text: string;
  /** It costs money and does nothing for it. */
  readonly isWaste: boolean;
}

/**
 * Azure's words for the power of a VM, and whether it is billed while that holds
 * (https://learn.microsoft.com/azure/virtual-machines/states-billing).
 */
const powers: Readonly<Record<string, PowerWords>> = {
  starting: { text: 'VM starting', isWaste: false },
  running: { text: 'VM running', isWaste: false },
  stopping: { text: 'VM stopping, still billed', isWaste: false },
  stopped: { text: 'VM stopped but not deallocated: still billed', isWaste: true },
  deallocating: { text: 'VM deallocating', isWaste: false },
  deallocated: { text: 'VM deallocated, only its disks are billed', isWaste: false },
};

/** Null where no cloud was asked. */
export function powerWords({ power_state: power }: Pick<StatusPayload, 'power_state'>): PowerWords | null {
  if (power === null) return null;
  return powers[power] ?? { text: `VM ${power}`, isWaste: false };
}

/** "$1.23 since 05:36, $0.19 per hour"; null where there is nothing to say. */
export function costText({ power_state: power, cost }: StatusPayload, serverNowMs: number): string | null {
  if (cost === null) return power === 'running' || power === 'stopped' ? 'Price not known' : null;
  const since = parseTime(cost.since);
  const soFar = `${dollarsText(cost.so_far_usd)}${since === null ? ' so far' : ` since ${momentText(since, serverNowMs)}`}`;
  // What is deallocated costs nothing by the hour any more, but for its disks.
  return power === 'deallocated' ? soFar : `${soFar}, ${dollarsText(cost.per_hour_usd)} per hour`;
}

/** Of all VMs together; null where fewer than two are known to cost something. */
export function totalCostText(vms: readonly VmView[]): string | null {
  const costs = vms.flatMap(({ status }) =>
    status?.cost == null ? [] : [{ ...status.cost, power: status.power_state }],
  );
  if (costs.length < 2) return null;
  const sum = (of: (cost: Cost & { power: string | null }) => number): string =>
    dollarsText(costs.reduce((all, cost) => all + of(cost), 0));
  const perHour = sum(({ per_hour_usd: price, power }) => (power === 'deallocated' ? 0 : price));
  return `${sum((cost) => cost.so_far_usd)} so far, ${perHour} per hour`;
}
