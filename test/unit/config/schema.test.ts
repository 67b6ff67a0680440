import fc from 'fast-check';
import { isOpenedByBrowsers } from '../../../src/main/engine/common/listen-port.ts';
import { parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseConfig } from '../../../src/main/engine/config/parse.ts';
import { configJsonSchema, makeVmConfig, type Config } from '../../../src/main/engine/config/schema.ts';

/** Every key that there is, as the documentation shows it. */
const example = `{
  "server": { "port": 8765, "names": [], "allowedOrigins": [], "maxConnections": 1000,
              "external": { "host": "0.0.0.0", "port": 8766, "tls": { "cert": "c.pem", "key": "k.pem" },
                            "maxConnectionsPerIp": 6, "requestsPerMinute": 600 } },
  "interval": 5,                       // seconds
  "journal": { "keepDays": 30, "maxMegabytes": 200 },
  "history": { "screenshots": "all", "logs": true, "maxMegabytes": 2000, "copyKilobytesPerSecond": 1000 },
  "dataDir": null,
  "vms": [
    {
      "name": "waa-eval-vm",
      "azure": { "subscriptionId": "11111111-2222-3333-4444-555555555555", "resourceGroup": "openadapt-agents", "vmName": "waa-eval-vm", "cloud": "public" },
      "ssh": { "host": null, "port": 22, "username": "azureuser", "privateKey": null, "agent": true, "hostKey": null },
      "container": null,
      "benchmark": { "log": null, "results": null },
      "probe": { "port": 5000, "addresses": [] },
      "vnc": { "port": 8006 },
      "pricePerHour": null,
      "successThreshold": 1,
      "stalledAfterMinutes": 15,
      "idleAfterMinutes": 30
    }
  ],
  "notifications": { "taskComplete": "all", "errors": true, "quietHours": null, "batchSeconds": 10 },
  "hooks": [{ "on": ["error", "run_end"], "command": ["notify-send"] }, { "on": ["error"], "url": "https://example.org/" }]
}`;

describe('the JSON Schema', () => {
  const validator = z.fromJSONSchema(configJsonSchema());

  it('accepts the complete example, as the parser does', () => {
    expect(parseConfig(example, 'c.json')).toMatchObject({ ok: true });
    expect(validator.safeParse(parse(example)).error).toBeUndefined();
  });

  it('accepts an empty configuration and refuses unknown keys and wrong values', () => {
    expect(validator.safeParse({}).success).toBe(true);
    expect(validator.safeParse({ intervall: 5 }).success).toBe(false);
    expect(validator.safeParse({ interval: 61 }).success).toBe(false);
    expect(validator.safeParse({ vms: [{ ssh: { host: 'h' } }] }).success).toBe(false);
  });

  it('is of draft 2020-12 and describes every key', () => {
    const schema = configJsonSchema();
    expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(keysWithoutDescription(schema, '')).toEqual([]);
  });
});

interface SchemaNode {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

function keysWithoutDescription(node: SchemaNode, path: string): readonly string[] {
  const inner = [node.items, ...(node.anyOf ?? [])].filter((child) => child !== undefined);
  return [
    ...Object.entries(node.properties ?? {}).flatMap(([name, child]) => [
      ...(child.description === undefined ? [`${path}.${name}`] : []),
      ...keysWithoutDescription(child, `${path}.${name}`),
    ]),
    ...inner.flatMap((child) => keysWithoutDescription(child, path)),
  ];
}

const port = fc.integer({ min: 1, max: 65535 });
const listenPort = (min: number) => fc.integer({ min, max: 65535 }).filter(isOpenedByBrowsers);
const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,30}$/);
const vm = fc
  .record({
    name: word,
    ssh: fc.record({ host: word, port, agent: fc.boolean() }),
    container: fc.option(word),
    successThreshold: fc.double({ min: 0, max: 1, noNaN: true }),
    benchmark: fc.record({ log: fc.option(fc.stringMatching(/^\/[ -~]{1,40}$/)) }),
  })
  .map(makeVmConfig);
