/** What Azure says of a VM, asked by the real SDK of a stand-in for Azure: power states, address, size, and since when it is up. */
import { describe, expect, it } from 'vitest';
import { failure } from '../../support/azure/fake-arm.ts';
import { statusesOf } from '../../support/azure/fake-vm.ts';
import { askFake, watchForStrangers } from './asked.ts';

watchForStrangers();

const start = 'Microsoft.Compute/virtualMachines/start/action';
const deallocate = 'Microsoft.Compute/virtualMachines/deallocate/action';

describe('power state', () => {
  it.each([
    'creating',
    'starting',
    'running',
    'stopping',
    'stopped',
    'deallocating',
    'deallocated',
    'hibernated',
    'unknown',
  ])('%s', async (powerState) => {
    const { arm, azure } = await askFake();
    const answer = await azure.look(arm.putVm({ statuses: statusesOf(powerState) }));
    expect(answer).toMatchObject({
      ok: true,
      value: { powerState, provisioningState: 'succeeded', provisioningError: null },
    });
  });

  it('is not said, written in other letters, or behind other states', async () => {
    const { arm, azure } = await askFake();
    const vm = arm.putVm({ statuses: [{ code: 'ProvisioningState/updating' }] });
    expect(await azure.look(vm)).toMatchObject({
      ok: true,
      value: { powerState: null, provisioningState: 'updating', runningSinceMs: null },
    });
    arm.putVm({ statuses: [{ code: 'OSState/generalized' }, { code: 'PowerState/Running' }] });
    expect(await azure.look(vm)).toMatchObject({ ok: true, value: { powerState: 'running' } });
    arm.putVm({ statuses: [] });
    expect(await azure.look(vm)).toMatchObject({
      ok: true,
      value: { powerState: null, provisioningState: 'succeeded' },
    });
  });

  it('comes with why provisioning has failed', async () => {
    const { arm, azure } = await askFake();
    const message = 'Allocation failed. We do not have sufficient capacity for the requested VM size.';
    const vm = arm.putVm({
      statuses: [
        { code: 'ProvisioningState/failed/AllocationFailed', level: 'Error', message },
        { code: 'PowerState/deallocated' },
      ],
      address: null,
    });
    expect(await azure.look(vm)).toMatchObject({
      ok: true,
      value: {
        provisioningState: 'failed',
        provisioningError: `AllocationFailed: ${message}`,
        powerState: 'deallocated',
      },
    });
  });
});

describe('besides', () => {
  it('is read where the VM is and what it is', async () => {
    const { arm, azure } = await askFake();
    const answer = await azure.look(arm.putVm({ address: '20.1.2.3' }));
    expect(answer).toMatchObject({
      ok: true,
      value: {
        address: '20.1.2.3',
        size: 'Standard_D4ds_v5',
        location: 'westus2',
        vmId: '0f0f0f0f-1111-2222-3333-444444444444',
      },
    });
    expect(arm.requests.every(({ method, token }) => method === 'GET' && token === 'token-of-az')).toBe(true);
  });

  it.each([
    ['no number now', { address: null }],
    ['no public address at all', { hasPublicAddress: false }],
    ['an address that is none', { address: '-oProxyCommand=evil' }],
  ])('the VM has %s', async (_what, change) => {
    const { arm, azure } = await askFake();
    const answer = await azure.look(arm.putVm(change));
    expect(answer).toMatchObject({ ok: true, value: { address: null, powerState: 'running' } });
  });

  it('a sign-in that may not see the network learns the rest, and why', async () => {
    const { arm, azure } = await askFake();
    const vm = arm.putVm();
    arm.answer(/networkInterfaces/, failure(403, 'AuthorizationFailed', 'The client has no authorization.'));
    expect(await azure.look(vm)).toMatchObject({
      ok: true,
      value: {
        powerState: 'running',
        address: null,
        addressProblem: { kind: 'forbidden', code: 'azure_auth_failed' },
      },
    });
  });

  it('an address that cannot be asked now does not look as if there were none', async () => {
    const { arm, azure } = await askFake();
    const vm = arm.putVm();
    arm.answer(/publicIPAddresses/, failure(503, 'ServiceUnavailable', 'Try again.'));
    expect(await azure.look(vm)).toMatchObject({ ok: false, problem: { kind: 'unavailable' } });
  });

  it('a spot VM is told as one', async () => {
    const { arm, azure } = await askFake();
    expect(await azure.look(arm.putVm({ priority: 'Spot' }))).toMatchObject({
      ok: true,
      value: { isSpot: true },
    });
  });
});

