/**
 * The one definition of the configuration: types, defaults, the JSON Schema for editors and the words of error messages
 * come from it. The `error` of every leaf is a noun phrase that says what was expected ("a port number from 1 to 65535").
 */
import { z } from 'zod';

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

const integer = (min: number, max: number, expected: string) =>
  z.int(expected).min(min, expected).max(max, expected);
const decimal = (min: number, max: number, expected: string) =>
  z.number(expected).min(min, expected).max(max, expected);
const text = (pattern: RegExp, expected: string) => z.string(expected).regex(pattern, expected);
const yesOrNo = () => z.boolean('true or false');
const list = <Item extends z.ZodType>(item: Item, expected: string) => z.array(item, expected);
/** A group of keys that may be left out as a whole: every key in it has a default. */
const group = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(shape, 'a group of keys in { }');

const port = () => integer(1, 65535, 'a port number from 1 to 65535');
const localPath = (what: string) => text(/^[^\0]+$/, what);
const nonEmpty = (what: string) => text(/\S/, what);
/** Lets a rule over several keys run also where other keys are wrong, so that every problem is told at once. */
const isReadable = (payload: { readonly value: unknown }) =>
  typeof payload.value === 'object' && payload.value !== null;
const isPresent = (value: unknown) => value !== null && value !== undefined;

