/**
 * The one definition of the configuration: types, defaults, the JSON Schema for editors and the words of error messages
 * come from it. The `error` of every leaf is a noun phrase that says what was expected ("a port number from 1 to 65535").
 */
import { z } from 'zod';
import {
  integer,
  decimal,
  text,
  yesOrNo,
  list,
  group,
  port,
  localPath,
  hostText,
  addressRange,
} from './schema-leaves.ts';
import { isOpenedByBrowsers, listenPortRule } from '../common/listen-port.ts';
import { hookListSchema } from './schema-hooks.ts';
import { vmListSchema, vmSchema } from './schema-vm.ts';

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

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
  port: port()
    .refine(isOpenedByBrowsers, 'a port number from 1 to 65535 that browsers open')
    .default(8766)
    .describe('Port for other machines.'),
  tls: tlsSchema.describe(
    'Certificate and key, or "terminated-elsewhere" behind a reverse proxy that speaks TLS.',
  ),
  maxConnectionsPerIp: integer(1, 100_000, 'a whole number from 1 to 100000')
    .default(6)
    .describe('How many streams one client address may hold open.'),
  requestsPerMinute: integer(1, 1_000_000, 'a whole number from 1 to 1000000')
    .default(600)
    .describe('How many requests one client address may send in a minute.'),
  trustedProxies: list(addressRange('an address, or a range such as "10.0.0.0/8"'), 'a list of addresses')
    .default([])
    .describe(
      'Reverse proxies whose X-Forwarded-For is believed; with "terminated-elsewhere", this machine always is.',
    ),
});

const serverSchema = group({
  port: integer(0, 65535, listenPortRule)
    .refine(isOpenedByBrowsers, listenPortRule)
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
}).refine(({ port, external }) => external?.port !== port, {
  path: ['external', 'port'],
  error: 'another port than "server.port"',
});

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

const journalSchema = group({
  keepDays: decimal(0.01, 36_500, 'a number of days from 0.01 to 36500')
    .default(30)
    .describe('Events older than this are dropped, days. Runs and their results stay.'),
  maxMegabytes: decimal(1, 1_000_000, 'a number of megabytes from 1 to 1000000')
    .default(200)
    .describe('When the journal is bigger, its oldest events are dropped, then its oldest runs.'),
});

const historySchema = group({
  logs: yesOrNo().default(true).describe('Whether the log of each run is kept on this machine.'),
  screenshots: z
    .enum(['all', 'failures', 'none'], '"all", "failures" or "none"')
    .default('all')
    .describe('Of which tasks screenshots are copied from the VM. Trajectories are copied in any case.'),
  maxMegabytes: decimal(1, 10_000_000, 'a number of megabytes from 1 to 10000000')
    .default(2000)
    .describe('When kept files take more, the screenshots of the oldest runs are removed first, then logs.'),
  copyKilobytesPerSecond: decimal(1, 1_000_000, 'a number of kilobytes from 1 to 1000000')
    .default(1000)
    .describe('How fast files are copied from a VM, kilobytes a second.'),
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
  journal: journalSchema
    .prefault({})
    .describe('How much of what happened is kept for clients that come back.'),
  history: historySchema.prefault({}).describe('What is kept of runs for when their VM is gone.'),
  dataDir: localPath('a path to a folder, or null')
    .nullable()
    .default(null)
    .describe("Folder for journal, history, known hosts and log; null: the platform's per-user data folder."),
  vms: vmListSchema
    .default([])
    .describe('The VMs to watch; the first is the one that a client gets that names none.'),
  notifications: notificationsSchema.prefault({}).describe('What the desktop notifies.'),
  hooks: hookListSchema.default([]).describe('Programs and addresses that are told of events.'),
}).superRefine(({ vms, hooks }, context) => {
  const names = vms.map((vm) => vm.name);
  // With none in the file, the VM may come from the environment.
  if (names.length === 0) return;
  for (const [hook, { vms: wanted = [] }] of hooks.entries()) {
    for (const [index, name] of wanted.entries()) {
      if (names.includes(name)) continue;
      const message = `one of the configured VMs (${names.join(', ')})`;
      context.addIssue({ code: 'custom', path: ['hooks', hook, 'vms', index], message });
    }
  }
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
export type HookFormat = NonNullable<HookConfig['format']>;

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
