import { expect, test } from 'vitest';
import { render } from 'vitest-browser-svelte';
import FleetTable from '../../src/renderer/features/fleet/FleetTable.svelte';
import type { Link, VmView } from '../../src/renderer/state/model.ts';
import { lostLink, nowMs, openLink, problemOf, progressOf, statusOf, vmOf } from './support/fixtures.ts';

const show = (vms: readonly VmView[], link: Link = openLink) =>
  render(FleetTable, { vms, link, clockOffsetMs: 0, nowMs });
const lines = (container: HTMLElement): readonly string[] =>
  [...container.querySelectorAll('tbody tr')].map((row) =>
    [row.querySelector('a'), ...row.querySelectorAll('td')]
      .map((cell) => cell?.textContent.trim().replaceAll(/\s+/g, ' '))
      .join(' | '),
  );
const named = (name: string, changes: Partial<VmView> = {}): VmView =>
  vmOf({ name, status: statusOf({ vm: name }), progress: progressOf({ vm: name }), ...changes });

test('a row for each VM says what matters, the worst first, and leads to it', async () => {
  const vms = [
    named('a'),
    named('b', { progress: progressOf({ state: 'finished', tasks_completed: 12 }) }),
    named('c', { problems: [problemOf({ vm: 'c' })], status: statusOf({ phase: 'oobe' }) }),
    named('d', { status: statusOf({ phase: 'offline', connected: false }), progress: null }),
    named('e', { status: null, progress: null }),
  ];
  const { container, getByRole, rerender } = await show(vms);
  expect(lines(container)).toEqual([
    'c | 1 problem | Waiting for Windows | Running navi · gpt-4o | 5/12 | 70.0 % n = 5 | about 13:46 | $0.19',
    'a | Fine | Ready | Running navi · gpt-4o | 5/12 | 70.0 % n = 5 | about 13:46 | $0.19',
    'b | Fine | Ready | Finished navi · gpt-4o | 12/12 | 70.0 % n = 5 | – | $0.19',
    'd | Off | Offline | – | – | – | – | $0.19',
    'e | Not known yet | Not known yet | – | – | – | – | –',
  ]);
  await expect.element(getByRole('link', { name: 'c' })).toHaveAttribute('href', '#/vms/c');
  await expect.element(getByRole('progressbar', { name: 'Tasks done on a' })).toHaveAttribute('value', '5');
  await rerender({ link: lostLink });
  expect(lines(container)[0]).toBe(
    'c | Not known | Last known: Waiting for Windows | Last known: Running navi · gpt-4o | 5/12 | 70.0 % n = 5 | – | $0.19',
  );
});

test('no row moves away while one has the focus', async () => {
  const vms = [named('a'), named('b'), named('c')];
  const { container, getByRole, rerender } = await show(vms);
  const order = () => lines(container).map((line) => line[0]);
  (getByRole('link', { name: 'b' }).element() as HTMLElement).focus();
  const worse = vms.map((vm) => (vm.name === 'c' ? { ...vm, problems: [problemOf({ vm: 'c' })] } : vm));
  await rerender({ vms: worse });
  await expect.element(getByRole('row', { name: /^c/ }).getByText('1 problem').last()).toBeVisible();
  expect(order()).toEqual(['a', 'b', 'c']);
  await expect.element(getByRole('link', { name: 'b' })).toHaveFocus();
  // A VM that is new has its row at once.
  await rerender({ vms: [...worse, named('d')] });
  await expect.element(getByRole('link', { name: 'd' })).toBeVisible();
  (document.activeElement as HTMLElement).blur();
  await expect.poll(order).toEqual(['c', 'a', 'b', 'd']);
});

test('25 VMs with long names fit into a narrow window', async () => {
  const vms = Array.from({ length: 25 }, (_, index) => named(`${'a-vm-of-many-words-'.repeat(3)}${index}`));
  const { container } = await show(vms);
  container.style.inlineSize = '21rem';
  expect(container.scrollWidth).toBe(container.clientWidth);
  expect(lines(container)).toHaveLength(25);
});

test('a narrow table says the score and the agent below the name', async () => {
  const { getByRole, container } = await show([named('a'), named('b', { progress: null })]);
  container.style.inlineSize = '20rem';
  const header = getByRole('rowheader').first();
  await expect.element(header.getByText('navi · gpt-4o')).toBeVisible();
  await expect.element(header.getByText('Score 70.0 %, n = 5')).toBeVisible();
  await expect.element(header.getByText('about 13:46')).toBeVisible();
  container.style.inlineSize = '80rem';
  await expect.element(header.getByText('navi · gpt-4o')).not.toBeVisible();
});
