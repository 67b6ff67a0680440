import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import VmCard from '../../src/renderer/features/vm/VmCard.svelte';
import {
  dashboardOf,
  lostLink,
  openLink,
  problemOf,
  progressOf,
  recordOf,
  resultsOf,
  vmName,
  vmOf,
} from './support/fixtures.ts';

const base = new URL('http://127.0.0.1:8765');
beforeEach(() => {
  vi.spyOn(window, 'fetch').mockResolvedValue(Response.json({ detail: 'No.' }, { status: 404 }));
});
afterEach(() => vi.restoreAllMocks());

test('a card is a region of its own with everything about its VM', async () => {
  const { getByRole } = await render(VmCard, {
    vm: vmOf(),
    index: 0,
    base,
    dashboard: dashboardOf(openLink),
  });
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
    base,
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
    base,
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
  const { getByText, getByRole } = await render(VmCard, {
    vm,
    index: 0,
    base,
    dashboard: dashboardOf(openLink),
  });
  await expect.element(getByText('No run yet')).toBeVisible();
  expect(getByRole('region', { name: /^Results of/ }).elements()).toEqual([]);
});

test('results that are being read are no empty table, and a new run begins sorted as usual', async () => {
  const dashboard = dashboardOf(openLink);
  const unread = vmOf({ record: null, results: [] });
  const { getByText, getByRole, rerender } = await render(VmCard, { vm: unread, index: 0, base, dashboard });
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
