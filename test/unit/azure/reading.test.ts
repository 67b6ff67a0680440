/** How what Azure says is read: pure functions, and texts as they come. */
import { describe, expect, it } from 'vitest';
import { pathWithAz, usualAzFolders } from '../../../src/main/engine/azure/az-path.ts';
import { costSoFar, isBilled } from '../../../src/main/engine/azure/billing.ts';
import { clouds, cloudOfAuthority, scopeOf } from '../../../src/main/engine/azure/clouds.ts';
import { failureOf, retryAfterMs } from '../../../src/main/engine/azure/failure.ts';
import { readStatuses } from '../../../src/main/engine/azure/instance-view.ts';
import { pricePerHour } from '../../../src/main/engine/azure/prices.ts';
import { refuseAllButReading } from '../../../src/main/engine/azure/reads-here-only.ts';
import { chooseSignIn, missingVariables } from '../../../src/main/engine/azure/sign-in.ts';
import { endedBy, upSinceMs, type UptimeSources } from '../../../src/main/engine/azure/uptime.ts';

describe('an instance view', () => {
  it.each([
    [[], { powerState: null, provisioningState: null, provisioningError: null, provisionedAtMs: null }],
    [[{ code: 'powerstate/RUNNING' }], { powerState: 'running' }],
    [[{ code: 'PowerState/' }], { powerState: null }],
    [[{ code: 'PowerState' }, {}], { powerState: null }],
    [[{ code: 'PowerState/run\u001b[31mning\n' }], { powerState: 'running' }],
    [
      [{ code: 'ProvisioningState/succeeded', level: 'Info', time: new Date(5) }],
      { provisioningState: 'succeeded', provisioningError: null, provisionedAtMs: 5 },
    ],
    [
      [{ code: 'ProvisioningState/succeeded', time: new Date('nonsense') }],
      { provisioningState: 'succeeded', provisionedAtMs: null },
    ],
    [
      [{ code: 'ProvisioningState/failed', level: 'Error', displayStatus: 'Provisioning failed' }],
      { provisioningState: 'failed', provisioningError: 'Provisioning failed' },
    ],
    [
      [
        { code: 'ProvisioningState/failed', level: 'Error', displayStatus: 'Provisioning failed' },
        { code: 'ProvisioningState/failed/AllocationFailed', level: 'Error', message: 'No\ncapacity.' },
      ],
      { provisioningState: 'failed', provisioningError: 'AllocationFailed: No capacity.' },
    ],
    [[{ code: 'ProvisioningState/updating' }], { provisioningState: 'updating', provisioningError: null }],
  ])('%j', (statuses, state) => {
    expect(readStatuses(statuses)).toMatchObject(state);
  });

  it('is not taken for more than it is, however long', () => {
    const { provisioningError } = readStatuses([
      { code: 'ProvisioningState/failed/X', message: 'long '.repeat(10_000) },
    ]);
    expect(provisioningError?.length).toBeLessThanOrEqual(400);
  });
});

describe('what is paid', () => {
  it.each([
    ['creating', false],
    ['starting', true],
    ['running', true],
    ['stopping', true],
    ['stopped', true],
    ['deallocating', false],
    ['deallocated', false],
    ['hibernated', false],
    ['unknown', null],
    [null, null],
  ])('%s: %s', (powerState, billed) => {
    expect(isBilled(powerState)).toBe(billed);
  });

  it.each([
    ['Standard_D4ds_v5', 0.192],
    ['standard_d8ds_V5', 0.38],
    ['Standard_D2_v3', 0.096],
    ['D32ds_v5', 1.536],
    ['Standard_M416ms_v2', null],
    ['constructor', null],
    ['', null],
    [null, null],
  ])('an hour of %s: %s', (size, usd) => {
    expect(pricePerHour(size)).toBe(usd);
  });

  it('so far', () => {
    expect(costSoFar(0.192, 0, 5_400_000)).toEqual({
      per_hour_usd: 0.192,
      so_far_usd: 0.288,
      since: '1970-01-01T00:00:00.000Z',
      unknown: false,
      as_of: null,
    });
    // A clock that is behind makes nobody rich.
    expect(costSoFar(0.192, 10_000, 0).so_far_usd).toBe(0);
  });
});

