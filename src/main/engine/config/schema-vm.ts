/** The part of the schema that is about one VM. */
import { z } from 'zod';
import {
  decimal,
  text,
  yesOrNo,
  list,
  group,
  port,
  localPath,
  isReadable,
  isPresent,
  hostText,
  remotePath,
} from './schema-leaves.ts';

/** The documentation's example has this in place of an id that only the reader knows. */
export const subscriptionPlaceholder = '…';

const azureSchema = group({
  subscriptionId: text(
    /^(?:…|[\dA-Fa-f]{8}(?:-[\dA-Fa-f]{4}){3}-[\dA-Fa-f]{12})$/,
    'the id of an Azure subscription, such as "11111111-2222-3333-4444-555555555555"',
  ).describe('Subscription that the VM is in.'),
  // Without flags, so that editors read the patterns of the JSON Schema alike. Letters of other scripts are allowed.
  // https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
  resourceGroup: text(
    /^[A-Za-z0-9\u00aa-\u1fff\u2c00-\ud7ff_().-]{0,89}[A-Za-z0-9\u00aa-\u1fff\u2c00-\ud7ff_()-]$/,
    'the name of a resource group: up to 90 letters, digits, ".", "_", "-", "(" and ")", without "." at its end',
  ).describe('Resource group that the VM is in.'),
  vmName: text(
    /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_])?$/,
    'the name of the VM in Azure: up to 64 letters, digits, ".", "_" and "-", without "." or "-" at its end',
  ).describe('Name of the VM in Azure.'),
  cloud: z
    .enum(['public', 'usgov', 'china'], '"public", "usgov" or "china"')
    .default('public')
    .describe('Which Azure cloud.'),
});

const sshSchema = group({
  host: hostText('an address, or a Host of ~/.ssh/config, or null')
    .nullable()
    .default(null)
    .describe('Address, or a Host of ~/.ssh/config (ProxyJump included); null: taken from Azure.'),
  port: port().default(22).describe('SSH port.'),
  username: text(/^(?!-)[!-9;-?A-~\u00a1-\u1fff\u2c00-\ud7ff]+$/, 'a user name')
    .default('azureuser')
    .describe('User on the VM.'),
  privateKey: localPath('a path to a private key, or null')
    .nullable()
    .default(null)
    .describe('Path to the private key; null: the usual ones in ~/.ssh.'),
  agent: yesOrNo().default(true).describe('Whether to ask the SSH agent for keys.'),
  hostKey: text(
    /^SHA256:[A-Za-z0-9+/]{43}=?$/,
    'a fingerprint as ssh-keygen -l prints it ("SHA256:" and 43 characters), or null',
  )
    .nullable()
    .default(null)
    .describe('Pinned fingerprint of the host key ("SHA256:…"); null: trust on first use.'),
});

const benchmarkPath = () =>
  remotePath('an absolute path on the VM, or "container:/path", or null').nullable().default(null);

export const vmSchema = group({
  name: text(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'a name of up to 64 letters, digits, ".", "_" and "-" that begins with a letter or digit',
  ).describe('Name of the VM in everything that BenchTray says.'),
  azure: azureSchema.nullable().default(null).describe('Where the VM is in Azure; null: Azure is not asked.'),
  ssh: sshSchema.prefault({}).describe('How to log in on the VM.'),
  container: text(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'the name of a container, or null')
    .nullable()
    .default(null)
    .describe('Container that runs Windows; null: found by itself.'),
  benchmark: group({
    log: benchmarkPath().describe(
      'Log of the benchmark: a path on the VM, or "container:/path"; null: found by itself.',
    ),
    results: benchmarkPath().describe(
      'Folder of results: a path on the VM, or "container:/path"; null: found by itself.',
    ),
  })
    .prefault({})
    .describe('Where the benchmark writes.'),
  probe: group({
    port: port().default(5000).describe('Port of the benchmark server in the guest.'),
    addresses: list(hostText('an address'), 'a list of addresses')
      .default([])
      .describe('Addresses, as seen from the VM, where /probe is asked; []: found by itself.'),
  })
    .prefault({})
    .describe('How the benchmark server is asked whether it is ready.'),
  vnc: group({ port: port().default(8006).describe('Port of the web viewer.') })
    .prefault({})
    .describe('Where the screen of the guest can be seen.'),
  pricePerHour: decimal(0, 10_000, 'a price in USD from 0 to 10000, or null')
    .nullable()
    .default(null)
    .describe(
      'Price of the VM in USD; null: from the built-in table by VM size, where Azure tells the size.',
    ),
  successThreshold: decimal(0, 1, 'a number from 0 to 1')
    .default(1)
    .describe('Score from which a task counts as a success, where the benchmark gives no verdict.'),
  stalledAfterMinutes: decimal(1, 10_080, 'a number of minutes from 1 to 10080')
    .default(15)
    .describe('Minutes without a sign of life after which a run counts as stalled.'),
  idleAfterMinutes: decimal(1, 10_080, 'a number of minutes from 1 to 10080')
    .default(30)
    .describe('Minutes without a run after which a VM that costs money counts as idle.'),
}).refine((vm) => isPresent(vm.azure) || isPresent((vm.ssh as { host?: unknown } | undefined)?.host), {
  when: isReadable,
  error: 'found neither "ssh.host" nor "azure", expected one of them to say where the VM is',
});

export const vmListSchema = list(vmSchema, 'a list of VMs').superRefine(
  (vms, context) => {
    const seen = new Set<unknown>();
    for (const [index, vm] of vms.entries()) {
      const name: unknown = (vm as { name?: unknown } | null | undefined)?.name;
      if (typeof name === 'string' && seen.has(name)) {
        context.addIssue({ code: 'custom', path: [index, 'name'], message: 'a name that no other VM has' });
      }
      seen.add(name);
    }
  },
  { when: ({ value }) => Array.isArray(value) },
);
