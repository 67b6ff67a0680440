/**
 * The questions of the morning after, each answered in three clicks at most. All but the one about the end of a run are put when the VM
 * has been deleted in the middle of it.
 */
import { readFileSync } from 'node:fs';
import { test as base, type Locator, type Page } from '@playwright/test';
import { expect } from './support/bench.ts';
import { playStory, type Aftermath, type Story } from './support/told-story.ts';

/** Clicks, and counts them. */
type Click = (target: Locator) => Promise<void>;

const test = base.extend<{ click: Click }, { story: Story }>({
  story: [
    // eslint-disable-next-line no-empty-pattern -- Playwright takes the names of fixtures from a pattern
    async ({}, use) => {
      await using story = await playStory();
      await use(story);
    },
    { scope: 'worker', timeout: 240_000 },
  ],
  // eslint-disable-next-line no-empty-pattern -- the same
  async click({}, use) {
    let clicks = 0;
    await use(async (target) => {
      clicks += 1;
      await target.click();
    });
    expect(clicks).toBeLessThanOrEqual(3);
  },
});
// The story is played once, and its VM is deleted after the first test.
test.describe.configure({ mode: 'default' });

const link = (page: Page, name: string | RegExp): Locator => page.getByRole('link', { name, exact: true });
const lastRuns = (page: Page): Locator => page.getByRole('region', { name: 'Last runs' });
const figure = (page: Page, label: string): Locator =>
  page
    .locator('dl > div')
    .filter({ has: page.getByText(label, { exact: true }) })
    .locator('dd');
const cellOf = (page: Page, run: Aftermath['first'], taskId: string): Locator => {
  const place = run.tasks.findIndex(({ task_id }) => task_id === taskId) + 1;
  return page
    .getByRole('toolbar', { name: 'Tasks in order' })
    .getByRole('button', { name: new RegExp(`^Task ${place} of `) });
};

/** Opens Now when the VM is gone. */
async function morning(page: Page, story: Story): Promise<Aftermath> {
  const aftermath = await story.withoutVm();
  await page.goto(story.url);
  return aftermath;
}

/** One click. */
async function openFirstRun(page: Page, click: Click): Promise<void> {
  await click(lastRuns(page).getByRole('listitem').getByRole('link').first());
}

test('when will it end, and what will it cost by then?', async ({ story, page }) => {
  await page.goto(story.url);
  await expect(figure(page, 'Ends about')).toHaveText(/\d\d:\d\d/);
  await expect(figure(page, 'Cost at the end, about')).toHaveText(/\$\d+\.\d\d/);
});

test('did it finish, and when?', async ({ story, page, click }) => {
  await morning(page, story);
  await expect(lastRuns(page)).toContainText('Finished');
  await openFirstRun(page, click);
  await expect(figure(page, 'Ended')).toHaveText(/\d\d:\d\d/);
});

test('what is the score, per domain?', async ({ story, page, click }) => {
  const { first } = await morning(page, story);
  await openFirstRun(page, click);
  await expect(figure(page, 'Mean score')).toContainText(`${((first.mean_score ?? 0) * 100).toFixed(1)} %`);
  await click(link(page, 'Charts'));
  for (const domain of new Set(first.tasks.map((task) => task.domain)))
    await expect(page.getByText(domain ?? '', { exact: true }).first()).toBeVisible();
});

test('which tasks failed, and why?', async ({ story, page, click }) => {
  const { first, raised } = await morning(page, story);
  await openFirstRun(page, click);
  await click(page.getByRole('button', { name: /^Failed/ }));
  const failed = first.tasks.filter(({ outcome, success }) => outcome === 'scored' && !success);
  await expect(page.locator('tr[data-task]')).toHaveCount(failed.length);
  await click(page.getByRole('button', { name: /^Error/ }));
  await expect(page.locator('tr[data-task]').filter({ hasText: raised.task_id })).toContainText(
    raised.message?.slice(0, 40) ?? '',
  );
});

