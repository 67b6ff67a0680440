import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import FirstContact from '../../src/renderer/features/link/FirstContact.svelte';
import LinkBanner from '../../src/renderer/features/link/LinkBanner.svelte';
import TopBar from '../../src/renderer/features/link/TopBar.svelte';
import { parseRoute } from '../../src/renderer/state/parse-route.ts';
import { nowRoute } from '../../src/renderer/state/route.ts';
import { nowMs } from './support/fixtures.ts';

test('nothing is said while the link is there', async () => {
  const { container, rerender } = await render(LinkBanner, {
    link: { kind: 'open', heardAtMs: nowMs },
    nowMs,
  });
  expect(container.textContent.trim()).toBe('');
  await rerender({ link: { kind: 'connecting', heardAtMs: null } });
  expect(container.textContent.trim()).toBe('');
});

test('a lost link tells how old everything is, and that goes on', async () => {
  const link = { kind: 'lost', heardAtMs: nowMs - 7000 } as const;
  const { getByTestId, rerender } = await render(LinkBanner, { link, nowMs });
  const banner = getByTestId('link-banner');
  await expect
    .element(banner)
    .toHaveTextContent('Last heard 7 s ago, reconnecting. Everything below is as of 11:59:53.');
  await rerender({ nowMs: nowMs + 60_000 });
  await expect.element(banner).toMatchTextContent('Last heard 1 min ago');
  await rerender({ nowMs: nowMs + 26 * 3600_000 });
  await expect.element(banner).toMatchTextContent('Last heard 26 h ago');
  await expect.element(banner).toMatchTextContent('as of 28 Jan, 11:59.');
});

test('a server that was never heard has no age', async () => {
  const { getByTestId } = await render(LinkBanner, { link: { kind: 'lost', heardAtMs: null }, nowMs });
  await expect
    .element(getByTestId('link-banner'))
    .toHaveTextContent('No answer from BenchTray, trying again.');
});

test.for([
  { who: 'the app', appVersion: '1.3.0', advice: 'This app is version 1.3.0' },
  { who: 'a browser', appVersion: null, advice: 'reload this page' },
])('$who says after a while that the server is too old to name its VMs', async ({ appVersion, advice }) => {
  const { container, getByText, rerender } = await render(FirstContact, {
    ...{ link: { kind: 'open', heardAtMs: nowMs }, version: '1.2.3', connectedAtMs: nowMs, nowMs },
    ...{ host: '127.0.0.1:8765', appVersion },
  });
  await expect.element(getByText('Reading which VMs there are…')).toBeVisible();
  await rerender({ nowMs: nowMs + 16_000 });
  await expect.element(getByText('The BenchTray at 127.0.0.1:8765 is too old')).toBeVisible();
  expect(container.textContent).toContain('Its version is 1.2.3.');
  expect(container.textContent).toContain(advice);
  // It has restarted, perhaps as a newer one.
  await rerender({ connectedAtMs: nowMs + 16_000 });
  await expect.element(getByText('Reading which VMs there are…')).toBeVisible();
});

test.for([
  { kind: 'connecting', word: 'Connecting', mark: 'busy' },
  { kind: 'open', word: 'Live', mark: 'ok' },
  { kind: 'lost', word: 'Not connected', mark: 'warn' },
] as const)('the top of the page says "$word"', async ({ kind, word, mark }) => {
  const { getByTestId, getByRole, getByText } = await render(TopBar, {
    link: { kind, heardAtMs: nowMs },
    version: '1.2.3',
    route: nowRoute,
    canAdd: false,
  });
  await expect.element(getByTestId('link')).toHaveTextContent(word);
  expect(getByTestId('link').element().querySelector(`[data-mark=${mark}]`)).not.toBeNull();
  await expect.element(getByRole('heading', { name: 'BenchTray', level: 1 })).toBeVisible();
  await expect.element(getByText('1.2.3')).toBeVisible();
});

test('the pages that there are, and which one this is', async () => {
  const link = { kind: 'open', heardAtMs: nowMs } as const;
  const { getByRole, rerender } = await render(TopBar, {
    link,
    version: null,
    route: nowRoute,
    canAdd: false,
  });
  const pages = () =>
    getByRole('link')
      .elements()
      .map((page) => [page.textContent, page.getAttribute('href')]);
  expect(pages()).toEqual([
    ['Now', '#/'],
    ['Runs', '#/runs'],
    ['Doctor', '#/doctor'],
    ['Settings', '#/settings'],
  ]);
  await rerender({ canAdd: true, route: { page: 'setup' } });
  expect(pages()[3]).toEqual(['Add a VM', '#/setup']);
  await expect.element(getByRole('link', { name: 'Add a VM' })).toHaveAttribute('aria-current', 'page');
  await expect.element(getByRole('link', { name: 'Now' })).not.toHaveAttribute('aria-current');
  await rerender({ hasUnsaved: true });
  await expect.element(getByRole('link', { name: 'Settings (not saved)' })).toBeVisible();
  // A run and a VM are within the pages that lead to them.
  await rerender({ route: parseRoute('#/runs/run-1/charts') });
  await expect.element(getByRole('link', { name: 'Runs' })).toHaveAttribute('aria-current', 'true');
  await rerender({ route: parseRoute('#/doctor') });
  await expect.element(getByRole('link', { name: 'Runs' })).not.toHaveAttribute('aria-current');
  await rerender({ route: parseRoute('#/runs/run-1/tasks/task-1') });
  await expect.element(getByRole('link', { name: 'Runs' })).toHaveAttribute('aria-current', 'true');
  await rerender({ route: parseRoute('#/vms/vm-a') });
  await expect.element(getByRole('link', { name: 'Now' })).toHaveAttribute('aria-current', 'true');
});

test('the bar lines up with the page on a wide screen', async () => {
  const margin = () =>
    Number.parseFloat(getComputedStyle(document.querySelector('header') ?? document.body).paddingInlineStart);
  await page.viewport(1920, 800);
  await render(TopBar, {
    link: { kind: 'open', heardAtMs: nowMs },
    version: '1.2.3',
    route: nowRoute,
    canAdd: true,
  });
  const wide = document.querySelector('header')?.clientWidth ?? 0;
  expect(margin()).toBeCloseTo(Math.max(16, (wide - 110 * 16) / 2 + 16), 0);
  expect(wide).toBeGreaterThan(1800);
});
