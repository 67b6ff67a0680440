/** All VMs of a person, for the set-up page: over subscriptions, and over pages. */
import { expect, it } from 'vitest';
import { failure } from '../../support/azure/fake-arm.ts';
import { subscriptionId } from '../../support/azure/fake-vm.ts';
import { askFake, problemOf, watchForStrangers } from './asked.ts';

watchForStrangers();

const others = ['22222222-0000-0000-0000-000000000000', '33333333-0000-0000-0000-000000000000'];
const [second = '', third = ''] = others;

it('lists every VM of every subscription, page by page', async () => {
  const { arm, az, azure } = await askFake();
  arm.setSubscriptions([
    { id: subscriptionId, name: 'Benchmarks' },
    { id: second, name: 'Another' },
    { id: third, name: 'Gone', state: 'Disabled' },
  ]);
  for (const number of ['00', '01', '02', '03', '04']) arm.putVm({ name: `waa-pool-${number}` });
  arm.putVm({ name: 'elsewhere', subscriptionId: second, resourceGroup: 'rg-2', size: 'Standard_D8s_v5' });
  arm.putVm({ name: 'off', subscriptionId: third });
  const answer = await azure.listVms();
  expect(answer).toEqual({
    ok: true,
    value: [
      {
        ...{ subscriptionId: second, subscriptionName: 'Another', resourceGroup: 'rg-2' },
        ...{ vmName: 'elsewhere', size: 'Standard_D8s_v5', location: 'westus2' },
      },
      ...['00', '01', '02', '03', '04'].map((number) => ({
        ...{ subscriptionId, subscriptionName: 'Benchmarks', resourceGroup: 'openadapt-agents' },
        ...{ vmName: `waa-pool-${number}`, size: 'Standard_D4ds_v5', location: 'westus2' },
      })),
    ],
  });
  // Two pages of subscriptions, three of the first one's VMs, one of the second's; one token for all.
  expect(arm.requests).toHaveLength(6);
  expect(az.calls()).toHaveLength(1);
});

it('leaves out what it may not see, and fails only where it may see nothing', async () => {
  const { arm, azure } = await askFake();
  arm.setSubscriptions([
    { id: subscriptionId, name: 'Benchmarks' },
    { id: second, name: 'Another' },
  ]);
  arm.putVm();
  arm.answer(new RegExp(`${second}/providers`), failure(403, 'AuthorizationFailed', 'No.'));
  expect(await azure.listVms()).toMatchObject({ ok: true, value: [{ vmName: 'waa-eval-vm' }] });
  arm.answer(/virtualMachines/, failure(403, 'AuthorizationFailed', 'No.'));
  const problem = await problemOf(azure.listVms());
  expect(problem).toMatchObject({
    kind: 'forbidden',
    message: 'This sign-in may not list the VMs in Azure.',
  });
  expect(problem.hint).toContain('Reader');
});

it('finds none without complaint', async () => {
  const { arm, azure } = await askFake();
  expect(await azure.listVms()).toEqual({ ok: true, value: [] });
  arm.setSubscriptions([]);
  expect(await azure.listVms()).toEqual({ ok: true, value: [] });
});

it('does not follow a next page to another server, nor for ever', async () => {
  const { arm, azure } = await askFake();
  arm.putVm();
  const page = { value: [], nextLink: 'https://127.0.0.1:9/steal?api-version=1' };
  arm.answer(/virtualMachines/, { body: page });
  expect(await problemOf(azure.listVms())).toMatchObject({ kind: 'unavailable' });
  arm.answerProperly();
  arm.answer(/virtualMachines/, { body: { ...page, nextLink: `${arm.url}/again/virtualMachines?page=1` } });
  const before = arm.requests.length;
  expect(await azure.listVms()).toEqual({ ok: true, value: [] });
  expect(arm.requests.length - before).toBeLessThan(110);
});

it('asks the cloud that the authority of the environment names', async () => {
  const { az, another } = await askFake();
  const azure = another({ environment: { AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.us' } });
  expect(await azure.listVms()).toMatchObject({ ok: true });
  expect(az.calls()).toEqual([expect.stringMatching(/--resource https:\/\/management\.usgovcloudapi\.net$/)]);
});