test('what did the agent do, step by step?', async ({ story, page, click }) => {
  const { first, failed } = await morning(page, story);
  await openFirstRun(page, click);
  await click(cellOf(page, first, failed.task_id));
  await expect(page.getByTestId('verdict')).toHaveText('Failed');
  // The keys move the film, which may come after the verdict.
  await expect(page.getByTestId('film-step')).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByTestId('film-step')).toHaveText(/^Step 2 of \d+$/);
  await expect(page.getByRole('img', { name: /^Step 2 of \d+(?!.*not loaded)/ })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Log of this step' })).toContainText('Step 2');
});

test('did the infrastructure break?', async ({ story, page, click }) => {
  await morning(page, story);
  await openFirstRun(page, click);
  await click(link(page, 'Timeline'));
  await expect(
    page
      .getByRole('list', { name: 'Events of the run' })
      .getByRole('listitem')
      .filter({ hasText: 'SSH' })
      .first(),
  ).toBeVisible();
});

test('is it better than the run before, on which tasks, and is the difference real?', async ({
  story,
  page,
  click,
}) => {
  await morning(page, story);
  await click(page.getByRole('link', { name: 'Open the run' }));
  await click(page.getByRole('link', { name: 'Compare with the run before' }));
  await expect(page.getByText(/ points over \d+ common tasks; |^A and B /).first()).toBeVisible();
  const regressed = page.locator('[data-change="regressed"] tbody tr').first();
  await click(regressed.getByRole('link', { name: /^B: / }));
  await expect(page.getByTestId('verdict-a')).toHaveText('Passed');
  await expect(page.getByTestId('change')).toHaveText('Regressed');
});

test('what did it cost, and does the VM still cost money?', async ({ story, page, click }) => {
  await morning(page, story);
  await expect(page.getByText(/Cost unknown \(was \$1\.20 per hour\)/)).toBeVisible();
  await openFirstRun(page, click);
  await expect(figure(page, 'Cost')).toHaveText(/\$\d+\.\d\d/);
});

test('which line of the log shows the error?', async ({ story, page, click }) => {
  const { raised } = await morning(page, story);
  await openFirstRun(page, click);
  await click(link(page, `Log of ${raised.task_id}`));
  const line = page.getByRole('region', { name: 'Log of the run' }).locator('[aria-current]');
  await expect(line).toContainText(`Exception in ${raised.domain ?? ''}/${raised.task_id}`);
});

test('how is the result sent to a colleague?', async ({ story, page, click, context }, testInfo) => {
  const { first, failed } = await morning(page, story);
  await openFirstRun(page, click);
  const saved = page.waitForEvent('download');
  await click(link(page, 'Report'));
  const download = await saved;
  const file = testInfo.outputPath(download.suggestedFilename());
  await download.saveAs(file);
  expect(readFileSync(file, 'utf8')).toContain(failed.task_id);
  // The colleague has neither BenchTray nor a network.
  await context.setOffline(true);
  await page.goto(`file://${file}`);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.getByText(first.vm).first()).toBeVisible();
});

test('what happened at a certain time?', async ({ story, page, click }) => {
  const { first, raised } = await morning(page, story);
  await openFirstRun(page, click);
  await click(link(page, 'Timeline'));
  const at = new Date(Date.parse(raised.finished_at ?? '') - 50);
  await page.getByLabel('Go to').fill(at.toTimeString().slice(0, 8));
  await page.keyboard.press('Enter');
  await expect(
    page.getByRole('list', { name: 'What was on at this time' }).getByRole('listitem'),
  ).not.toHaveCount(0);
  expect(first.tasks).toContainEqual(raised);
});

test('all of that for an older run', async ({ story, page, click }) => {
  const { first, failed } = await morning(page, story);
  await click(link(page, 'Runs'));
  await click(page.getByRole('table').getByRole('link').last());
  await expect(figure(page, 'Tasks done')).toHaveText(`${first.tasks.length} of ${first.tasks.length}`);
  await click(cellOf(page, first, failed.task_id));
  await expect(page.getByRole('img', { name: /^(Before|Step)(?!.*not loaded)/ })).toBeVisible();
});