describe('since when it is up', () => {
  const operation = (name: string): string => `Microsoft.Compute/virtualMachines/${name}`;
  const event = (name: string, atMs: number, status = 'Succeeded') => ({
    operation: operation(name),
    status,
    atMs,
  });
  const nothing: UptimeSources = {
    events: [],
    provisionedAtMs: null,
    createdAtMs: null,
    offSeenAtMs: null,
  };

  it.each<[what: string, sources: Partial<UptimeSources>, sinceMs: number | null]>([
    ['nothing is known', {}, null],
    ['a start', { events: [event('start/action', 5)] }, 5],
    ['the newest start', { events: [event('start/action', 5), event('start/action', 7)] }, 7],
    ['a start in other letters', { events: [{ ...event('START/action', 5), status: 'succeeded' }] }, 5],
    ['a start that failed', { events: [event('start/action', 5, 'Failed')], provisionedAtMs: 3 }, 3],
    [
      'a start before an end',
      { events: [event('start/action', 5), event('deallocate/action', 9)], provisionedAtMs: 12 },
      12,
    ],
    [
      'a start before an end, and no later change',
      { events: [event('start/action', 5), event('deallocate/action', 9)], provisionedAtMs: 6 },
      null,
    ],
    ['a restart, which ends nothing', { events: [event('start/action', 5), event('restart/action', 9)] }, 5],
    ['made, and never stopped', { events: [event('write', 4)], createdAtMs: 2, provisionedAtMs: 8 }, 2],
    [
      'made before the log goes back, and changed since',
      { events: [event('write', 9e9)], createdAtMs: 2, provisionedAtMs: 9e9 },
      9e9,
    ],
    ['no log', { events: null, provisionedAtMs: 8, createdAtMs: 2 }, 8],
    ['off when last seen', { events: [event('start/action', 5)], offSeenAtMs: 6, provisionedAtMs: 4 }, null],
    ['off when last seen, and started since', { events: [event('start/action', 9)], offSeenAtMs: 6 }, 9],
  ])('%s', (_what, sources, sinceMs) => {
    expect(upSinceMs({ ...nothing, ...sources })).toBe(sinceMs);
  });
});

describe('who asks', () => {
  const principal = { AZURE_TENANT_ID: 't', AZURE_CLIENT_ID: 'c' };

  it.each([
    [{}, { kind: 'cli' }],
    [principal, { kind: 'cli' }],
    [{ ...principal, AZURE_CLIENT_SECRET: ' ' }, { kind: 'cli' }],
    [
      { ...principal, AZURE_CLIENT_SECRET: 's' },
      { kind: 'secret', clientSecret: 's' },
    ],
    [{ ...principal, AZURE_CLIENT_SECRET: 's', AZURE_CLIENT_CERTIFICATE_PATH: '/c.pem' }, { kind: 'secret' }],
    [
      {
        ...principal,
        AZURE_CLIENT_CERTIFICATE_PATH: '/c.pem',
        AZURE_CLIENT_CERTIFICATE_PASSWORD: 'p',
        AZURE_CLIENT_SEND_CERTIFICATE_CHAIN: 'true',
      },
      { kind: 'certificate', certificatePath: '/c.pem', certificatePassword: 'p', sendsChain: true },
    ],
    [{ AZURE_CLIENT_SECRET: 's', AZURE_CLIENT_ID: 'c' }, { kind: 'cli' }],
    [{ BENCHTRAY_AZURE_SIGN_IN: 'device-code' }, { kind: 'device_code', tenantId: null, clientId: null }],
    [{ ...principal, AZURE_CLIENT_SECRET: 's', BENCHTRAY_AZURE_SIGN_IN: 'cli' }, { kind: 'cli' }],
  ])('%j', (environment, signIn) => {
    expect(chooseSignIn(environment)).toMatchObject(signIn);
  });

  it('is told what is missing of a service principal, and only of one', () => {
    expect(missingVariables({ AZURE_CLIENT_SECRET: 's' })).toEqual(['AZURE_TENANT_ID', 'AZURE_CLIENT_ID']);
    expect(missingVariables(principal)).toEqual([]);
    expect(missingVariables({ ...principal, AZURE_CLIENT_SECRET: 's' })).toEqual([]);
  });
});

describe('where', () => {
  it('each cloud is, and for what a token is asked', () => {
    expect(Object.values(clouds).map(scopeOf)).toEqual([
      'https://management.azure.com/.default',
      'https://management.usgovcloudapi.net/.default',
      'https://management.chinacloudapi.cn/.default',
    ]);
    expect(cloudOfAuthority(undefined).name).toBe('public');
    expect(cloudOfAuthority('https://login.chinacloudapi.cn/').name).toBe('china');
    expect(cloudOfAuthority('nonsense').name).toBe('public');
  });

  it.each<[what: string, path: string, platform: NodeJS.Platform, has: string[], result: string]>([
    ['is on the PATH', '/a:/b', 'linux', ['/b/az', '/usr/local/bin/az'], '/a:/b'],
    ['is Homebrew’s', '/usr/bin:/bin', 'darwin', ['/opt/homebrew/bin/az'], '/usr/bin:/bin:/opt/homebrew/bin'],
    ['is pip’s', '/usr/bin', 'linux', ['/home/me/.local/bin/az'], '/usr/bin:/home/me/.local/bin'],
    ['is nowhere', '/a', 'darwin', [], '/a'],
    ['is nowhere, and there is no PATH', '', 'linux', [], ''],
    ['is the only thing', '', 'linux', ['/usr/local/bin/az'], '/usr/local/bin'],
    [
      'is on Windows',
      'C:\\Windows',
      'win32',
      ['C:\\Program Files\\Microsoft SDKs\\Azure\\CLI2\\wbin\\az.cmd'],
      'C:\\Windows;C:\\Program Files\\Microsoft SDKs\\Azure\\CLI2\\wbin',
    ],
  ])('az %s', (_what, path, platform, has, result) => {
    const folders = usualAzFolders(platform, '/home/me');
    expect(pathWithAz(path, platform, folders, (file) => has.includes(file))).toBe(result);
  });
});

