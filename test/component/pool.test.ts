import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import type { PoolView } from '../../src/shared/stream.ts';
import PoolCard from '../../src/renderer/features/pool/PoolCard.svelte';
import RunPanel from '../../src/renderer/features/run/RunPanel.svelte';
import type { Link, VmView } from '../../src/renderer/state/model.ts';
import {
  dashboardOf,
  lostLink,
  nowMs,
  openLink,
  partOf,
  poolOf,
  problemOf,
  progressOf,
  statusOf,
  vmOf,
} from './support/fixtures.ts';

const pool = poolOf([
  partOf(0, { state: 'finished', tasks_completed: 39 }),
  partOf(1, { state: 'crashed', tasks_completed: 4 }),
  partOf(2),
  partOf(3, { total_tasks: 0 }),
]);
const vms = (of: PoolView): readonly VmView[] =>
  of.parts.map(({ vm, run_id }) =>
    vmOf({ name: vm, status: statusOf({ vm }), progress: progressOf({ vm, run_id, pool: of }) }),
  );
const show = (of: PoolView, known = vms(of), link: Link = openLink) =>
  render(PoolCard, { pool: of, dashboard: dashboardOf(link, known) });
const lines = (container: HTMLElement): readonly string[] =>
  [...container.querySelectorAll('tbody tr')].map((row) =>
    [...row.children].map((cell) => cell.textContent.trim().replaceAll(/\s+/g, ' ')).join(' | '),
  );
const markOf = (element: Element | null | undefined) =>
  element?.querySelector('[data-mark]')?.getAttribute('data-mark');

test('the whole: how it is, how far, how good', async () => {
  const { getByRole, getByTestId, container } = await show({ ...pool, total_tasks: 154 });
  await expect.element(getByRole('region', { name: 'Pool of 4 workers' })).toBeVisible();
  await expect.element(getByTestId('pool-state')).toHaveTextContent('Running, 1 crashed');
  expect(markOf(container.querySelector('header'))).toBe('warn');
  await expect.element(getByTestId('count')).toHaveTextContent('63 of 154 tasks');
  await expect
    .element(getByRole('progressbar', { name: 'Tasks of the pool done' }))
    .toHaveAttribute('value', '63');
  const figures = getByRole('definition').elements();
  expect(figures.map((figure) => figure.textContent.trim())).toEqual([
    '60.0 % (n = 40)',
    '50.0 % (20 of 40)',
  ]);
});

test('a line for each part, leading to its VM', async () => {
  const { getByRole, container } = await show(pool);
  await expect.element(getByRole('table', { name: 'Parts of the pool' })).toBeVisible();
  expect(lines(container)).toEqual([
    '0 | vm-0 | 39/39 | Finished',
    '1 | vm-1 | 4/39 | Crashed',
    '2 | vm-2 | 10/39 | Running',
    '3 | vm-3 | 10 | Running',
  ]);
  await expect.element(getByRole('link', { name: 'vm-2' })).toHaveAttribute('href', '#/vms/vm-2');
});

test('what is wrong on a VM is seen in its line', async () => {
  const known = vms(pool).map((vm, index) =>
    index === 2 ? { ...vm, problems: [problemOf({ severity: 'warning' }), problemOf()] } : vm,
  );
  const { container } = await show(pool, known);
  expect(lines(container)[2]).toBe('2 | vm-2 2 errors | 10/39 | Running');
  expect(markOf(container.querySelectorAll('tbody tr')[2]?.querySelector('td'))).toBe('bad');
});

test('a part whose VM is not reached is as it was last known', async () => {
  const known = vms(pool).map((vm, index) =>
    index > 1 ? vm : { ...vm, status: statusOf({ connected: false }) },
  );
  const { container } = await show(poolOf([partOf(0), partOf(1, { state: 'crashed' }), partOf(2)]), known);
  expect(lines(container).map((line) => line.split(' | ')[3])).toEqual([
    'Last known: Running',
    'Crashed',
    'Running',
  ]);
});

test('with the link lost nothing looks like the present', async () => {
  const { getByTestId, container } = await show(pool, vms(pool), lostLink);
  await expect.element(getByTestId('pool-state')).toHaveTextContent('Last known: Running, 1 crashed');
  expect(markOf(container.querySelector('header'))).toBe('unknown');
  expect(lines(container)[2]).toBe('2 | vm-2 | 10/39 | Last known: Running');
});

test('parts that are not seen yet are counted, and a VM that is not watched leads nowhere', async () => {
  const { getByText, getByRole, getByTestId, container } = await show(
    poolOf([partOf(0), partOf(3)], { workers: 4, total_tasks: 0, tasks_completed: 0 }),
    [],
  );
  await expect.element(getByText('2 workers not seen yet')).toBeVisible();
  expect(lines(container)).toHaveLength(2);
  expect(getByRole('link').elements()).toEqual([]);
  await expect.element(getByTestId('count')).toHaveTextContent('0 tasks done, total not known yet');
  expect(getByRole('progressbar').elements()).toEqual([]);
});

test('a pool that is over says so once', async () => {
  const parts = [0, 1].map((worker) => partOf(worker, { state: 'crashed' }));
  const { getByTestId, container } = await show(poolOf(parts, { state: 'crashed' }));
  await expect.element(getByTestId('pool-state')).toHaveTextContent('Crashed');
  expect(markOf(container.querySelector('header'))).toBe('bad');
});

test('ten parts with long names fit into a narrow window', async () => {
  const parts = Array.from({ length: 10 }, (_, worker) =>
    partOf(worker, { vm: `${'a-vm-of-many-words-'.repeat(3)}${String(worker)}` }),
  );
  const { container } = await show(poolOf(parts));
  container.style.inlineSize = '21rem';
  expect(container.scrollWidth).toBe(container.clientWidth);
});

test('the run of a VM says which part it is, and leads to the whole', async () => {
  const vm = vmOf({ progress: progressOf({ pool: { ...pool, worker_id: 1 } }) });
  const { getByTestId, getByRole, rerender } = await render(RunPanel, {
    vm,
    age: null,
    nowMs,
    serverNowMs: nowMs,
  });
  await expect.element(getByTestId('part')).toHaveTextContent('Part 2 of 4 of the pool (worker 1)');
  await expect.element(getByRole('link', { name: 'pool' })).toHaveAttribute('href', '#pool-run-0');
  await rerender({ vm: vmOf() });
  expect(getByTestId('part').elements()).toEqual([]);
});
