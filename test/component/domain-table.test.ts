import { expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { DomainTally } from '../../src/shared/stream.ts';
import DomainTable from '../../src/renderer/features/run/DomainTable.svelte';
import RunPanel from '../../src/renderer/features/run/RunPanel.svelte';
import { domainOf, markup, nowMs, progressOf, vmOf } from './support/fixtures.ts';

const domains = (count: number): readonly DomainTally[] =>
  Array.from({ length: count }, (_, index) => domainOf(index));
const cells = (row: Element): readonly string[] => [...row.children].map((cell) => cell.textContent.trim());

test('a table with a name, heads, and a line for each domain in the given order', async () => {
  const { getByRole, container } = await render(DomainTable, {
    domains: [
      domainOf(0, {
        domain: 'vlc',
        total_tasks: 21,
        tasks_completed: 4,
        tasks_scored: 3,
        mean_score: 0.5,
        pass_rate: 1 / 3,
      }),
      domainOf(0, { domain: 'clock', total_tasks: 4 }),
      domainOf(2, { domain: null, total_tasks: 0, mean_score: 1, pass_rate: 1 }),
    ],
  });
  await expect.element(getByRole('table', { name: /^The run by domain/ })).toBeVisible();
  const heads = getByRole('columnheader').elements();
  expect(heads.map((head) => head.textContent)).toEqual(['Domain', 'Done', 'Mean score', 'Pass rate']);
  expect([...container.querySelectorAll('tbody tr')].map(cells)).toEqual([
    ['vlc', '4/21', '50.0 % (n = 3)', '33.3 % (1 of 3)'],
    ['clock', '0/4', '– (n = 0)', '– (0 of 0)'],
    ['no domain', '2', '100.0 % (n = 2)', '100.0 % (2 of 2)'],
  ]);
  await expect.element(getByRole('rowheader', { name: 'vlc' })).toBeVisible();
});

test('a long table is opened by keyboard, and stays open while the run goes on', async () => {
  const { getByRole, getByText, rerender } = await render(DomainTable, { domains: domains(12) });
  await expect.element(getByText('By domain (12)')).toBeVisible();
  expect(getByRole('table').elements()).toEqual([]);
  await userEvent.tab();
  await userEvent.keyboard('{Enter}');
  await expect.element(getByRole('table')).toBeVisible();
  await rerender({ domains: domains(13) });
  await expect.element(getByRole('rowheader', { name: 'domain-12' })).toBeVisible();
});

test('one that was short is not closed when it grows', async () => {
  const { getByRole, rerender } = await render(DomainTable, { domains: domains(2) });
  await expect.element(getByRole('table')).toBeVisible();
  await rerender({ domains: domains(12) });
  await expect.element(getByRole('rowheader', { name: 'domain-11' })).toBeVisible();
});

test('it fits into a narrow panel, whatever a domain is called', async () => {
  const domain = 'd'.repeat(60);
  const { container } = await render(DomainTable, {
    domains: [domainOf(1, { domain }), domainOf(2, { domain: markup })],
  });
  container.style.inlineSize = '18rem';
  expect(container.scrollWidth).toBe(container.clientWidth);
  expect(container.querySelectorAll('img, b')).toHaveLength(0);
});

test.for([
  { count: 0, isShown: false },
  { count: 1, isShown: false },
  { count: 2, isShown: true },
])('of a run with $count domains the table is shown: $isShown', async ({ count, isShown }) => {
  const vm = vmOf({ progress: progressOf({ domains: domains(count) }) });
  const { getByRole, getByTestId } = await render(RunPanel, { vm, age: null, nowMs, serverNowMs: nowMs });
  await expect.element(getByTestId('count')).toBeVisible();
  expect(getByRole('table').elements()).toHaveLength(isShown ? 1 : 0);
});
