/** The report of a run: saved from its page, and opened where there is neither BenchTray nor a network. */
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { pathToFileURL } from 'node:url';
import { stepPicture } from '../../src/main/engine/demo/picture.ts';
import { keepScreens } from '../support/kept-screens.ts';
import { conditionOf, errorOf } from '../unit/feed/fixtures.ts';
import { test, expect } from './support/bench.ts';
import { expectAccessible, forms, showIn } from './support/looks.ts';
import { oldRun, recordRun } from './support/run-scenes.ts';
import { setReady } from './support/scenes.ts';

test('the report of a run on a VM that is gone opens without a network', async ({
  bench,
  browser,
  page,
}, testInfo) => {
  const { feed, dataDir } = bench;
  setReady(feed);
  recordRun(feed, { ...oldRun, done: 24, total: 154 });
  const vm = oldRun.vm ?? '';
  const during = oldRun.startedAt + 10 * 60_000;
  feed.commit({
    vm,
    at: during,
    began: [{ ...conditionOf(vm, 'probe_down', during), error: errorOf(vm, { code: 'probe_down' }) }],
  });
  const failed = feed.tasksOf(oldRun.runId).filter(({ success }) => !success);
  for (const [index, task] of failed.slice(0, 4).entries())
    await keepScreens(dataDir, feed, task, [stepPicture(1, index * 40), stepPicture(2, index * 40)]);

  // Two clicks from the list of runs.
  await page.goto(`${bench.url}/#/runs`);
  await page.getByRole('link', { name: /a-vm-of-three-weeks-ago$/ }).click();
  const saving = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Report', exact: true }).click();
  const saved = await saving;
  expect(saved.suggestedFilename()).toBe(`${oldRun.runId}.html`);
  const file = join(testInfo.outputDir, 'report.html');
  await saved.saveAs(file);

  const context = await browser.newContext({ offline: true });
  const report = await context.newPage();
  const complaints: string[] = [];
  report.on('console', (message) => complaints.push(message.text()));
  report.on('pageerror', (error) => complaints.push(error.message));
  report.on('request', (request) => {
    if (!/^(?:file|data):/.test(request.url())) complaints.push(request.url());
  });
  await report.goto(pathToFileURL(file).href);
  await expect(report.getByRole('heading', { level: 1 })).toContainText('a-vm-of-three-weeks-ago');
  await expect(report.getByRole('img', { name: /^\d+ Passed, / })).toBeVisible();
  await expect(report.getByRole('table', { name: 'Incidents' })).toContainText('probe_down');
  await expect(report.getByText('You exceeded your current quota').first()).toBeVisible();
  const pictures = report.getByRole('img', { name: /^Screen at the end of / });
  await expect(pictures).toHaveCount(8);
  const widths = await pictures.evaluateAll((all) =>
    all.map((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
  );
  expect(widths).toEqual(Array.from({ length: 8 }, () => 320));
  // From the table to the screenshots of a task.
  await report.getByRole('table', { name: 'Tasks' }).getByRole('link').first().click();
  await expect(report).toHaveURL(/#failed-1$/);
  await expect(report.locator('#failed-1')).toBeInViewport();

  // Once all of it: the other looks leave out what is alike.
  const { violations } = await new AxeBuilder({ page: report }).setLegacyMode(true).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
  for (const form of forms.slice(1)) {
    await showIn(report, form);
    await expectAccessible(report, form);
  }
  const printed = await report.pdf({ format: 'A4' });
  expect(printed.subarray(0, 4).toString()).toBe('%PDF');
  expect(complaints).toEqual([]);
  await context.close();
});
