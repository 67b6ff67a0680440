/** Everything that Azure can answer besides what was asked, and what a person is told then. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { failure, type FakeAnswer } from '../../support/azure/fake-arm.ts';
import { startStopwatch } from '../../support/stopwatch.ts';
import { until } from '../../support/wait.ts';
import { askFake, problemOf, watchForStrangers } from './asked.ts';

watchForStrangers();

const larger = Buffer.alloc(17 * 1_048_576, '[');

describe('Azure answers', () => {
  it.each<[what: string, answer: FakeAnswer, kind: string, code: string, message: RegExp, hint: RegExp]>([
    [
      '401, again and again',
      failure(401, 'ExpiredAuthenticationToken', 'The access token expiry UTC time is earlier than current.'),
      ...(['not_signed_in', 'azure_auth_failed', /does not accept the sign-in/, /az login/] as const),
    ],
    [
      '401 for another tenant',
      failure(401, 'InvalidAuthenticationTokenTenant', 'The access token is from the wrong issuer.'),
      ...(['not_signed_in', 'azure_auth_failed', /another Azure tenant/, /--tenant/] as const),
    ],
    [
      '403',
      failure(403, 'AuthorizationFailed', "The client 'me' does not have authorization to perform action."),
      ...([
        'forbidden',
        'azure_auth_failed',
        /may not see the VM waa-eval-vm/,
        /--role Reader .*--scope \/subscriptions\/1111.*\/resourceGroups\/openadapt-agents$/,
      ] as const),
    ],
    [
      '404 for the VM',
      failure(404, 'ResourceNotFound', 'The Resource was not found.'),
      ...([
        'not_found',
        'azure_unavailable',
        /no VM waa-eval-vm in the resource group openadapt-agents/,
        /az vm list/,
      ] as const),
    ],
    [
      '404 for the resource group',
      failure(404, 'ResourceGroupNotFound', 'Resource group could not be found.'),
      ...(['not_found', 'azure_unavailable', /no resource group openadapt-agents/, /az group list/] as const),
    ],
    [
      '404 for the subscription',
      failure(404, 'SubscriptionNotFound', 'The subscription could not be found.'),
      ...(['not_found', 'azure_unavailable', /no subscription 1111/, /azure\.subscriptionId/] as const),
    ],
    [
      '400 for an id that is none',
      failure(400, 'InvalidSubscriptionId', 'The provided subscription identifier is malformed or invalid.'),
      ...(['not_found', 'azure_unavailable', /no subscription/, /azure\.subscriptionId/] as const),
    ],
    [
      '429 without a time',
      failure(429, 'TooManyRequests', 'The request is being throttled.'),
      ...(['throttled', 'azure_unavailable', /asked for a pause/, /waits as long as Azure says/] as const),
    ],
    [
      '500',
      failure(500, 'InternalServerError', 'Encountered internal server error.'),
      ...(['unavailable', 'azure_unavailable', /an error of its own/, /by itself/] as const),
    ],
    [
      '503 in HTML',
      {
        status: 503,
        headers: { 'content-type': 'text/html' },
        body: '<h1>Our services are not available</h1>',
      },
      ...(['unavailable', 'azure_unavailable', /an error of its own/, /status/] as const),
    ],
    [
      '200 and no JSON',
      { body: '<html>Sign in to the network' },
      ...(['unavailable', 'azure_unavailable', /makes no sense/, /proxy/] as const),
    ],
    [
      '200 and something else',
      { body: { properties: { instanceView: { statuses: 7 } } } },
      ...(['unavailable', 'azure_unavailable', /makes no sense/, /proxy/] as const),
    ],
    [
      '200 and more than anybody needs',
      { body: larger },
      ...(['unavailable', 'azure_unavailable', /makes no sense/, /proxy/] as const),
    ],
    [
      '500 and little that unpacks to more',
      { status: 500, headers: { 'content-encoding': 'gzip' }, body: gzipSync(larger) },
      ...(['unavailable', 'azure_unavailable', /makes no sense/, /proxy/] as const),
    ],
    [
      'a redirect to another server',
      { status: 307, headers: { location: 'https://127.0.0.1:9/elsewhere' } },
      ...(['unavailable', 'azure_unavailable', /makes no sense/, /proxy/] as const),
    ],
  ])('%s', async (_what, answer, kind, code, message, hint) => {
    const { arm, azure } = await askFake();
    const vm = arm.putVm();
    arm.answer(/virtualMachines/, answer);
    const problem = await problemOf(azure.look(vm));
    expect(problem).toMatchObject({ kind, code });
    expect(problem.message).toMatch(message);
    expect(problem.hint).toMatch(hint);
    if (Buffer.isBuffer(answer.body)) expect(problem.detail).toBe('An answer is larger than 16 MiB.');
    // It was not tried again behind our back, but for a sign-in that may have expired.
    expect(arm.looks()).toHaveLength(answer.status === 401 ? 2 : 1);
  });

  it('too slowly: the look ends, and says so', async () => {
    const { arm, another } = await askFake();
    const azure = another({ limits: { lookMs: 600 } });
    const vm = arm.putVm();
    arm.answer(/virtualMachines/, { silent: true });
    const looking = startStopwatch();
    const problem = await problemOf(azure.look(vm));
    expect(looking.stop()).toBeLessThan(3_000);
    expect(problem).toMatchObject({ kind: 'unavailable', code: 'azure_unavailable' });
    expect(problem.message).toMatch(/not answered within/);
    arm.answerProperly();
    // A busy machine may take longer than this limit once more.
    await until(async () => (await azure.look(vm)).ok, 'an answer in time');
  });

  it('too late for somebody who has given up', async () => {
    const { arm, azure } = await askFake();
    const vm = arm.putVm();
    arm.answer(/virtualMachines/, { silent: true });
    const asking = new AbortController();
    const answer = azure.look(vm, asking.signal);
    await until(() => arm.looks().length > 0, 'the question arrives');
    asking.abort();
    expect(await answer).toMatchObject({ ok: false, problem: { kind: 'unavailable' } });
  });

  it('not at all: nothing listens there', async () => {
    const { arm, another } = await askFake();
    const vm = arm.putVm();
    const problem = await problemOf(another({ endpoint: 'https://127.0.0.1:9' }).look(vm));
    expect(problem).toMatchObject({
      kind: 'unavailable',
      message: 'Azure cannot be reached from this computer.',
    });
    expect(problem.hint).toContain('HTTPS_PROXY');
  });
});

describe('a pause that Azure asks for', () => {
  it.each<[what: string, headers: Record<string, string>, ms: number]>([
    ['in seconds', { 'retry-after': '120' }, 120_000],
    ['as a date', { 'retry-after': 'Wed, 28 Jan 2026 22:02:00 GMT' }, 120_000],
    ['in milliseconds', { 'x-ms-retry-after-ms': '120000' }, 120_000],
    ['of a week, which is too long', { 'retry-after': '604800' }, 3_600_000],
  ])('%s is kept by everyone who asks', async (_what, headers, ms) => {
    let nowMs = Date.parse('2026-01-28T22:00:00Z');
    const { arm, azure } = await askFake({ clock: { wallMs: () => nowMs, steadyMs: () => nowMs } });
    const vm = arm.putVm();
    const other = arm.putVm({ name: 'waa-pool-01' });
    arm.answer(/virtualMachines/, { ...failure(429, 'TooManyRequests', 'Slow down.'), headers }, 1);
    expect(await problemOf(azure.look(vm))).toMatchObject({ kind: 'throttled', retryAfterMs: ms });
    nowMs += ms - 1_000;
    expect(await problemOf(azure.look(other))).toMatchObject({ kind: 'throttled', retryAfterMs: 1_000 });
    expect(arm.looks()).toHaveLength(1);
    nowMs += 1_000;
    expect(await azure.look(other)).toMatchObject({ ok: true });
  });

  it('lasts as long when the clock is set', async () => {
    let [wallMs, steadyMs] = [Date.parse('2026-01-28T22:00:00Z'), 0];
    const { arm, azure } = await askFake({ clock: { wallMs: () => wallMs, steadyMs: () => steadyMs } });
    const vm = arm.putVm();
    const busy = { ...failure(429, 'TooManyRequests', 'Slow down.'), headers: { 'retry-after': '120' } };
    arm.answer(/virtualMachines/, busy, 1);
    await problemOf(azure.look(vm));
    wallMs += 86_400_000;
    expect(await problemOf(azure.look(vm))).toMatchObject({ kind: 'throttled', retryAfterMs: 120_000 });
    wallMs -= 2 * 86_400_000;
    steadyMs += 120_000;
    expect(await azure.look(vm)).toMatchObject({ ok: true });
  });

  it('comes with 503 too', async () => {
    const { arm, azure } = await askFake();
    const vm = arm.putVm();
    arm.answer(/virtualMachines/, { ...failure(503, 'Busy', 'Busy.'), headers: { 'retry-after': '60' } });
    expect(await problemOf(azure.look(vm))).toMatchObject({ kind: 'unavailable', retryAfterMs: 60_000 });
    expect(await problemOf(azure.look(vm))).toMatchObject({ kind: 'throttled' });
    expect(arm.looks()).toHaveLength(1);
  });
});

describe('what is asked', () => {
  it('is encoded: a name is never a path', async () => {
    const { arm, azure } = await askFake();
    const vm = { ...arm.putVm(), vmName: '../../x?y=1', resourceGroup: 'a/b' };
    await problemOf(azure.look(vm));
    expect(arm.requests.map(({ path }) => new URL(path, arm.url).pathname)).toEqual([
      expect.stringMatching(/\/resourceGroups\/a%2Fb\/.*\/virtualMachines\/\.\.%2F\.\.%2Fx%3Fy%3D1$/),
    ]);
  });

  it('does not go where an answer points', async () => {
    const { arm, azure } = await askFake();
    const vm = arm.putVm();
    for (const id of ['https://127.0.0.1:9/steal', '//127.0.0.1:9/steal', '/subscriptions/../../x']) {
      arm.answerProperly();
      const networkProfile = { networkInterfaces: [{ id }] };
      arm.answer(/virtualMachines/, { body: { properties: { networkProfile, instanceView: {} } } });
      expect(await problemOf(azure.look(vm))).toMatchObject({ kind: 'unavailable' });
    }
    expect(arm.requests.every(({ path }) => path.includes('virtualMachines'))).toBe(true);
  });
});
