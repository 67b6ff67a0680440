/** What two runs did in one task, side by side. */
import type { Locator, Page } from '@playwright/test';
import { test, expect, expectNoSidewaysScrolling } from './support/bench.ts';
import { filmRunId, filmTask, laterRunId, pairPath, recordFilm } from './support/film-scenes.ts';
import { newRun, oldRun, recordPair } from './support/run-scenes.ts';
import { setReady } from './support/scenes.ts';

const picture = (page: Page, side: 'A' | 'B') => page.getByRole('img', { name: new RegExp(`^${side}: `) });
const step = (page: Page) => page.getByTestId('film-step');
const title = filmTask.instruction ?? '';

test('both films of a task are three clicks away from the dashboard, and move together', async ({
  bench,
  page,
}) => {
  setReady(bench.feed);
  recordFilm(bench, { later: { steps: 4 } });
  await page.goto(bench.url);
  let clicks = 0;
  const click = async (target: Locator): Promise<void> => {
    clicks += 1;
    await target.click();
  };
  await click(
    page.getByRole('region', { name: 'Last runs' }).getByRole('listitem').first().getByRole('link').first(),
  );
  await click(page.getByRole('link', { name: 'Compare with the run before' }));
  await expect(page.getByRole('heading', { name: 'Compare two runs' })).toBeFocused();
  const improved = page.locator('[data-change="improved"]').getByRole('link', { name: /^B: Passed/ });
  await click(improved);
  expect(clicks).toBe(3);
  await expect(page.getByRole('heading', { name: title })).toBeFocused();
  await expect(page).toHaveTitle(`${title} – BenchTray`);
  await expect(page.getByTestId('verdict-a')).toHaveText('Failed');
  await expect(page.getByTestId('verdict-b')).toHaveText('Passed');
  await expect(picture(page, 'A')).toHaveAccessibleName('A: Before the first step');
  await expect(picture(page, 'B')).toHaveAccessibleName('B: Before the first step');

  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(picture(page, 'A')).toHaveAccessibleName(/^A: Step 2 of 6: computer\.mouse/);
  await expect(picture(page, 'B')).toHaveAccessibleName(/^B: Step 2 of 4: computer\.mouse/);
  await expect(page.getByRole('region', { name: 'Step of B' })).toContainText(
    'Step 2: the window is in front',
  );
  await page.keyboard.press('End');
  await expect(step(page)).toHaveText('Step 6 of 6');
  await expect(page.getByTestId('step-b')).toHaveText('Step 4 of 4, ended before step 6');
  await expect(page).toHaveURL(/&step=6$/);
  await page.reload();
  await expect(page.getByTestId('step-a')).toHaveText('Step 6 of 6');

  await page.getByRole('link', { name: 'Film of B alone' }).click();
  await expect(page).toHaveURL(new RegExp(`#/runs/${laterRunId}/tasks/.*attempt=1&step=4$`));
  await page.goBack();
  await page.getByRole('link', { name: 'The comparison' }).click();
  await expect(improved).toBeVisible();
});

test('each film moves by itself if that is wanted, and the address has both places', async ({
  bench,
  page,
}) => {
  setReady(bench.feed);
  recordFilm(bench);
  await page.goto(`${bench.url}/${pairPath('&step=2')}`);
  await expect(page.getByTestId('step-b')).toHaveText('Step 2 of 6');
  await page.getByRole('checkbox', { name: 'Move both films together' }).uncheck();
  const controls = (side: 'A' | 'B') => page.getByRole('group', { name: `Steps of ${side}` });
  await controls('B').getByRole('button', { name: 'Next step' }).click();
  await expect(step(page).last()).toHaveText('Step 3 of 6');
  await expect(step(page).first()).toHaveText('Step 2 of 6');
  // The keys move the film that was used last.
  await page.keyboard.press('ArrowRight');
  await expect(step(page).last()).toHaveText('Step 4 of 6');
  await expect(page).toHaveURL(/&step=2&step_b=4$/);
  await page.reload();
  await expect(step(page).last()).toHaveText('Step 4 of 6');
  await controls('A').getByRole('slider').focus();
  await page.keyboard.press('End');
  await expect(step(page).first()).toHaveText('Step 6 of 6');
  await page.getByRole('checkbox', { name: 'Move both films together' }).check();
  await expect(page.getByTestId('step-b')).toHaveText('Step 6 of 6');
  await expect(page).toHaveURL(/&step=6$/);
  await page.keyboard.press('Home');
  await page.getByRole('heading', { name: title }).focus();
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  await expect(page.getByTestId('step-b')).toHaveText('Step 2 of 6');
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Play' })).toBeVisible();
});