/** Addresses and names end up in commands on the VM, so that only harmless characters are let through. */
const hostText = (what: string) => text(/^[A-Za-z0-9_:[][A-Za-z0-9._:%[\]-]*$/, what);
const remotePath = (what: string) => text(/^(?:(?:container:)?\/|~\/)[^\0\r\n]*$/, what);

const tlsSchema = z.union(
  [
    group({
      cert: localPath('a path to a PEM file').describe('Certificate chain, a PEM file.'),
      key: localPath('a path to a PEM file').describe('Private key of the certificate, a PEM file.'),
    }),
    z.literal('terminated-elsewhere'),
  ],
  '{ "cert": "….pem", "key": "….pem" }, or "terminated-elsewhere" behind a reverse proxy that speaks TLS',
);

const externalSchema = group({
  host: hostText('an address to listen on, such as "0.0.0.0"').describe(
    'Address to listen on for other machines.',
  ),
  port: port().default(8766).describe('Port for other machines.'),
  tls: tlsSchema.describe(
    'Certificate and key, or "terminated-elsewhere" behind a reverse proxy that speaks TLS.',
  ),
  maxConnectionsPerIp: integer(1, 100_000, 'a whole number from 1 to 100000')
    .default(6)
    .describe('How many streams one client address may hold open.'),
  requestsPerMinute: integer(1, 1_000_000, 'a whole number from 1 to 1000000')
    .default(600)
    .describe('How many requests one client address may send in a minute.'),
});

const serverSchema = group({
  port: integer(0, 65535, 'a port number from 1 to 65535, or 0 for any free one')
    .default(8765)
    .describe('Port of the local listener; 0 takes any free one.'),
  names: list(hostText('a host name without a port'), 'a list of host names')
    .default([])
    .describe('Further names under which this server may be asked (the Host header).'),
  allowedOrigins: list(
    text(
      /^[a-z][a-z0-9+.-]*:\/\/[^/\s?#]+$/,
      'an origin such as "https://grafana.example.org", without a path',
    ),
    'a list of origins',
  )
    .default([])
    .describe('Web pages of these origins may read the stream.'),
  maxConnections: integer(1, 1_000_000, 'a whole number from 1 to 1000000')
    .default(1000)
    .describe('How many streams may be open in all.'),
  external: externalSchema
    .nullable()
    .default(null)
    .describe('A second listener for other machines, with API keys and TLS; null: none.'),
});

const azureSchema = group({
  subscriptionId: nonEmpty('the id of an Azure subscription').describe('Subscription that the VM is in.'),
  resourceGroup: nonEmpty('the name of a resource group').describe('Resource group that the VM is in.'),
  vmName: nonEmpty('the name of the VM in Azure').describe('Name of the VM in Azure.'),
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
  username: text(/^[^\s:@-][^\s:@]*$/, 'a user name')
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

const vmSchema = group({
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
}).refine((vm) => isPresent(vm.azure) || isPresent((vm.ssh as { host?: unknown } | undefined)?.host), {
  when: isReadable,
  error: 'found neither "ssh.host" nor "azure", expected one of them to say where the VM is',
});

const vmListSchema = list(vmSchema, 'a list of VMs').superRefine(
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
  { when: isReadable },
);

const timeOfDay = (what: string) =>
  text(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'a time such as "22:00"').describe(what);

const notificationsSchema = group({
  taskComplete: z
    .enum(['all', 'failures', 'none'], '"all", "failures" or "none"')
    .default('all')
    .describe('Which finished tasks are notified.'),
  errors: yesOrNo().default(true).describe('Whether errors and recoveries are notified.'),
  quietHours: group({ from: timeOfDay('Begin, local time.'), to: timeOfDay('End, local time.') })
    .nullable()
    .default(null)
    .describe('No notification between these local times; null: never quiet.'),
  batchSeconds: decimal(0, 3600, 'a number of seconds from 0 to 3600')
    .default(10)
    .describe('Tasks that finish within this time share one notification, seconds.'),
});

/** What a hook can be called for. */
export const hookEvents = ['run_start', 'task_complete', 'run_end', 'error', 'recovered'] as const;
export type HookEvent = (typeof hookEvents)[number];

const hookSchema = group({
  on: list(z.enum(hookEvents, hookEvents.map((name) => `"${name}"`).join(', ')), 'a list of event names')
    .min(1, 'at least one event name')
    .describe('Events for which the hook is called.'),
  command: list(nonEmpty('a word of the command'), 'a list: the program, then its arguments')
    .min(1, 'a list: the program, then its arguments')
    .describe('Program and arguments; the event is given as JSON on its standard input.')
    .optional(),
  url: text(/^https?:\/\/[^\s/]\S*$/, 'an http or https address')
    .describe('Address to which the event is sent as JSON by POST.')
    .optional(),
}).refine((hook) => (hook.command === undefined) !== (hook.url === undefined), {
  error: 'found none or both of "command" and "url", expected exactly one of them',
});

export const configSchema = group({
  $schema: z
    .string('an address of a JSON Schema')
    .describe('Address of the JSON Schema, for editors.')
    .optional(),
  server: serverSchema.prefault({}).describe('The local server.'),
  interval: decimal(1, 60, 'a number of seconds from 1 to 60')
    .default(5)
    .describe('How often a VM is looked at when no client asks for more, seconds.'),
  dataDir: localPath('a path to a folder, or null')
    .nullable()
    .default(null)
    .describe("Folder for journal, history, known hosts and log; null: the platform's per-user data folder."),
  vms: vmListSchema
    .default([])
    .describe('The VMs to watch; the first is the one that a client gets that names none.'),
  notifications: notificationsSchema.prefault({}).describe('What the desktop notifies.'),
  hooks: list(hookSchema, 'a list of hooks')
    .default([])
    .describe('Programs and addresses that are told of events.'),
});

/** The effective configuration: every default filled in. */
export type Config = DeepReadonly<z.output<typeof configSchema>>;
export type ServerConfig = Config['server'];
export type ExternalConfig = NonNullable<ServerConfig['external']>;
export type VmConfig = Config['vms'][number];
export type AzureConfig = NonNullable<VmConfig['azure']>;
export type SshConfig = VmConfig['ssh'];
export type NotificationsConfig = Config['notifications'];
export type HookConfig = Config['hooks'][number];

/** The configuration when nothing is said: no VM, everything at its default. */
export const defaultConfig: Config = configSchema.parse({});

/** One VM with every default filled in. Throws a ZodError on values that the schema refuses. */
export function makeVmConfig(input: z.input<typeof vmSchema>): VmConfig {
  return vmSchema.parse(input);
}

/** The JSON Schema (draft 2020-12) of the file, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  return {
    title: 'BenchTray configuration',
    ...z.toJSONSchema(configSchema, { target: 'draft-2020-12', io: 'input' }),
  };
}
