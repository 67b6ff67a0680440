/** From the dashboard to the reason why a task failed, and back. */
import type { Page } from '@playwright/test';
import { test, expect, vmName } from './support/bench.ts';
import { oldRun, recordHistory, recordRun } from './support/run-scenes.ts';
import { completeTask, nthTask, setReady, startRun } from './support/scenes.ts';

const rows = (page: Page) => page.getByRole('table').locator('tbody tr');
const strip = (page: Page) => page.getByRole('toolbar', { name: 'Tasks in order' });
const figure = (page: Page, name: string) => page.locator('dl > div').filter({ hasText: name }).locator('dd');

test('the reason of a failed task is three clicks away, also on a VM that is gone', async ({
  bench,
  page,
  complaints,
}) => {
  setReady(bench.feed);
  recordRun(bench.feed, oldRun);
  await page.goto(bench.url);
  let clicks = 0;
  const click = async (name: RegExp): Promise<void> => {
    clicks += 1;
    await page.getByRole('link', { name }).click();
  };
  await click(/^Runs$/);
  await expect(page).toHaveTitle('Runs – BenchTray');
  await expect(page.getByRole('heading', { name: 'Runs', exact: true })).toBeFocused();
  await click(/a-vm-of-three-weeks-ago$/);
  await expect(page).toHaveTitle(/^Run of a-vm-of-three-weeks-ago, \d+ \w+, \d\d:\d\d – BenchTray$/);
  await expect(page.getByRole('heading', { name: /^Run of a-vm-of-three-weeks-ago/ })).toBeFocused();
  await expect(figure(page, 'Tasks done')).toHaveText('154 of 154');
  await expect(figure(page, 'Mean score')).toHaveText(/^\d\d\.\d % \(n = \d+\)$/);

  clicks += 1;
  await strip(page)
    .getByRole('button', { name: /: Error, / })
    .first()
    .click();
  await expect(page).toHaveURL(/\/tasks\/.*attempt=1$/);
  await expect(page.getByTestId('verdict')).toHaveText('Error');
  await expect(page.getByTestId('reason')).toContainText('You exceeded your current quota');
  expect(clicks).toBeLessThanOrEqual(3);
  // Nothing of the task was kept, and the page says so.
  await expect(page.getByText('There is no film of this task')).toBeVisible();
  await page.close();
  expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
  complaints.length = 0;
});

