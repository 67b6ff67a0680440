/** Whether the VM runs, and what that costs, in words. Pure. */
import { dollarsText, hourlyPriceText, isUnpriced, perHourText } from '../../../shared/cost-text.ts';
import type { StatusPayload } from '../../../shared/stream.ts';
import { momentText, parseTime } from '../../format/format.ts';
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
export function costText(status: StatusPayload, serverNowMs: number): string | null {
  const { power_state: power, cost } = status;
  if (cost === null) return isUnpriced(status) ? 'Price not known' : null;
  if (cost.unknown) {
    const asOf = parseTime(cost.as_of);
    const when = asOf === null ? '' : ` as of ${momentText(asOf, serverNowMs)}`;
    return `Cost unknown (was ${hourlyPriceText(cost.per_hour_usd)}), ${dollarsText(cost.so_far_usd)}${when}`;
  }
  const since = parseTime(cost.since);
  const soFar = `${dollarsText(cost.so_far_usd)}${since === null ? ' so far' : ` since ${momentText(since, serverNowMs)}`}`;
  // What is deallocated costs nothing by the hour any more, but for its disks.
  return power === 'deallocated' ? soFar : `${soFar}, ${hourlyPriceText(cost.per_hour_usd)}`;
}

/** "$6.78 so far, $0.45 per hour + 1 VM unknown (was $0.23)"; null where fewer than two VMs have a cost. */
export function totalCostText(vms: readonly VmView[]): string | null {
  const statuses = vms.flatMap(({ status }) => (status === null ? [] : [status]));
  const costs = statuses.flatMap(({ cost }) => (cost === null ? [] : [cost]));
  const perHour = perHourText(statuses);
  if (costs.length < 2 || perHour === null) return null;
  return `${dollarsText(costs.reduce((sum, cost) => sum + cost.so_far_usd, 0))} so far, ${perHour}`;
}