describe('since when it is up', () => {
  const at = (time: string): { ok: true; value: { runningSinceMs: number } } => ({
    ok: true,
    value: { runningSinceMs: Date.parse(time) },
  });

  it('is the newest start of the activity log', async () => {
    const { arm, azure } = await askFake();
    arm.setActivity([
      { operation: start, status: 'Succeeded', time: '2026-01-28T19:58:01.5Z' },
      { operation: start, status: 'Started', time: '2026-01-28T19:57:30Z' },
      { operation: deallocate, status: 'Succeeded', time: '2026-01-27T01:00:00Z' },
      { operation: start, status: 'Succeeded', time: '2026-01-26T01:00:00Z' },
    ]);
    expect(await azure.look(arm.putVm())).toMatchObject(at('2026-01-28T19:58:01.500Z'));
    const [asked] = arm.requests.filter(({ path }) => path.includes('Microsoft.Insights'));
    const filter = new URL(asked?.path ?? '', arm.url).searchParams.get('$filter');
    expect(filter).toMatch(
      /^eventTimestamp ge '[^']+' and resourceUri eq '\/subscriptions\/.*\/virtualMachines\/waa-eval-vm'$/,
    );
  });

  it('is the time of the instance view while the log lags behind, or cannot be read', async () => {
    const { arm, azure, another } = await askFake();
    arm.setActivity([{ operation: deallocate, status: 'Succeeded', time: '2026-01-28T10:00:00Z' }]);
    const vm = arm.putVm({ statuses: statusesOf('running', '2026-01-28T20:00:00Z') });
    expect(await azure.look(vm)).toMatchObject(at('2026-01-28T20:00:00Z'));
    arm.answer(/Microsoft\.Insights/, failure(403, 'AuthorizationFailed', 'No.'));
    arm.putVm({ statuses: statusesOf('running', '2026-01-28T21:00:00Z') });
    expect(await another({}).look(vm)).toMatchObject(at('2026-01-28T21:00:00Z'));
  });

  it('stays what the log has said while the log cannot be read, until the VM is off', async () => {
    let nowMs = Date.parse('2026-01-28T20:10:00Z');
    const { arm, azure } = await askFake({ clock: { wallMs: () => nowMs, steadyMs: () => nowMs } });
    arm.setActivity([{ operation: start, status: 'Succeeded', time: '2026-01-28T15:00:00Z' }]);
    // Something was changed long after the start, as when an extension was brought up to date.
    const vm = arm.putVm({ statuses: statusesOf('running', '2026-01-28T20:00:00Z') });
    expect(await azure.look(vm)).toMatchObject(at('2026-01-28T15:00:00Z'));
    arm.answer(/Microsoft\.Insights/, failure(503, 'ServiceUnavailable', 'Try again.'));
    for (let hours = 1; hours <= 2; hours += 1) {
      nowMs += 3_600_000;
      expect(await azure.look(vm)).toMatchObject(at('2026-01-28T15:00:00Z'));
    }
    expect(arm.requests.filter(({ path }) => path.includes('Microsoft.Insights'))).toHaveLength(3);
    arm.putVm({ statuses: statusesOf('deallocated', '2026-01-28T22:20:00Z') });
    expect(await azure.look(vm)).toMatchObject({ ok: true, value: { runningSinceMs: null } });
    nowMs += 3_600_000;
    arm.putVm({ statuses: statusesOf('running', '2026-01-28T23:00:00Z') });
    expect(await azure.look(vm)).toMatchObject(at('2026-01-28T23:00:00Z'));
  });

  it('goes on for a VM that was only stopped, and ends with its deallocation', async () => {
    const { arm, azure } = await askFake();
    arm.setActivity([{ operation: start, status: 'Succeeded', time: '2026-01-28T19:00:00Z' }]);
    const vm = arm.putVm({ statuses: statusesOf('stopped') });
    expect(await azure.look(vm)).toMatchObject(at('2026-01-28T19:00:00Z'));
    arm.putVm({ statuses: statusesOf('deallocated') });
    expect(await azure.look(vm)).toMatchObject({ ok: true, value: { runningSinceMs: null } });
  });

  it('is not asked of the log with every look', async () => {
    const { arm, azure } = await askFake();
    const vm = arm.putVm();
    for (let look = 0; look < 3; look += 1) expect((await azure.look(vm)).ok).toBe(true);
    expect(arm.looks()).toHaveLength(3);
    expect(arm.requests.filter(({ path }) => path.includes('Microsoft.Insights'))).toHaveLength(1);
  });
});