describe('a failure', () => {
  const named = (name: string, message: string, more: object = {}): Error =>
    Object.assign(new Error(message), { name, ...more });

  it.each([
    [named('AbortError', 'The operation was aborted.'), { kind: 'given_up' }],
    [
      named('RestError', 'getaddrinfo ENOTFOUND management.azure.com', { code: 'ENOTFOUND' }),
      { kind: 'unreachable', code: 'ENOTFOUND' },
    ],
    [
      named('Error', 'x', { cause: { code: 'SELF_SIGNED_CERT_IN_CHAIN' } }),
      { kind: 'unreachable', code: 'SELF_SIGNED_CERT_IN_CHAIN' },
    ],
    [named('RestError', 'Unexpected token', { code: 'PARSE_ERROR' }), { kind: 'nonsense' }],
    [new TypeError("Cannot read properties of undefined (reading 'map')"), { kind: 'nonsense' }],
    [named('Error', 'no such file', { code: 'ENOENT' }), { kind: 'certificate_unreadable' }],
    [named('ClientAuthError', 'no_tokens_found'), { kind: 'refused' }],
    ['a text', { kind: 'nonsense', message: 'a text' }],
    [undefined, { kind: 'nonsense' }],
  ])('%s', (error, failure) => {
    expect(failureOf(error, 0)).toMatchObject(failure);
  });

  it.each([
    [{ 'retry-after': '30' }, 30_000],
    [{ 'retry-after': 'Thu, 01 Jan 1970 00:01:00 GMT' }, 60_000],
    [{ 'retry-after': 'Thu, 01 Jan 1960 00:01:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, null],
    [{ 'retry-after-ms': '5', 'retry-after': '30' }, 5],
    [{}, null],
  ])('asks for a pause: %j', (headers: Record<string, string>, ms) => {
    expect(retryAfterMs((name) => headers[name] ?? null, 0)).toBe(ms);
  });
});

describe('what goes out to Azure', () => {
  const home = 'https://management.azure.com';
  const refusal = (method: string, url: string): unknown => {
    try {
      refuseAllButReading({ method, url }, home);
      return null;
    } catch (error) {
      return failureOf(error, 0);
    }
  };

  it('reads', () => {
    expect(refusal('GET', `${home}/subscriptions/1?api-version=2022-12-01`)).toBeNull();
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'get'])('does nothing by %s', (method) => {
    expect(refusal(method, `${home}/subscriptions/1`)).toEqual({
      kind: 'nonsense',
      message: `${method} is nothing that BenchTray does.`,
    });
  });

  it.each([
    'https://evil.example/subscriptions',
    'http://management.azure.com/subscriptions',
    'https://management.azure.com:444/subscriptions',
    'https://management.azure.com.evil.example/subscriptions',
    'https://management.azure.com@evil.example/subscriptions',
  ])('goes not to %s', (url) => {
    expect(refusal('GET', url)).toMatchObject({
      message: expect.stringContaining('another server') as string,
    });
  });
});

describe('who ended a Spot VM, by the activity log', () => {
  const at = (atMs: number, operation: string, status = 'Succeeded') => ({
    ...{ atMs, status, operation: `Microsoft.Compute/virtualMachines/${operation}` },
  });

  it.each([
    ['nothing is logged yet', [at(1, 'start/action')], null],
    ['Azure', [at(1, 'start/action'), at(2, 'evictSpotVM/action')], 'eviction'],
    [
      'Azure, with what follows from it',
      [at(1, 'start/action'), at(2, 'evictSpotVM/action'), at(3, 'deallocate/action')],
      'eviction',
    ],
    ['somebody who tries that', [at(2, 'simulateEviction/action', 'Accepted')], 'eviction'],
    ['somebody', [at(1, 'start/action'), at(2, 'deallocate/action')], 'request'],
    ['Azure, an earlier time', [at(1, 'evictSpotVM/action'), at(2, 'start/action')], null],
    [
      'somebody, after a start after an eviction',
      [at(1, 'evictSpotVM/action'), at(2, 'start/action'), at(3, 'deallocate/action')],
      'request',
    ],
    ['nobody, since it failed', [at(1, 'start/action'), at(2, 'deallocate/action', 'Failed')], null],
  ])('is %s', (_who, events, by) => {
    expect(endedBy(events)).toBe(by);
  });
});
