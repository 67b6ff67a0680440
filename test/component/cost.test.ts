import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import type { StatusPayload } from '../../src/shared/stream.ts';
import FleetTable from '../../src/renderer/features/fleet/FleetTable.svelte';
import VmHeading from '../../src/renderer/features/vm/VmHeading.svelte';
import { isoBefore, markup, nowMs, openLink, statusOf, vmOf } from './support/fixtures.ts';

const cost = {
  per_hour_usd: 0.226,
  so_far_usd: 2.26,
  since: isoBefore(10 * 3600),
  unknown: false,
  as_of: null,
};
const show = (status: Partial<StatusPayload>) =>
  render(VmHeading, { vm: vmOf({ status: statusOf(status) }), index: 0, age: null, serverNowMs: nowMs });

test.for([
  { power_state: 'running', cost, power: 'VM running', costs: '$2.26 since 02:00, $0.23 per hour' },
  { power_state: 'running', cost: null, power: 'VM running', costs: 'Price not known' },
  {
    power_state: 'stopped',
    cost,
    power: 'VM stopped but not deallocated: still billed',
    costs: '$2.26 since 02:00, $0.23 per hour',
  },
  {
    power_state: 'deallocated',
    cost: { ...cost, so_far_usd: 0.001 },
    power: 'VM deallocated, only its disks are billed',
    costs: 'under $0.01 since 02:00',
  },
  { power_state: 'deallocated', cost: null, power: 'VM deallocated, only its disks are billed', costs: null },
  {
    power_state: 'hibernated',
    cost: { ...cost, so_far_usd: 12_345.6, since: isoBefore(40 * 3600) },
    power: 'VM hibernated',
    costs: '$12,345.60 since 26 Jan, 20:00, $0.23 per hour',
  },
  { power_state: null, cost: null, power: null, costs: null },
  {
    power_state: markup,
    cost: { ...cost, since: 'no time' },
    power: `VM ${markup}`,
    costs: '$2.26 so far, $0.23 per hour',
  },
])('a VM that is $power_state', async ({ power, costs, ...status }) => {
  const { container, getByTestId } = await show(status);
  const textOf = (id: string) => container.querySelector(`[data-testid=${id}]`)?.textContent.trim() ?? null;
  expect([textOf('power'), textOf('cost')]).toEqual([power, costs]);
  const isWaste = status.power_state === 'stopped';
  expect(container.querySelectorAll('.facts [data-mark=warn]')).toHaveLength(isWaste ? 1 : 0);
  await expect.element(getByTestId('vm-state')).toBeVisible();
  expect(container.querySelectorAll('img, b')).toHaveLength(0);
});

test('a price that nobody can vouch for is called unknown, in the card and in the total', async () => {
  const asOf = isoBefore(9 * 3600);
  const unheard = statusOf({
    connected: false,
    phase: 'unknown',
    as_of: asOf,
    cost: { ...cost, unknown: true, as_of: asOf },
  });
  const { getByTestId } = await render(VmHeading, {
    vm: vmOf({ status: unheard }),
    index: 0,
    age: null,
    serverNowMs: nowMs,
  });
  await expect
    .element(getByTestId('cost'))
    .toHaveTextContent('Cost unknown (was $0.23 per hour), $2.26 as of 03:00');
  const vms = [vmOf({ name: 'a', status: statusOf({ cost }) }), vmOf({ name: 'b', status: unheard })];
  const fleet = await render(FleetTable, { vms, link: openLink, clockOffsetMs: 0, nowMs });
  await expect
    .element(fleet.getByTestId('total-cost'))
    .toHaveTextContent('All VMs: $4.52 so far, $0.23 per hour + 1 VM unknown (was $0.23)');
});

test('in the table of VMs, what is billed for nothing, and what all cost together', async () => {
  const vms = [
    vmOf({ progress: null, name: 'a', status: statusOf({ cost }) }),
    vmOf({ progress: null, name: 'b', status: statusOf({ power_state: 'stopped', phase: 'offline', cost }) }),
    vmOf({
      progress: null,
      name: 'c',
      status: statusOf({ power_state: 'deallocated', phase: 'offline', cost }),
    }),
    vmOf({ progress: null, name: 'd', status: statusOf({ power_state: null, cost: null }) }),
    vmOf({ progress: null, name: 'e', status: null }),
  ];
  const { getByRole, getByTestId, rerender } = await render(FleetTable, {
    vms,
    link: openLink,
    clockOffsetMs: 0,
    nowMs,
  });
  const price = (name: string) =>
    getByRole('row', { name: new RegExp(`^${name} `) })
      .getByRole('cell')
      .last();
  await expect.element(price('a')).toHaveTextContent('$0.23');
  await expect.element(price('b')).toHaveTextContent('$0.23 still billed');
  await expect.element(price('c')).toHaveTextContent('–');
  await expect.element(price('d')).toHaveTextContent('–');
  await expect.element(getByTestId('total-cost')).toHaveTextContent('All VMs: $6.78 so far, $0.45 per hour');
  await rerender({ vms: vms.slice(2) });
  await expect.element(getByTestId('total-cost')).not.toBeInTheDocument();
});
