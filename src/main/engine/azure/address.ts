/** The public address of a VM: its network interface, and the address that this one has, by plain GETs. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { AzureFailure } from './failure.ts';
import type { ArmClient, VirtualMachine } from './sdk.ts';

/** Of Microsoft.Network. */
const apiVersion = { 'api-version': '2024-05-01' };

const link = z.object({ id: z.string() });
const interfaceSchema = z.object({
  properties: z.object({
    ipConfigurations: z
      .array(
        z.object({
          properties: z.object({ primary: z.boolean().optional(), publicIPAddress: link.nullish() }),
        }),
      )
      .nullish(),
  }),
});
const addressSchema = z.object({ properties: z.object({ ipAddress: z.string().nullish() }) });

/**
 * Null: it has none, which is what a deallocation leaves behind where the address is a dynamic one.
 * @throws what the client throws, but for parts that do not exist
 */
export async function publicAddress(
  client: ArmClient,
  vm: VirtualMachine,
  signal: AbortSignal,
): Promise<string | null> {
  const interfaces = vm.networkProfile?.networkInterfaces ?? [];
  const ordered = primaryFirst(interfaces, ({ primary }) => primary);
  for (const { id } of ordered) {
    if (id === undefined) continue;
    const found = await read(client, id, interfaceSchema, signal);
    const configurations = primaryFirst(
      found?.properties.ipConfigurations ?? [],
      ({ properties }) => properties.primary,
    );
    for (const { properties } of configurations) {
      if (properties.publicIPAddress == null) continue;
      const address = await read(client, properties.publicIPAddress.id, addressSchema, signal);
      const text = address?.properties.ipAddress ?? null;
      // It becomes an SSH target: what is no address stays outside.
      if (text !== null && isIP(text) !== 0) return text;
    }
  }
  return null;
}

function primaryFirst<Item>(
  items: readonly Item[],
  isPrimary: (item: Item) => boolean | undefined,
): readonly Item[] {
  return items.toSorted((a, b) => Number(isPrimary(b) ?? false) - Number(isPrimary(a) ?? false));
}

/** Null: there is no such thing (any more). */
async function read<Shape extends z.ZodType>(
  client: ArmClient,
  id: string,
  schema: Shape,
  signal: AbortSignal,
): Promise<z.infer<Shape> | null> {
  if (!/^\/subscriptions\/[\w./()-]+$/i.test(id) || id.split('/').includes('..'))
    throw new AzureFailure({ kind: 'nonsense', message: 'An id in the answer is none.' });
  try {
    const parsed = schema.safeParse(await client.get(id, apiVersion, signal));
    if (parsed.success) return parsed.data;
  } catch (error) {
    if (error instanceof AzureFailure && error.failure.kind === 'http' && error.failure.status === 404)
      return null;
    throw error;
  }
  throw new AzureFailure({ kind: 'nonsense', message: 'The answer about the network is none.' });
}