test('a way back finds the comparison as it was left', async ({ bench, page, complaints }) => {
  setReady(bench.feed);
  recordPair(bench.feed);
  await page.goto(`${bench.url}/#/compare?a=${oldRun.runId}&b=${newRun.runId}&q=the`);
  await page.getByRole('heading', { name: /^The same/ }).click();
  const link = page.locator('[data-change="same"] tbody tr').nth(20).getByRole('link').first();
  await link.scrollIntoViewIfNeeded();
  const scrolled = () =>
    page.locator('html').evaluate((root: { readonly scrollTop: number }) => root.scrollTop);
  await expect.poll(scrolled).toBeGreaterThan(500);
  const before = await scrolled();
  await link.click();
  await expect(page.getByTestId('change')).toHaveText('The same');
  await expect(page.getByText(/^Task \d+ of \d+$/)).toBeVisible();
  await page.goBack();
  await expect(link).toBeFocused();
  await expect.poll(scrolled).toBe(before);
  await expect(page.getByRole('searchbox', { name: 'Search' })).toHaveValue('the');

  await link.press('Enter');
  const position = page.getByRole('navigation', { name: 'Compared tasks' }).getByText(/^Task \d+ of \d+$/);
  const first = (await position.textContent()) ?? '';
  await page.keyboard.press('j');
  await expect(position).not.toHaveText(first);
  await page.keyboard.press('k');
  await expect(position).toHaveText(first);
  await page.getByRole('link', { name: 'The comparison' }).click();
  await expect(link).toBeFocused();
  await expect(link).toBeInViewport();
  expect(complaints.splice(0).every((text) => text.includes('404'))).toBe(true);
});

test('a film that is gone says why, and the other one is shown', async ({ bench, page, complaints }) => {
  setReady(bench.feed);
  recordFilm(bench, {
    later: { problem: { kind: 'absent', detail: 'BenchTray did not copy this task.' } },
  });
  await page.setViewportSize({ width: 360, height: 800 });
  await page.goto(`${bench.url}/${pairPath()}`);
  const filmOfB = page.getByRole('region', { name: 'Film of B' });
  await expect(filmOfB).toContainText('BenchTray did not copy this task.');
  await expect(page.getByRole('checkbox', { name: 'Move both films together' })).toHaveCount(0);
  // The film of A may come after the answer that B has none.
  await expect(picture(page, 'A')).toHaveAccessibleName('A: Before the first step');
  await page.keyboard.press('ArrowRight');
  await expect(picture(page, 'A')).toHaveAccessibleName(/^A: Step 1 of 6/);
  await expectNoSidewaysScrolling(page);

  await page.goto(
    `${bench.url}/${pairPath().replace(`a=${filmRunId}&b=${laterRunId}`, `a=${laterRunId}&b=${filmRunId}`).replace(filmTask.taskId, '10000000-first-WOS').replace('notepad', 'libreoffice_calc')}`,
  );
  await expect(page.getByText('A has not ended this task')).toBeVisible();
  await expect(page.getByTestId('change')).toHaveText('Only in B');
  await page.goto(`${bench.url}/${pairPath().replace(filmTask.taskId, 'no-such-task')}`);
  await expect(page.getByText('Neither run has ended this task')).toBeVisible();
  expect(complaints.splice(0).every((text) => text.includes('404'))).toBe(true);
});
