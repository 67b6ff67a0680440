import { expect, test, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import VmCard from '../../src/renderer/features/vm/VmCard.svelte';
import VmOverview from '../../src/renderer/features/vm/VmOverview.svelte';
import {
  dashboardOf,
  lostLink,
  openLink,
  partOf,
  poolOf,
  problemOf,
  progressOf,
  recordOf,
  resultsOf,
  statusOf,
  vmName,
  vmOf,
  nowMs,
} from './support/fixtures.ts';

test('a card is a region of its own with everything about its VM', async () => {
  const { getByRole } = await render(VmCard, { vm: vmOf(), index: 0, dashboard: dashboardOf(openLink) });
  const card = getByRole('region', { name: vmName, exact: true });
  await expect.element(card.getByRole('heading', { name: 'Running' })).toBeVisible();
  await expect.element(card.getByRole('region', { name: `Results of ${vmName}` })).toBeVisible();
  await expect.element(card.getByText('What is being watched')).toBeVisible();
  expect(card.getByRole('list', { name: 'Open errors' }).elements()).toEqual([]);
});

test('errors stand in the card, and are dismissed from there', async () => {
  const dismiss = vi.fn();
  const crashed = problemOf({ code: 'run_crashed', message: 'The run has crashed.' });
  const vm = vmOf({ problems: [crashed] });
  const { getByRole } = await render(VmCard, {
    vm,
    index: 0,
    dashboard: dashboardOf(openLink, [], { dismiss }),
  });
  await getByRole('button', { name: 'Dismiss: The run has crashed.' }).click();
  expect(dismiss).toHaveBeenCalledExactlyOnceWith(crashed);
});

test('with the link lost nothing in it looks like the present', async () => {
  const vm = vmOf();
  const { container, getByTestId, rerender } = await render(VmCard, {
    vm,
    index: 0,
    dashboard: dashboardOf(openLink),
  });
  const barColour = (): string => {
    const bar = container.querySelector('progress');
    return bar === null ? '' : getComputedStyle(bar).getPropertyValue('--accent');
  };
  const before = barColour();
  await rerender({ dashboard: dashboardOf(lostLink) });
  await expect.element(getByTestId('vm-state')).toHaveTextContent('Last known: Ready');
  await expect.element(getByTestId('run-state')).toHaveTextContent('Last known: Running');
  await expect.element(getByTestId('as-of')).toHaveTextContent('As of 11:59:30, 30 s ago');
  expect(barColour()).not.toBe(before);
  await rerender({ dashboard: dashboardOf(openLink) });
  await expect.element(getByTestId('vm-state')).toHaveTextContent('Ready');
  expect(barColour()).toBe(before);
});

test('a VM without a run has no table', async () => {
  const vm = vmOf({ status: null, progress: null, record: null, results: [] });
  const { getByText, getByRole } = await render(VmCard, { vm, index: 0, dashboard: dashboardOf(openLink) });
  await expect.element(getByText('No run yet')).toBeVisible();
  expect(getByRole('region', { name: /^Results of/ }).elements()).toEqual([]);
});

test('results that are being read are no empty table, and a new run begins sorted as usual', async () => {
  const dashboard = dashboardOf(openLink);
  const unread = vmOf({ record: null, results: [] });
  const { getByText, getByRole, rerender } = await render(VmCard, { vm: unread, index: 0, dashboard });
  await expect.element(getByText('Reading the results…')).toBeVisible();
  await rerender({ vm: vmOf() });
  const steps = getByRole('columnheader', { name: 'Steps' });
  await getByRole('button', { name: 'Steps' }).click();
  await expect.element(steps).toHaveAttribute('aria-sort', 'descending');
  await rerender({ vm: vmOf({ results: resultsOf(6) }) });
  await expect.element(steps).toHaveAttribute('aria-sort', 'descending');
  await rerender({
    vm: vmOf({ progress: progressOf({ run_id: 'run-2' }), record: recordOf({ run_id: 'run-2' }) }),
  });
  await expect.element(steps).toHaveAttribute('aria-sort', 'none');
});

test('the overview says of each VM what matters, and leads to it', async () => {
  const vms = [
    vmOf(),
    vmOf({ name: 'b', progress: progressOf({ state: 'finished', tasks_completed: 12 }) }),
    vmOf({
      name: 'c',
      progress: progressOf({ state: 'crashed' }),
      problems: [problemOf({ severity: 'warning' })],
    }),
    vmOf({ name: 'd', status: statusOf({ phase: 'oobe' }), problems: [problemOf()] }),
    vmOf({ name: 'e', status: statusOf({ phase: 'offline' }), progress: null }),
    vmOf({ name: 'f', status: null, progress: null }),
  ];
  const { getByRole, rerender } = await render(VmOverview, { vms, isLost: false, serverNowMs: nowMs });
  const said = (): readonly string[] =>
    getByRole('link')
      .elements()
      .map((link) => {
        const mark = link.querySelector('[data-mark]')?.getAttribute('data-mark') ?? 'none';
        return `${mark}: ${link.textContent.trim().replaceAll(/\s+/g, ' ')}`;
      });
  expect(said()).toEqual([
    'run: waa-eval-vm Running, 5/12, 1:46:40 left',
    'ok: b Finished, 12/12',
    'warn: c Crashed, 5/12',
    'bad: d Waiting for Windows, 5/12',
    'off: e Offline',
    'unknown: f Not known yet',
  ]);
  await expect.element(getByRole('link', { name: /^c/ })).toHaveAttribute('href', '#/vms/c');
  await rerender({ isLost: true });
  expect(said().slice(0, 4)).toEqual([
    'unknown: waa-eval-vm Last known: Running, 5/12',
    'unknown: b Last known: Finished, 12/12',
    'unknown: c Last known: Crashed, 5/12',
    'unknown: d Last known: Waiting for Windows, 5/12',
  ]);
});

test('the overview leaves the VMs of a pool to its card', async () => {
  const progress = progressOf({ pool: poolOf([partOf(0), partOf(1)]) });
  const vms = [vmOf({ name: 'a', progress }), vmOf({ name: 'b' }), vmOf({ name: 'c', progress })];
  const { getByRole, rerender } = await render(VmOverview, { vms, isLost: false, serverNowMs: nowMs });
  const link = getByRole('link');
  await expect.element(link).toHaveAccessibleName(/^b/);
  await expect.element(link).toHaveAttribute('href', '#/vms/b');
  await rerender({ vms: vms.filter(({ name }) => name !== 'b') });
  expect(getByRole('navigation').elements()).toEqual([]);
});
