import { expect, test, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import ProblemList from '../../src/renderer/features/errors/ProblemList.svelte';
import type { ShownError } from '../../src/renderer/state/model.ts';
import { isoBefore, markup, nowMs, problemOf, progressOf, vmOf } from './support/fixtures.ts';

const show = (problems: readonly ShownError[], onDismiss: (problem: ShownError) => void = () => undefined) =>
  render(ProblemList, { problems, vms: [], serverNowMs: nowMs, onDismiss });

test('an error says what is wrong, how bad it is, since when, and what to do', async () => {
  const { getByRole } = await show([problemOf()]);
  const item = getByRole('list', { name: 'Open errors' }).getByRole('listitem');
  await expect.element(item).toMatchTextContent('The benchmark server in Windows has stopped answering.');
  await expect.element(item).toMatchTextContent('Critical, since 11:58:30, for 1 min');
  await expect.element(item).toMatchTextContent('Look at the screen of the guest by VNC.');
  await expect.element(item).toMatchTextContent('Connection refused');
  expect(item.element().querySelector('[data-mark="bad"]')).not.toBeNull();
});

test('the time that it lasts goes on, and tells the day when it was another', async () => {
  const problems = [problemOf({ severity: 'warning', began_at: isoBefore(90) })];
  const { getByRole, rerender } = await show(problems);
  const item = getByRole('listitem');
  await expect.element(item).toMatchTextContent('Warning, since 11:58:30, for 1 min');
  await rerender({ serverNowMs: nowMs + 5 * 3600_000 });
  await expect.element(item).toMatchTextContent('Warning, since 11:58:30, for 5 h');
  await rerender({ serverNowMs: nowMs + 50 * 3600_000 });
  await expect.element(item).toMatchTextContent('since 28 Jan, 11:58, for 2 d');
  await rerender({ problems: [problemOf({ began_at: 'yesterday' })] });
  await expect.element(item).toMatchTextContent('Critical, since an unknown time');
});

test('what has neither hint nor detail is one line', async () => {
  const { getByRole } = await show([problemOf({ hint: null, detail: null })]);
  await expect.element(getByRole('listitem')).toBeVisible();
  expect(getByRole('listitem').element().textContent).not.toContain('null');
  expect(getByRole('listitem').element().querySelectorAll('.text > *')).toHaveLength(1);
});

test('the worst stands first, then the newest', async () => {
  const { getByRole } = await show([
    problemOf({ code: 'disk_full', severity: 'warning', message: 'Old warning', began_at: isoBefore(500) }),
    problemOf({ code: 'vm_idle', severity: 'warning', message: 'New warning', began_at: isoBefore(5) }),
    problemOf({ message: 'Old critical', began_at: isoBefore(900) }),
  ]);
  const messages = getByRole('listitem')
    .elements()
    .map((item) => item.querySelector('strong')?.textContent.trim());
  expect(messages).toEqual(['Old critical', 'New warning', 'Old warning']);
});

test('two that happened in the same moment are two', async () => {
  const mismatch = { code: 'result_mismatch', severity: 'warning' } as const;
  const { getByRole } = await show([
    problemOf({ ...mismatch, message: 'The log said 1 for a.' }),
    problemOf({ ...mismatch, message: 'The log said 1 for b.' }),
  ]);
  expect(getByRole('listitem').elements()).toHaveLength(2);
});

test('only what has no end can be dismissed', async () => {
  const onDismiss = vi.fn();
  const crashed = problemOf({ code: 'run_crashed', message: 'The run has crashed.' });
  const { getByRole } = await show([problemOf(), crashed], onDismiss);
  await expect.element(getByRole('listitem').nth(1)).toMatchTextContent('Critical, at 11:58:30, 1 min ago');
  expect(getByRole('button').elements()).toHaveLength(1);
  await getByRole('button', { name: 'Dismiss: The run has crashed.' }).click();
  expect(onDismiss).toHaveBeenCalledExactlyOnceWith(crashed);
});

test('markup out of a log stays text', async () => {
  const { container, getByRole } = await show([problemOf({ message: markup, hint: markup, detail: markup })]);
  await expect.element(getByRole('listitem')).toBeVisible();
  const shown = [...container.querySelectorAll('.foreign')].map((text) => text.textContent);
  expect(shown).toEqual([markup, markup, markup]);
  expect(container.querySelectorAll('img, b')).toHaveLength(0);
  expect('hacked' in window).toBe(false);
});

test('whatever is long is cut, each by itself', async () => {
  const long = 'It went wrong again and again. '.repeat(130);
  const { container, getByRole } = await show([problemOf({ message: long, hint: long, detail: long })]);
  for (const what of ['message', 'hint', 'detail'])
    await expect.element(getByRole('button', { name: `Show all of the ${what}` })).toBeVisible();
  const closedPx = container.getBoundingClientRect().height;
  expect(closedPx).toBeLessThan(400);
  await getByRole('button', { name: 'Show all of the hint' }).click();
  await expect.element(getByRole('button', { name: 'Show less of the hint' })).toBeVisible();
  expect(getByRole('button', { name: /^Show all/ }).elements()).toHaveLength(2);
  expect(container.getBoundingClientRect().height).toBeGreaterThan(closedPx + 100);
});

test('makes no second trouble of the silence of a VM that is off', async () => {
  const { container } = await show([
    problemOf({ code: 'ssh_unreachable', severity: 'critical', began_at: isoBefore(60) }),
    problemOf({ code: 'vm_not_running', severity: 'warning', began_at: isoBefore(90) }),
    problemOf({ code: 'disk_full', severity: 'critical', began_at: isoBefore(120) }),
  ]);
  const rows = [...container.querySelectorAll('li')];
  expect(rows.map((row) => [row.dataset['code'], row.classList.contains('critical')])).toEqual([
    ['disk_full', true],
    ['ssh_unreachable', false],
    ['vm_not_running', false],
  ]);
  expect(rows.map((row) => row.querySelector('.muted')?.textContent.split(',')[0])).toEqual([
    'Critical',
    'Warning',
    'Warning',
  ]);
});

test('a problem of a run that is on leads to its moment in the timeline', async () => {
  const problem = problemOf();
  const vm = (state: 'running' | 'finished') =>
    vmOf({ name: problem.vm, progress: progressOf({ vm: problem.vm, state }) });
  const props = { problems: [problem], serverNowMs: nowMs, onDismiss: () => undefined };
  const { getByRole, rerender } = await render(ProblemList, { ...props, vms: [vm('running')] });
  const link = getByRole('link', { name: /^In the timeline of the run: / });
  await expect
    .element(link)
    .toHaveAttribute(
      'href',
      `#/runs/${progressOf().run_id}/timeline?at=${encodeURIComponent(problem.began_at)}`,
    );
  await rerender({ vms: [vm('finished')] });
  await expect.element(link).not.toBeInTheDocument();
});
