/** All VMs that a sign-in may see, subscription by subscription, for a person who does not want to type ids. */
import { z } from 'zod';
import { AzureFailure, failureOf } from './failure.ts';
import { shortText } from './look.ts';
import type { AzureVmName } from './model.ts';
import type { ArmClient } from './sdk.ts';

const apiVersion = { 'api-version': '2022-12-01' };
/** More than anybody chooses from; a list that has no end must not fill the memory. */
const most = { subscriptions: 200, vms: 2_000, pages: 100 };
const atOnce = 4;

const pageSchema = z.object({
  value: z.array(
    z.object({
      subscriptionId: z.string().regex(/^[\w-]+$/),
      displayName: z.string().nullish(),
      state: z.string().nullish(),
    }),
  ),
  nextLink: z.string().nullish(),
});

interface Subscription {
  readonly id: string;
  readonly name: string;
}

export interface ListContext {
  /** Of no subscription. */
  readonly client: ArmClient;
  readonly clientOf: (subscriptionId: string) => ArmClient;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly onSkipped: (subscriptionId: string, error: unknown) => void;
}

/**
 * By subscription and name. A subscription whose VMs cannot be listed is left out, unless that is so for all of them.
 * @throws what the client throws
 */
export async function listAllVms(context: ListContext): Promise<readonly AzureVmName[]> {
  const found: AzureVmName[] = [];
  const waiting = [...(await subscriptions(context))];
  const total = waiting.length;
  const failures: unknown[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      try {
        found.push(...(await vmsOf(next, context)));
      } catch (error) {
        context.signal.throwIfAborted();
        // Being sent away concerns the sign-in as a whole.
        const failure = failureOf(error, context.now());
        if (failure.kind !== 'http' || failure.status === 401 || failure.status === 429) throw error;
        failures.push(error);
        context.onSkipped(next.id, error);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  if (total > 0 && failures.length === total) throw failures[0];
  return found
    .toSorted(
      (a, b) => a.subscriptionName.localeCompare(b.subscriptionName) || a.vmName.localeCompare(b.vmName),
    )
    .slice(0, most.vms);
}

async function subscriptions({ client, signal }: ListContext): Promise<readonly Subscription[]> {
  const found: Subscription[] = [];
  let next: string | null = '/subscriptions';
  for (let page = 0; next !== null && found.length < most.subscriptions && page < most.pages; page += 1) {
    // The link of a next page carries its own question.
    const answer: unknown = await client.get(next, page === 0 ? apiVersion : {}, signal);
    const parsed = pageSchema.safeParse(answer);
    if (!parsed.success)
      throw new AzureFailure({ kind: 'nonsense', message: 'The list of subscriptions is none.' });
    for (const { subscriptionId, displayName, state } of parsed.data.value) {
      // Of one that is disabled or deleted, nothing runs.
      if (/^(?:disabled|deleted)$/i.test(state ?? '')) continue;
      found.push({ id: subscriptionId, name: shortText(displayName) ?? subscriptionId });
    }
    next = parsed.data.nextLink ?? null;
  }
  return found.slice(0, most.subscriptions);
}

async function vmsOf(
  { id, name }: Subscription,
  { clientOf, signal }: ListContext,
): Promise<readonly AzureVmName[]> {
  const found: AzureVmName[] = [];
  let pages = 0;
  for await (const page of clientOf(id).listVms(signal)) {
    signal.throwIfAborted();
    for (const vm of page) {
      const resourceGroup = shortText(/\/resourceGroups\/([^/]+)\//i.exec(vm.id ?? '')?.[1]);
      const vmName = shortText(vm.name);
      if (resourceGroup === null || vmName === null) continue;
      found.push({
        subscriptionId: id,
        subscriptionName: name,
        resourceGroup,
        vmName,
        size: shortText(vm.hardwareProfile?.vmSize),
        location: shortText(vm.location),
      });
    }
    pages += 1;
    if (found.length >= most.vms || pages >= most.pages) break;
  }
  return found;
}