describe('a Spot VM that is deallocated', () => {
  const evict = 'Microsoft.Compute/virtualMachines/evictSpotVM/action';
  const logged = (...operations: string[]) =>
    operations.map((operation, index) => ({
      ...{ operation, status: 'Succeeded', time: `2026-01-28T2${index}:00:00Z` },
    }));
  const spot = { priority: 'Spot', statuses: statusesOf('deallocated') };

  it('was ended by whom the activity log says', async () => {
    const { arm, another } = await askFake();
    const vm = arm.putVm(spot);
    arm.setActivity(logged(start, evict));
    expect(await another({}).look(vm)).toMatchObject({
      ok: true,
      value: { isSpot: true, endedBy: 'eviction' },
    });
    arm.setActivity(logged(start, deallocate));
    expect(await another({}).look(vm)).toMatchObject({
      ok: true,
      value: { isSpot: true, endedBy: 'request' },
    });
  });

  it('is asked about again until the log says it, and not with every look', async () => {
    let nowMs = Date.parse('2026-01-28T20:10:00Z');
    const { arm, azure } = await askFake({ clock: { wallMs: () => nowMs, steadyMs: () => nowMs } });
    const vm = arm.putVm(spot);
    arm.setActivity(logged(start));
    const asked = (): number => arm.requests.filter(({ path }) => path.includes('Microsoft.Insights')).length;
    const look = async (): Promise<unknown> => {
      const answer = await azure.look(vm);
      return answer.ok ? (answer.value.endedBy ?? null) : answer;
    };
    expect([await look(), await look(), asked()]).toEqual([null, null, 1]);
    nowMs += 150_000;
    arm.setActivity(logged(start, evict));
    expect([await look(), asked()]).toEqual(['eviction', 2]);
    nowMs += 150_000;
    expect([await look(), asked()]).toEqual(['eviction', 2]);
  });

  it('is deallocated all the same where the log may not be read, and asked about only if it is a Spot VM', async () => {
    const { arm, another } = await askFake();
    arm.answer(/Microsoft\.Insights/, failure(403, 'AuthorizationFailed', 'No.'));
    const answer = await another({}).look(arm.putVm(spot));
    expect(answer).toMatchObject({ ok: true, value: { powerState: 'deallocated', isSpot: true } });
    expect(answer.ok && 'endedBy' in answer.value).toBe(false);
    const before = arm.requests.length;
    await another({}).look(arm.putVm({ statuses: statusesOf('deallocated') }));
    expect(arm.requests.slice(before).some(({ path }) => path.includes('Microsoft.Insights'))).toBe(false);
  });
});