test('back, forward and reload find the page as it was', async ({ bench, page }) => {
  setReady(bench.feed);
  recordHistory(bench.feed, 60);
  await page.goto(`${bench.url}/#/runs`);
  await expect(rows(page)).toHaveCount(60);
  const link = page.getByRole('link', { name: /a-vm-of-three-weeks-ago$/ }).last();
  await link.scrollIntoViewIfNeeded();
  const scrolled = await page.evaluate<number>('scrollY');
  expect(scrolled).toBeGreaterThan(0);
  await link.click();
  await page
    .getByRole('group', { name: 'Tasks by result' })
    .getByRole('button', { name: /^Not passed/ })
    .click();
  await expect(page).toHaveURL(/#\/runs\/run-\d+\?outcome=not-passed$/);
  await page.getByRole('searchbox', { name: 'Search' }).fill('photo');
  const found = await rows(page).count();
  expect(found).toBeGreaterThan(0);
  await page.reload();
  await expect(rows(page)).toHaveCount(found);
  await expect(page.getByRole('searchbox', { name: 'Search' })).toHaveValue('photo');

  // The letters of a search are no steps.
  await page.goBack();
  await expect(page).toHaveTitle('Runs – BenchTray');
  await expect(rows(page)).toHaveCount(60);
  await page.goForward();
  await expect(page).toHaveURL(/\?outcome=not-passed&q=photo$/);
  await expect(rows(page)).toHaveCount(found);
  await page.goBack();
  await expect(rows(page)).toHaveCount(60);
  await page
    .getByRole('link', { name: /a-vm-of-three-weeks-ago$/ })
    .last()
    .scrollIntoViewIfNeeded();
  const before = await page.evaluate<number>('scrollY');
  await page
    .getByRole('link', { name: /a-vm-of-three-weeks-ago$/ })
    .last()
    .click();
  await expect(page.getByRole('heading', { name: /^Run of/ })).toBeInViewport();
  await page.goBack();
  await expect(rows(page)).toHaveCount(60);
  await expect.poll(() => page.evaluate<number>('scrollY')).toBe(before);
});

test('the history is read in parts, filtered by VM, and grows while it is shown', async ({ bench, page }) => {
  setReady(bench.feed);
  recordHistory(bench.feed, 130, 2);
  await page.goto(`${bench.url}/#/runs`);
  await expect(rows(page)).toHaveCount(100);
  await page.getByRole('button', { name: 'Show older runs' }).click();
  await expect(rows(page)).toHaveCount(130);
  await expect(page.getByRole('button', { name: 'Show older runs' })).toHaveCount(0);

  const started_at = new Date().toISOString();
  startRun(bench.feed, 1, 12, { run_id: 'run-on', started_at });
  await expect(rows(page)).toHaveCount(131);
  await expect(rows(page).filter({ hasText: 'Running' })).toContainText('1/12');
  startRun(bench.feed, 2, 12, { run_id: 'run-on', started_at });
  await expect(rows(page).filter({ hasText: 'Running' })).toContainText('2/12');

  await page.getByRole('combobox', { name: 'VM' }).selectOption(vmName);
  await expect(page).toHaveURL(/#\/runs\?vm=waa-eval-vm$/);
  await expect(rows(page).filter({ hasText: 'three-weeks' })).toHaveCount(0);
  await expect(rows(page)).toHaveCount(88);
});

test('runs are found by words, model and state, also of a VM that is gone', async ({ bench, page }) => {
  setReady(bench.feed);
  recordHistory(bench.feed, 30, 2);
  await page.goto(`${bench.url}/#/runs`);
  await expect(rows(page)).toHaveCount(30);
  await page.getByRole('combobox', { name: 'VM' }).selectOption('a-vm-of-three-weeks-ago');
  await expect(rows(page)).toHaveCount(10);
  await page.getByRole('searchbox', { name: 'Search' }).fill('claude');
  await expect(page).toHaveURL(/#\/runs\?vm=a-vm-of-three-weeks-ago&q=claude$/);
  await expect(rows(page).filter({ hasNotText: 'claude' })).toHaveCount(0);
  await page.getByRole('combobox', { name: 'State' }).selectOption('crashed');
  await page.getByRole('searchbox', { name: 'Search' }).fill('nothing has this name');
  await expect(page.getByText('No run fits the filters')).toBeVisible();
  await page.getByRole('link', { name: 'Show all runs' }).click();
  await expect(rows(page)).toHaveCount(30);
  await page.getByRole('combobox', { name: 'Model' }).selectOption('o3');
  await expect(rows(page)).toHaveCount(7);
  await expect(rows(page).filter({ hasText: 'gpt-4o' })).toHaveCount(0);
  // A choice leaves the others to choose from.
  await page.getByRole('combobox', { name: 'Model' }).selectOption('gpt-4o');
  await expect(rows(page).filter({ hasText: 'o3' })).toHaveCount(0);
});

test('a run that is on is followed task by task', async ({ bench, page }) => {
  setReady(bench.feed);
  startRun(bench.feed, 3, 12);
  await page.goto(bench.url);
  await page.getByRole('link', { name: `Open the run of ${vmName}` }).click();
  await expect(rows(page)).toHaveCount(3);
  await expect(strip(page).getByRole('button')).toHaveCount(12);
  await expect(strip(page).getByRole('button', { name: /: Running, notepad/ })).toHaveCount(1);
  await expect(page.getByTestId('step')).toHaveText('Step 7 of 15');
  completeTask(bench.feed, nthTask(3));
  startRun(bench.feed, 4, 12);
  await expect(rows(page)).toHaveCount(4);
  await expect(figure(page, 'Tasks done')).toHaveText('4 of 12');
  startRun(bench.feed, 12, 12, { state: 'finished', current_task: null });
  await expect(page.getByTestId('run-state')).toHaveText('Finished');
  await expect(rows(page)).toHaveCount(12);
  await expect(figure(page, 'Ended')).not.toHaveText('–');
});

test('a task that the record does not have yet is not drawn as one that ended unseen', async ({
  bench,
  page,
}) => {
  setReady(bench.feed);
  startRun(bench.feed, 3, 12, { run_id: 'run-on' });
  await page.goto(`${bench.url}/#/runs/run-on`);
  await expect(rows(page)).toHaveCount(3);
  const record = Promise.withResolvers<undefined>();
  await page.route('**/api/runs/run-on', async (route) => {
    await record.promise;
    await route.continue();
  });
  completeTask(bench.feed, nthTask(3));
  startRun(bench.feed, 4, 12, { run_id: 'run-on' });
  await expect(figure(page, 'Tasks done')).toHaveText('4 of 12');
  await expect(page.getByRole('list', { name: 'Tasks by result' })).not.toContainText('unseen');
  record.resolve(undefined);
  await expect(rows(page)).toHaveCount(4);
});

test('a domain of the charts leads to its tasks, and the keyboard goes along', async ({ bench, page }) => {
  setReady(bench.feed);
  recordRun(bench.feed, oldRun);
  await page.goto(`${bench.url}/#/runs/${oldRun.runId}/charts`);
  await page.getByRole('link', { name: 'notepad' }).press('Enter');
  await expect(page).toHaveURL(/\?domain=notepad$/);
  await expect(rows(page).filter({ hasNotText: 'notepad' })).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'Tasks', exact: true })).toBeFocused();
});

test('the tasks of a run are kept as a file', async ({ bench, page }) => {
  setReady(bench.feed);
  recordRun(bench.feed, oldRun);
  await page.goto(`${bench.url}/#/runs/${oldRun.runId}`);
  for (const format of ['CSV', 'JSON']) {
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: format, exact: true }).click();
    expect((await download).suggestedFilename()).toBe(`${oldRun.runId}.${format.toLowerCase()}`);
  }
});

test('links of earlier versions and addresses without a page lead somewhere', async ({ bench, page }) => {
  bench.vms = [vmName, 'vm-b'].map((name) => ({ name, address: '20.123.45.67' }));
  setReady(bench.feed);
  setReady(bench.feed, {}, 'vm-b');
  await page.goto(`${bench.url}/#/no-such-page`);
  await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeFocused();
  await expect(page).toHaveTitle('No such page – BenchTray');
  await page.getByRole('main').getByRole('link', { name: 'Now' }).click();
  await page.evaluate("location.hash = '#vm-1'");
  await expect(page.getByRole('link', { name: 'vm-b' })).toBeFocused();
  await page.getByRole('region', { name: 'VMs' }).getByRole('link', { name: vmName }).click();
  await expect(page).toHaveURL(/#\/vms\/waa-eval-vm$/);
  await expect(page.getByRole('heading', { name: vmName })).toBeFocused();
  await expect(page.getByRole('heading', { name: 'vm-b' })).toHaveCount(0);
  await page.goto(`${bench.url}/#/vms/gone`);
  await expect(page.getByText('BenchTray does not watch it')).toBeVisible();
});
