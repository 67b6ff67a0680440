/** From the list of runs to what another model made better or worse, and to one of those tasks. */
import type { Locator, Page } from '@playwright/test';
import { test, expect, vmName } from './support/bench.ts';
import { newRun, oldRun, recordPair, recordRun } from './support/run-scenes.ts';
import { setReady, startRun } from './support/scenes.ts';

const list = (page: Page, change: string): Locator => page.locator(`[data-change="${change}"]`);
const rowsOf = (page: Page, change: string): Locator => list(page, change).locator('tbody tr');
const heading = (page: Page): Locator => page.getByRole('heading', { name: 'Compare two runs' });
const compareHash = `#/compare?a=${oldRun.runId}&b=${newRun.runId}`;

test('a task that a newer run fails is four clicks away from the list of runs', async ({
  bench,
  page,
  complaints,
}) => {
  bench.screens = null;
  setReady(bench.feed);
  recordPair(bench.feed);
  await page.goto(`${bench.url}/#/runs`);
  let clicks = 0;
  const click = async (target: Locator): Promise<void> => {
    clicks += 1;
    await target.click();
  };
  // In whatever order they are selected, the older run is A.
  await click(page.getByRole('checkbox', { name: new RegExp(`, ${vmName}$`) }));
  await click(page.getByRole('checkbox', { name: /, a-vm-of-three-weeks-ago$/ }));
  await click(page.getByRole('link', { name: 'Compare', exact: true }));
  await expect(page).toHaveURL(new RegExp(`${compareHash.replaceAll('?', '\\?')}$`));
  await expect(page).toHaveTitle('Compare two runs – BenchTray');
  await expect(heading(page)).toBeFocused();
  await expect(page.getByText(/^B is better by \d+\.\d points over \d+ common tasks; /)).toBeVisible();
  const regressed = rowsOf(page, 'regressed').first();
  const taskId = await regressed.getAttribute('data-task');
  await click(regressed.getByRole('link', { name: /^B: Failed/ }));
  await expect(page).toHaveURL(new RegExp(`&task=${taskId ?? ''}&domain=`));
  await expect(page.getByTestId('change')).toHaveText('Regressed');
  await expect(page.getByTestId('verdict-b')).toHaveText('Failed');
  // Nothing of either run is kept, and neither VM is there.
  await expect(page.getByText('There is no film of this task')).toHaveCount(2);
  expect(clicks).toBe(4);
  await page.goBack();
  await expect(heading(page)).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('checkbox', { checked: true })).toHaveCount(2);
  expect(complaints.splice(0).every((text) => text.includes('404'))).toBe(true);
});

test('at most two runs are selected, by keyboard, and a reload keeps them', async ({ bench, page }) => {
  setReady(bench.feed);
  recordPair(bench.feed);
  recordRun(bench.feed, { ...oldRun, runId: 'a-third-run' });
  await page.goto(`${bench.url}/#/runs`);
  const boxes = page.getByRole('checkbox');
  await expect(boxes).toHaveCount(3);
  await boxes.first().focus();
  await page.keyboard.press('Space');
  await expect(page.getByRole('group', { name: 'Selected runs' })).toContainText('Select one more run');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await expect(boxes.nth(2)).toBeDisabled();
  await page.reload();
  await expect(page.getByRole('checkbox', { checked: true })).toHaveCount(2);
  await page.getByRole('searchbox', { name: 'Search' }).fill('no run has this name');
  await expect(page.getByText('No run fits the filters')).toBeVisible();
  await page.getByRole('link', { name: 'Show all runs' }).click();
  await expect(page.getByRole('checkbox', { checked: true })).toHaveCount(2);
  await page.getByRole('button', { name: 'Clear selection' }).click();
  await expect(page).toHaveURL(/#\/runs$/);
  await expect(boxes.first()).toBeFocused();
  await expect(page.getByRole('group', { name: 'Selected runs' })).toHaveCount(0);
});

test('the filters, the attempt and the order of the runs are in the address', async ({ bench, page }) => {
  setReady(bench.feed);
  recordPair(bench.feed);
  await page.goto(`${bench.url}/${compareHash}`);
  const improved = await rowsOf(page, 'improved').count();
  const regressed = await rowsOf(page, 'regressed').count();
  expect(improved).toBeGreaterThan(regressed);
  expect(regressed).toBeGreaterThan(0);
  await expect(rowsOf(page, 'only_a')).toHaveCount(3);
  await expect(rowsOf(page, 'same')).toHaveCount(0);
  await page.getByRole('heading', { name: /^The same/ }).click();
  await expect(rowsOf(page, 'same').nth(50)).toBeAttached();

  await page.getByRole('region', { name: 'By domain' }).getByRole('button', { name: 'vs_code' }).click();
  await expect(page).toHaveURL(/&domain=vs_code$/);
  await expect(page.getByRole('region', { name: 'Tasks' })).toBeFocused();
  await expect(list(page, 'improved').locator('td.domain').filter({ hasNotText: 'vs_code' })).toHaveCount(0);
  await page.getByRole('searchbox', { name: 'Search' }).fill('python');
  await page.reload();
  await expect(page.getByRole('searchbox', { name: 'Search' })).toHaveValue('python');
  await page.getByRole('searchbox', { name: 'Search' }).fill('');
  await page.getByRole('combobox', { name: 'Domain' }).selectOption('All domains');

  await page.getByRole('button', { name: 'Swap A and B' }).click();
  await expect(page).toHaveURL(new RegExp(`\\?a=${newRun.runId}&b=${oldRun.runId}$`));
  await expect(page.getByText(/^A is better by/)).toBeVisible();
  await expect(rowsOf(page, 'improved')).toHaveCount(regressed);
  await expect(rowsOf(page, 'regressed')).toHaveCount(improved);
  await page.goBack();
  await expect(page.getByText(/^B is better by/)).toBeVisible();
});

test('a run that is on is compared with the run before, task by task', async ({
  bench,
  page,
  complaints,
}) => {
  setReady(bench.feed);
  recordRun(bench.feed, { ...oldRun, done: 12, total: 12 });
  const started_at = new Date().toISOString();
  startRun(bench.feed, 3, 12, { run_id: 'run-on', started_at });
  await page.goto(`${bench.url}/#/runs/run-on`);
  await page.getByRole('link', { name: 'Compare with the run before' }).click();
  await expect(page).toHaveURL(/#\/compare\?b=run-on$/);
  await expect(page.getByText('B is still running: 3 of 12 tasks have ended')).toBeVisible();
  startRun(bench.feed, 4, 12, { run_id: 'run-on', started_at });
  await expect(page.getByText('B is still running: 4 of 12 tasks have ended')).toBeVisible();

  await page.goto(`${bench.url}/#/compare?b=${oldRun.runId}`);
  await expect(page.getByText(/^No run before .* compares to it/)).toBeVisible();
  expect(complaints.splice(0)).toEqual([expect.stringContaining('404')]);
  await page.getByRole('link', { name: 'Choose the other run' }).click();
  await expect(page.getByRole('checkbox', { checked: true })).toHaveCount(1);
});
