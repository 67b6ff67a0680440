import type { Page } from '@playwright/test';
import { test, expect, expectNoSidewaysScrolling, vmName, type Box } from './support/bench.ts';
import { completeTask, longTaskId, nthTask, setReady, startRun } from './support/scenes.ts';
import { errorOf } from '../unit/feed/fixtures.ts';

/** What stands in a column, from top to bottom. */
const column = (page: Page, index: number): Promise<string[]> =>
  page.locator(`tbody tr td:nth-child(${String(index)})`).allInnerTexts();

test('the table is sorted and filtered by keyboard alone', async ({ bench, page }) => {
  setReady(bench.feed);
  startRun(bench.feed, 8, 12);
  await page.goto(bench.url);
  const rows = page.locator('tbody tr');
  await expect(rows).toHaveCount(8);

  const focused = page.locator(':focus');
  const reached: string[] = [];
  /** Goes on with the Tab key until something of that name has the focus, which must be visible. */
  async function tabTo(name: RegExp): Promise<void> {
    for (let presses = 0; presses < 30; presses += 1) {
      await page.keyboard.press('Tab');
      const text = await focused.innerText();
      reached.push(text);
      await expect(focused, `focus on ${text}`).toHaveCSS('outline-style', 'solid');
      if (name.test(text)) return;
    }
    throw new Error(`${String(name)} was not reached, only: ${reached.join(', ')}`);
  }

  await tabTo(/^Open VNC/);
  await tabTo(/^What is being watched/);
  await page.keyboard.press('Enter');
  await expect(page.getByText('container:172.30.0.2:5000')).toBeVisible();
  await tabTo(/^Not passed/);
  await page.keyboard.press('Space');
  await expect(rows).toHaveCount(4);
  await expect(page.getByRole('button', { name: /^Not passed/ })).toHaveAttribute('aria-pressed', 'true');
  expect(new Set(await column(page, 3))).toEqual(new Set(['Failed', 'Error']));

  await tabTo(/^Steps/);
  await page.keyboard.press('Enter');
  const steps = page.getByRole('columnheader', { name: 'Steps' });
  await expect(steps).toHaveAttribute('aria-sort', 'descending');
  const descending = (await column(page, 5)).map(Number);
  expect(descending).toEqual(descending.toSorted((a, b) => b - a));
  await page.keyboard.press('Enter');
  await expect(steps).toHaveAttribute('aria-sort', 'ascending');
  expect((await column(page, 5)).map(Number)).toEqual(descending.toReversed());
});

test('an empty table says why it is empty', async ({ bench, page }) => {
  setReady(bench.feed);
  startRun(bench.feed, 0, 12);
  await page.goto(bench.url);
  await expect(page.getByText('No results yet')).toBeVisible();
  for (let index = 0; index < 5; index += 1)
    completeTask(bench.feed, nthTask(index, { outcome: 'scored', score: 1, success: true }));
  await page.getByRole('button', { name: 'Not passed 0' }).click();
  await expect(page.getByText('The filter hides all 5 results.')).toBeVisible();
  await expect(page.getByText('No results yet')).toHaveCount(0);
  await page.getByRole('button', { name: 'Show all' }).click();
  await expect(page.locator('tbody tr')).toHaveCount(5);
});

test('150 tasks that end at once cost the page little', async ({ bench, page }) => {
  setReady(bench.feed);
  startRun(bench.feed, 0, 154);
  await page.goto(bench.url);
  await expect(page.getByText('No results yet')).toBeVisible();
  const devtools = await page.context().newCDPSession(page);
  // Thread ticks are processor time: unlike the time of day, they do not tell how busy the machine is with other things.
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const busySeconds = async (): Promise<number> => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return metrics.find((metric) => metric.name === 'TaskDuration')?.value ?? NaN;
  };
  const before = await busySeconds();
  for (let index = 0; index < 150; index += 1) completeTask(bench.feed, nthTask(index));
  await expect(page.locator('tbody tr')).toHaveCount(150);
  await page.getByRole('button', { name: 'Task', exact: true }).click();
  await expect(page.getByRole('columnheader', { name: 'Task' })).toHaveAttribute('aria-sort', 'ascending');
  const spent = (await busySeconds()) - before;
  expect(spent).toBeLessThan(1);
});

test('a new row does not move the page, and further attempts have rows of their own', async ({
  bench,
  page,
}) => {
  setReady(bench.feed);
  startRun(bench.feed, 3, 12);
  await page.goto(bench.url);
  await expect(page.locator('tbody tr')).toHaveCount(3);
  const { taskId, domain } = nthTask(1);
  const before = await page.getByTestId('count').boundingBox();
  completeTask(bench.feed, nthTask(9, { taskId, domain, attempt: 2 }));
  await expect(page.locator('tbody tr')).toHaveCount(4);
  await expect(page.locator('tbody tr').first()).toContainText('attempt 2');
  expect(await page.getByTestId('count').boundingBox()).toEqual(before);
});

for (const width of [360, 1600]) {
  test(`long names fit into ${String(width)} pixels`, async ({ bench, page }) => {
    await page.setViewportSize({ width, height: 800 });
    setReady(bench.feed);
    startRun(bench.feed, 3, 12, { current_task: longTaskId });
    completeTask(bench.feed, nthTask(3, { taskId: longTaskId, domain: 'd'.repeat(80) }));
    await page.goto(bench.url);
    await expect(page.locator('tbody').getByText(longTaskId)).toBeVisible();
    await expectNoSidewaysScrolling(page);
    const inTable = await page
      .getByRole('region', { name: 'Results of' })
      .evaluate((element: Box) => element.scrollWidth - element.clientWidth);
    expect(inTable).toBe(0);
  });
}

test('a result that its file corrects is shown as corrected', async ({ bench, page }) => {
  setReady(bench.feed);
  startRun(bench.feed, 0, 12);
  const told = nthTask(0, { outcome: 'scored', score: 1, success: true });
  completeTask(bench.feed, told);
  await page.goto(bench.url);
  const row = page.getByRole('region', { name: /^Results of/ }).locator('tbody tr');
  await expect(row).toContainText('Passed');
  bench.feed.commit({
    vm: vmName,
    at: Date.now(),
    corrected: [{ ...told, score: 0, success: false }],
    moments: [errorOf(vmName, { code: 'result_mismatch', message: 'The log said 1.00, its file says 0.0.' })],
  });
  await expect(row).toContainText('Failed');
  await expect(page.getByRole('list', { name: 'Open errors' })).toContainText('its file says 0.0');
});
