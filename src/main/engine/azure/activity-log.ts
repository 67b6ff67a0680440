/** The starts and ends of a VM, from the activity log of its subscription. */
import { z } from 'zod';
import type { AzureConfig } from '../config/index.ts';
import type { ArmClient } from './sdk.ts';
import type { ActivityEvent } from './uptime.ts';

/** The log keeps 90 days, and refuses to be asked for more. */
const reachMs = 89 * 86_400_000;
const dayMs = 86_400_000;

const entrySchema = z.object({
  eventTimestamp: z.string(),
  operationName: z.object({ value: z.string() }),
  status: z.object({ value: z.string() }),
});
const pageSchema = z.object({ value: z.array(z.unknown()) });

/**
 * The newest page of the log: it comes newest first, and a start that lies beyond a whole page of later changes is given up.
 * Source: https://learn.microsoft.com/rest/api/monitor/activity-logs/list
 */
export async function readActivity(
  client: ArmClient,
  vm: AzureConfig,
  nowMs: number,
  signal: AbortSignal,
): Promise<readonly ActivityEvent[]> {
  const resource = `/subscriptions/${vm.subscriptionId}/resourceGroups/${vm.resourceGroup}/providers/Microsoft.Compute/virtualMachines/${vm.vmName}`;
  // Whole days, so that the same question may be answered from a cache.
  const from = new Date(Math.floor((nowMs - reachMs) / dayMs + 1) * dayMs).toISOString();
  const body = await client.get(
    `/subscriptions/${encodeURIComponent(vm.subscriptionId)}/providers/Microsoft.Insights/eventtypes/management/values`,
    {
      'api-version': '2015-04-01',
      $filter: `eventTimestamp ge '${from}' and resourceUri eq '${resource.replaceAll("'", "''")}'`,
      $select: 'eventTimestamp,operationName,status',
    },
    signal,
  );
  return pageSchema.parse(body).value.flatMap((item) => {
    const entry = entrySchema.safeParse(item);
    if (!entry.success) return [];
    const atMs = Date.parse(entry.data.eventTimestamp);
    if (Number.isNaN(atMs)) return [];
    return [{ operation: entry.data.operationName.value, status: entry.data.status.value, atMs }];
  });
}
