/** As whom Azure is asked: service principals, the Azure CLI in all its moods, a code for a person; and what is said when it fails. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { silentLog } from '../../../src/main/engine/common/app-log.ts';
import { createAzure } from '../../../src/main/engine/azure/index.ts';
import { makeCertificate } from '../../support/certificate.ts';
import { failure } from '../../support/azure/fake-arm.ts';
import { notSignedIn } from '../../support/azure/fake-az.ts';
import { subscriptionId } from '../../support/azure/fake-vm.ts';
import { startStopwatch } from '../../support/stopwatch.ts';
import { until } from '../../support/wait.ts';
import { askFake, nowhere, problemOf, watchForStrangers, withoutAz } from './asked.ts';

watchForStrangers();

const tenant = '99999999-8888-7777-6666-555555555555';
const principal = { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: 'a1b2c3d4-0000-0000-0000-000000000000' };
const secret = 'very~secret.value';

describe('the Azure CLI', () => {
  it('is asked for a token of the tenant of the subscription, in the cloud of the VM', async () => {
    const { arm, az, azure } = await askFake();
    const vm = arm.putVm();
    expect(await azure.look(vm)).toMatchObject({ ok: true });
    expect(await azure.look({ ...vm, cloud: 'usgov' })).toMatchObject({ ok: true });
    expect(await azure.look({ ...vm, cloud: 'china' })).toMatchObject({ ok: true });
    const call = (resource: string): string =>
      `account get-access-token --output json --resource ${resource} --subscription ${subscriptionId}`;
    expect(az.calls()).toEqual([
      call('https://management.azure.com'),
      call('https://management.usgovcloudapi.net'),
      call('https://management.chinacloudapi.cn'),
    ]);
  });

  it('is asked once while its token is good, by all VMs of a subscription', async () => {
    const { arm, az, azure } = await askFake();
    const vms = [arm.putVm(), arm.putVm({ name: 'waa-pool-01' })];
    for (const vm of [...vms, ...vms]) expect(await azure.look(vm)).toMatchObject({ ok: true });
    expect(az.calls()).toHaveLength(1);
  });

  it('is asked anew when its token has run out', async () => {
    const { arm, az, azure } = await askFake();
    const vm = arm.putVm();
    az.givesToken('token-1', -10);
    expect(await azure.look(vm)).toMatchObject({ ok: true });
    az.givesToken('token-2');
    expect(await azure.look(vm)).toMatchObject({ ok: true });
    expect(arm.looks().map(({ token }) => token)).toEqual(['token-1', 'token-2']);
  });

  it('is asked anew when Azure does not take its token any more', async () => {
    const { arm, az, azure } = await askFake();
    const vm = arm.putVm();
    az.givesToken('token-1');
    expect(await azure.look(vm)).toMatchObject({ ok: true });
    az.givesToken('token-2');
    arm.acceptOnly('token-2');
    expect(await azure.look(vm)).toMatchObject({ ok: true });
    expect(arm.looks().map(({ token }) => token)).toEqual(['token-1', 'token-1', 'token-2']);
  });

  it('is asked anew after somebody without the right was sent away, who may have signed in as another', async () => {
    const { arm, az, azure } = await askFake();
    const vm = arm.putVm();
    az.givesToken('token-of-a-stranger');
    arm.answer(/virtualMachines/, failure(403, 'AuthorizationFailed', 'No.'), 1);
    expect(await azure.look(vm)).toMatchObject({ ok: false, problem: { kind: 'forbidden' } });
    az.givesToken('token-of-the-owner');
    expect(await azure.look(vm)).toMatchObject({ ok: true });
    expect(arm.looks().map(({ token }) => token)).toEqual(['token-of-a-stranger', 'token-of-the-owner']);
  });

  it('is asked anew for each list of VMs: a person looks at it, who may have signed in as another', async () => {
    const { arm, az, azure } = await askFake();
    arm.putVm();
    az.givesToken('token-of-a-stranger');
    expect(await azure.listVms()).toMatchObject({ ok: true });
    az.givesToken('token-of-the-owner');
    const before = arm.requests.length;
    expect(await azure.listVms()).toMatchObject({ ok: true });
    expect(new Set(arm.requests.slice(before).map(({ token }) => token))).toEqual(
      new Set(['token-of-the-owner']),
    );
  });

  it('is not there', async () => {
    const { arm, azure } = await askFake();
    withoutAz();
    const problem = await problemOf(azure.look(arm.putVm()));
    expect(problem).toMatchObject({
      kind: 'no_credentials',
      code: 'azure_auth_failed',
      message: 'There are no credentials for Azure.',
    });
    expect(problem.hint).toMatch(/aka\.ms\/azure-cli.*az login.*AZURE_CLIENT_SECRET.*device-code/);
    expect(arm.requests).toEqual([]);
  });

  it('is found where it usually lies, when the PATH of a desktop does not lead there', async () => {
    const { arm, az, another } = await askFake();
    vi.stubEnv('PATH', '/usr/bin:/bin');
    const vm = arm.putVm();
    expect(await another({ azFolders: ['/nonexistent', az.folder] }).look(vm)).toMatchObject({ ok: true });
    expect(process.env['PATH']).toBe(`/usr/bin:/bin:${az.folder}`);
  });

  it('is not signed in, until it is', async () => {
    const { arm, az, azure } = await askFake();
    const vm = arm.putVm();
    az.fails(notSignedIn);
    expect(await problemOf(azure.look(vm))).toMatchObject({
      kind: 'not_signed_in',
      code: 'azure_auth_failed',
      message: 'The Azure CLI is not signed in, or its sign-in has expired.',
      hint: 'Run: az login',
    });
    expect((await problemOf(azure.look({ ...vm, cloud: 'usgov' }))).hint).toBe(
      'Run: az cloud set --name AzureUSGovernment && az login',
    );
    az.givesToken('token-1');
    expect(await azure.look(vm)).toMatchObject({ ok: true });
  });

  it('has a sign-in that has expired', async () => {
    const { arm, az, azure } = await askFake();
    az.fails(
      'ERROR: AADSTS70043: The refresh token has expired or is invalid due to sign-in frequency checks by conditional access.\nTo re-authenticate, please run:\naz login --scope https://management.core.windows.net//.default',
    );
    expect(await problemOf(azure.look(arm.putVm()))).toMatchObject({ kind: 'not_signed_in' });
  });

  it('knows no such subscription', async () => {
    const { arm, az, azure } = await askFake();
    az.fails(`ERROR: The subscription of '${subscriptionId}' doesn't exist in cloud 'AzureCloud'.`);
    const problem = await problemOf(azure.look(arm.putVm()));
    expect(problem).toMatchObject({ kind: 'not_found' });
    expect(problem.message).toContain(subscriptionId);
    expect(problem.hint).toContain('az account list');
  });

  it('hangs: it is ended, and no second one is started beside it', async () => {
    const { arm, az, another } = await askFake();
    const azure = another({ limits: { tokenMs: 700 } });
    const vms = [arm.putVm(), arm.putVm({ name: 'waa-pool-01' })];
    az.hangs();
    const looking = startStopwatch();
    const problems = await Promise.all(vms.map((vm) => problemOf(azure.look(vm))));
    expect(looking.stop()).toBeLessThan(5_000);
    for (const problem of problems) {
      expect(problem).toMatchObject({ kind: 'unavailable', code: 'azure_unavailable' });
      expect(problem.message).toMatch(/^The Azure CLI has not answered within/);
      expect(problem.hint).toContain('az account get-access-token');
    }
    expect(az.calls()).toHaveLength(1);
    await until(() => az.running().length === 0, 'it has ended');
    // Nor by a person who asks for the list again and again.
    for (const problem of await Promise.all([1, 2, 3].map(() => problemOf(azure.listVms()))))
      expect(problem.message).toMatch(/^The Azure CLI has not answered within/);
    expect(az.calls()).toHaveLength(2);
    await until(() => az.running().length === 0, 'it has ended too');
    az.givesToken('token-1');
    expect(await azure.look(vms[0] ?? arm.putVm())).toMatchObject({ ok: true });
  });

  it.each([
    ['nothing', ''],
    ['half a token', '{"accessToken": "token-half", "expi'],
    ['no date', '{"accessToken": "token-x", "expiresOn": "soon"}'],
    ['something for people', 'A new version of the Azure CLI is available.'],
  ])('prints %s', async (_what, text) => {
    const { arm, az, azure } = await askFake();
    az.prints(text);
    const problem = await problemOf(azure.look(arm.putVm()));
    expect(problem).toMatchObject({ kind: 'unavailable', message: 'The Azure CLI has given no token.' });
    expect(problem.detail).not.toContain('token-');
  });

  it('breaks down, in its own words and without its secrets', async () => {
    const { arm, az, azure } = await askFake();
    az.fails('Traceback (most recent call last):\n  ModuleNotFoundError: azure\nclient_secret=abc123');
    const problem = await problemOf(azure.look(arm.putVm()));
    expect(problem).toMatchObject({ kind: 'unavailable', message: 'The Azure CLI could not get a token.' });
    expect(problem.detail).toContain('ModuleNotFoundError');
    expect(problem.detail).not.toContain('abc123');
  });
});

describe('a service principal', () => {
  it('with a secret goes before the Azure CLI', async () => {
    const { arm, az, another } = await askFake();
    const environment = { ...principal, AZURE_CLIENT_SECRET: secret, AZURE_AUTHORITY_HOST: arm.url };
    expect(await another({ environment }).look(arm.putVm())).toMatchObject({ ok: true });
    expect(az.calls()).toEqual([]);
    const asked = arm.requests.map(({ path }) => path).filter((path) => path.includes('/token'));
    expect(asked).toEqual([expect.stringContaining(`/${tenant}/oauth2/v2.0/token`)]);
    // A second look needs no second token.
    expect(arm.looks().every(({ token }) => token === 'token-1')).toBe(true);
  });

  it('with a certificate', async () => {
    const { arm, az, another } = await askFake();
    const folder = mkdtempSync(join(tmpdir(), 'benchtray-principal-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'principal.pem');
    const { cert, key } = makeCertificate({ kind: 'rsa' });
    writeFileSync(file, key + cert);
    const environment = {
      ...principal,
      AZURE_CLIENT_CERTIFICATE_PATH: file,
      AZURE_AUTHORITY_HOST: arm.url,
    };
    expect(await another({ environment }).look(arm.putVm())).toMatchObject({ ok: true });
    expect(az.calls()).toEqual([]);
    const missing = { ...environment, AZURE_CLIENT_CERTIFICATE_PATH: join(folder, 'none.pem') };
    const problem = await problemOf(another({ environment: missing }).look(arm.putVm()));
    expect(problem.hint).toContain('AZURE_CLIENT_CERTIFICATE_PATH');
  });

  it.each([
    [
      'a wrong secret',
      'AADSTS7000215: Invalid client secret provided.',
      'Azure has refused the service principal.',
    ],
    [
      'an expired secret',
      'AADSTS7000222: The provided client secret keys for app are expired.',
      'Azure has refused the service principal: its secret or certificate has expired.',
    ],
  ])('with %s', async (_what, description, message) => {
    const { arm, another } = await askFake();
    const environment = { ...principal, AZURE_CLIENT_SECRET: secret, AZURE_AUTHORITY_HOST: arm.url };
    arm.refuseSignIn({
      error: 'invalid_client',
      error_description: `${description} Trace ID: 1234 Correlation ID: 5678 Timestamp: 2026-01-28`,
    });
    const problem = await problemOf(another({ environment }).look(arm.putVm()));
    expect(problem).toMatchObject({ kind: 'not_signed_in', code: 'azure_auth_failed', message });
    expect(problem.detail).toContain(description.slice(0, 14));
    expect(problem.hint).toContain('AZURE_CLIENT_SECRET');
    expect(JSON.stringify(problem)).not.toContain(secret);
  });

  it('that is not complete leaves it to the Azure CLI, and is named where there is none', async () => {
    const { arm, az, another } = await askFake();
    const azure = another({ environment: { AZURE_CLIENT_SECRET: secret, AZURE_TENANT_ID: tenant } });
    const vm = arm.putVm();
    expect(await azure.look(vm)).toMatchObject({ ok: true });
    expect(az.calls()).toHaveLength(1);
    withoutAz();
    const problem = await problemOf(another({ environment: { AZURE_CLIENT_SECRET: secret } }).look(vm));
    expect(problem.detail).toContain('lacks AZURE_TENANT_ID and AZURE_CLIENT_ID');
  });
});

describe('a code for a person', () => {
  it('is shown only where it was asked for, once, and waited for', async () => {
    const { arm, az, another } = await askFake();
    const shown: string[] = [];
    const azure = another({
      environment: { BENCHTRAY_AZURE_SIGN_IN: 'device-code', AZURE_AUTHORITY_HOST: arm.url, ...principal },
      onDeviceCode: (message) => shown.push(message),
      limits: { tokenMs: 400 },
    });
    const vm = arm.putVm();
    const problem = await problemOf(azure.look(vm));
    expect(problem).toMatchObject({
      kind: 'not_signed_in',
      code: 'azure_auth_failed',
      message: 'Azure waits for the sign-in by device code.',
    });
    // The code is for whoever started this, and not for everyone who reads the stream.
    expect(JSON.stringify(problem)).not.toContain('ABCD1234');
    await problemOf(azure.look(vm));
    expect(shown).toEqual([expect.stringMatching(/microsoft\.com\/devicelogin.*ABCD1234/)]);
    arm.enterCode();
    await until(async () => (await azure.look(vm)).ok, 'the person has signed in');
    expect(await azure.look({ ...vm, cloud: 'public' })).toMatchObject({ ok: true });
    expect(shown).toHaveLength(1);
    expect(az.calls()).toEqual([]);
  });
});

describe('settings that make no sense', () => {
  it.each([
    ['BENCHTRAY_AZURE_SIGN_IN', 'browser', /expected "device-code" or "cli"/],
    ['BENCHTRAY_AZURE_ENDPOINT', 'http://127.0.0.1:80', /begins with https/],
  ])('%s', async (name, value, message) => {
    const { arm } = await askFake();
    // Both come from the environment, where nothing stands in their place.
    const azure = createAzure({ log: silentLog(), environment: { [name]: value }, azFolders: nowhere });
    const problem = await problemOf(azure.look(arm.putVm()));
    expect(problem.message).toMatch(message);
    expect(arm.requests).toEqual([]);
  });
});