const config: fc.Arbitrary<Config> = fc.record({
  server: fc
    .record({
      port: listenPort(0),
      names: fc.array(word),
      allowedOrigins: fc.constant([]),
      maxConnections: fc.integer({ min: 1, max: 1000 }),
      external: fc.option(
        fc.record({
          host: word,
          port: listenPort(1),
          tls: fc.oneof(fc.constant('terminated-elsewhere' as const), fc.record({ cert: word, key: word })),
          maxConnectionsPerIp: fc.integer({ min: 1, max: 100 }),
          requestsPerMinute: fc.integer({ min: 1, max: 100 }),
          trustedProxies: fc.subarray(['10.0.0.0/8', '::1']),
        }),
      ),
    })
    .filter(({ port, external }) => external?.port !== port),
  interval: fc.double({ min: 1, max: 60, noNaN: true }),
  journal: fc.record({
    keepDays: fc.double({ min: 0.01, max: 36_500, noNaN: true }),
    maxMegabytes: fc.integer({ min: 1, max: 1000 }),
  }),
  history: fc.record({
    screenshots: fc.constantFrom('all', 'failures', 'none'),
    logs: fc.boolean(),
    maxMegabytes: fc.integer({ min: 1, max: 10_000_000 }),
    copyKilobytesPerSecond: fc.integer({ min: 1, max: 1_000_000 }),
  }),
  dataDir: fc.option(
    fc
      .string({ minLength: 1 })
      .filter((text) => !text.includes('\0') && !/[\ud800-\udfff]|^~[^/\\]/.test(text)),
  ),
  vms: fc.uniqueArray(vm, { selector: ({ name }) => name, maxLength: 4 }),
  notifications: fc.record({
    taskComplete: fc.constantFrom('all', 'failures', 'none'),
    errors: fc.boolean(),
    quietHours: fc.option(fc.constant({ from: '22:00', to: '07:30' })),
    batchSeconds: fc.integer({ min: 0, max: 3600 }),
  }),
  hooks: fc.array(
    fc.record({
      on: fc.constant(['error'] as const),
      command: fc.array(fc.stringMatching(/^[ -~]*\w$/), { minLength: 1 }),
      timeoutSeconds: fc.double({ min: 0.1, max: 300, noNaN: true }),
    }),
    {
      maxLength: 2,
    },
  ),
});

it('reads back what it printed', () => {
  fc.assert(
    fc.property(config, (value) => {
      expect(parseConfig(JSON.stringify(value, null, 2), 'c.json')).toEqual({ ok: true, config: value });
    }),
  );
});

describe('names in Azure', () => {
  const good = {
    subscriptionId: '0a1B2c3D-0000-1111-2222-333344445555',
    resourceGroup: 'rg_(Größe).1-x',
    vmName: 'waa-eval.vm_1',
  };
  const problemsOf = (change: object): readonly string[] => {
    const parsed = parseConfig(
      JSON.stringify({ vms: [{ name: 'a', azure: { ...good, ...change } }] }),
      'c.json',
    );
    return parsed.ok ? [] : parsed.problems.map(({ key, what }) => `${key}: ${what}`);
  };

  it('are taken as Azure has them', () => {
    expect(problemsOf({})).toEqual([]);
    expect(problemsOf({ vmName: 'v', resourceGroup: '-' })).toEqual([]);
    expect(problemsOf({ subscriptionId: '…' })).toEqual([]);
  });

  it.each([
    [
      'subscriptionId',
      ['', 's', '../../providers', '--help', `${good.subscriptionId}/x`, `${good.subscriptionId}\n`],
    ],
    ['resourceGroup', ['', 'a/b', 'a.', 'a b', '..', 'x'.repeat(91), "a'b", '$(x)', 'a\u001b[31m']],
    ['vmName', ['', 'a/b', 'a.', 'a-', '-a', '_a', '--help', 'x'.repeat(65), 'a?b', 'a%2f', 'a\n']],
  ])('are refused otherwise: %s', (key, values) => {
    for (const value of values) {
      const [problem = '', ...more] = problemsOf({ [key]: value });
      expect(more).toEqual([]);
      expect(problem).toMatch(new RegExp(`^vms\\[0\\]\\.azure\\.${key}: found ".*", expected the`));
    }
  });
});
