/** The log of a run: which line shows the error is three clicks away, also when the VM is gone. */
import type { Page } from '@playwright/test';
import { test, expect, type Bench } from './support/bench.ts';
import { keepRunningLog, logPath, recordLog } from './support/log-scenes.ts';
import { oldRun } from './support/run-scenes.ts';
import { setReady, startRun } from './support/scenes.ts';

const log = (page: Page) => page.getByRole('region', { name: 'Log of the run' });
/** What of an element is needed here; the types of a browser are not at hand in a test. */
interface Line {
  readonly textContent: string;
  getBoundingClientRect(): { readonly top: number };
}
/** Returns the first line in view; null: none. */
const firstSeen = async (page: Page): Promise<string | null> => {
  const top = (await log(page).boundingBox())?.y ?? 0;
  return log(page)
    .locator('.text')
    .evaluateAll((texts: Line[], listTop) => {
      const seen = texts.filter((text) => text.getBoundingClientRect().top > listTop - 2);
      seen.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top);
      return seen[0]?.textContent ?? null;
    }, top);
};
/** Returns the first line in view, once its place is kept: when the scrolling rests. */
async function lineAtRest(bench: Bench, page: Page): Promise<string> {
  let line = '';
  await expect(async () => {
    const place = await page.evaluate<unknown>('history.state.logPlace');
    const read = await page.request.get(`${bench.url}/api/runs/${oldRun.runId}/log?from=${String(place)}`);
    [line = ''] = (await read.text()).split('\n');
    expect(await firstSeen(page)).toBe(line);
  }).toPass();
  return line;
}
const marked = (page: Page) => log(page).locator('[aria-current]');

test('three clicks lead to the line that shows the error of a task, and a reload stays there', async ({
  bench,
  page,
}) => {
  const tasks = recordLog(bench, { tasks: 60 });
  const failed = tasks.findLast(({ outcome }) => outcome === 'exception');
  await page.goto(bench.url);
  let clicks = 0;
  const click = async (name: string): Promise<void> => {
    clicks += 1;
    await page.getByRole('link', { name, exact: true }).first().click();
  };
  await click('Runs');
  clicks += 1;
  await page.getByRole('table').getByRole('link').first().click();
  await click(`Log of ${failed?.taskId ?? ''}`);
  expect(clicks).toBeLessThanOrEqual(3);
  await expect(marked(page)).toContainText(`/${failed?.taskId ?? ''}: openai.RateLimitError`);
  await expect(marked(page)).toBeInViewport();
  await expect(page.getByRole('combobox', { name: 'Task' })).toContainText('(error)');

  await page.reload();
  await expect(marked(page)).toContainText('openai.RateLimitError');
  await page.goBack();
  await expect(page.getByRole('table')).toBeVisible();
  await page.goForward();
  await expect(marked(page)).toContainText('openai.RateLimitError');
});

test('the verdict of a task leads to its line, and another tab back to the same place', async ({
  bench,
  page,
  complaints,
}) => {
  const tasks = recordLog(bench, { tasks: 60, talk: 30 });
  const failed = tasks.findLast(({ outcome }) => outcome === 'exception');
  await page.goto(`${bench.url}/#/runs/${oldRun.runId}`);
  await page
    .getByRole('link', { name: `Steps of ${failed?.taskId ?? ''}`, exact: true })
    .first()
    .click();
  await page.getByRole('link', { name: 'Show the error in the log' }).click();
  await expect(marked(page)).toContainText(`/${failed?.taskId ?? ''}: openai.RateLimitError`);

  await log(page).hover();
  await page.mouse.wheel(0, -10_000);
  await expect(marked(page)).not.toBeInViewport();
  const line = await lineAtRest(bench, page);
  await page.getByRole('link', { name: 'Charts', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Score by domain' })).toBeVisible();
  await page.getByRole('link', { name: 'Log', exact: true }).click();
  await expect.poll(() => firstSeen(page)).toBe(line);
  await page.close();
  // Nothing but the log was kept of the task.
  expect(complaints.splice(0).filter((text) => !text.includes('404'))).toEqual([]);
});

test('a search leads from line to line, and its address to the same line', async ({ bench, page }) => {
  recordLog(bench, { tasks: 60 });
  await page.goto(`${bench.url}/${logPath()}`);
  await expect(log(page)).toContainText('Average score: 0.55');
  await page.keyboard.press('/');
  await page.keyboard.type('exceeded');
  await expect(page.getByRole('status').filter({ hasText: /of 1\d lines/ })).toBeVisible();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Shift+Enter');
  await log(page).focus();
  await page.keyboard.press('n');
  await page.keyboard.press('n');
  await page.keyboard.press('Shift+N');
  await expect(marked(page).locator('mark')).toHaveText('exceeded');
  const text = await marked(page).innerText();
  const address = page.url();
  await page.goto('about:blank');
  await page.goto(address);
  await expect(marked(page)).toHaveText(text, { useInnerText: true });
});

test('scrolls through a long log with the wheel and the keys, and comes back to where it was', async ({
  bench,
  page,
}) => {
  recordLog(bench, { tasks: 60, talk: 30 });
  await page.goto(`${bench.url}/${logPath('?from=0')}`);
  await expect(log(page)).toContainText('Cleaning results directory');
  await log(page).focus();
  await page.keyboard.press('End');
  await expect(log(page)).toContainText('Average score: 0.55');
  await page.keyboard.press('Home');
  await expect(log(page)).toContainText('Cleaning results directory');
  await log(page).hover();
  await page.mouse.wheel(0, 30_000);
  await expect(log(page)).not.toContainText('Cleaning results directory');
  const line = await lineAtRest(bench, page);
  await page.reload();
  await expect.poll(() => firstSeen(page)).toBe(line);
});

test('follows a run that is on while its end is seen', async ({ bench, page }) => {
  setReady(bench.feed);
  startRun(bench.feed, 2, 12, { run_id: 'run-on' });
  keepRunningLog(bench, 'run-on', 3);
  await page.goto(`${bench.url}/#/runs/run-on/log`);
  await expect(page.getByText('New lines appear as they come')).toBeVisible();
  keepRunningLog(bench, 'run-on', 4);
  await expect(log(page)).toContainText('the window of task 4 is in front');
  await log(page).hover();
  await page.mouse.wheel(0, -3_000);
  await page.getByRole('button', { name: 'To the end' }).click();
  await expect(page.getByText('New lines appear as they come')).toBeVisible();
});

test('the log is saved as a file', async ({ bench, page }) => {
  recordLog(bench, { tasks: 5 });
  await page.goto(`${bench.url}/${logPath()}`);
  await expect(log(page)).toContainText('Average score: 0.55');
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Log', exact: true }).last().click();
  expect((await download).suggestedFilename()).toBe(`${oldRun.runId}.log`);
});
