/** What the agent did in a task, step by step: three clicks from the dashboard at most. */
import type { Page } from '@playwright/test';
import { test, expect } from './support/bench.ts';
import { filmPath, filmRunId, filmTask, recordFilm } from './support/film-scenes.ts';
import { setReady } from './support/scenes.ts';

const picture = (page: Page) => page.getByRole('img', { name: /^(Step|Before)/ });
const slider = (page: Page) => page.getByRole('slider', { name: 'Step' });

test('a failed task of an old run is three clicks away, and can be stepped through', async ({
  bench,
  page,
}) => {
  setReady(bench.feed);
  recordFilm(bench);
  await page.goto(bench.url);
  let clicks = 0;
  clicks += 1;
  await page.getByRole('link', { name: 'Runs', exact: true }).click();
  clicks += 1;
  await page.getByRole('table').getByRole('link').last().click();
  clicks += 1;
  await page
    .getByRole('toolbar', { name: 'Tasks in order' })
    .getByRole('button', { name: /Task 2 of 3/ })
    .click();
  expect(clicks).toBeLessThanOrEqual(3);
  await expect(page.getByRole('heading', { name: filmTask.instruction ?? '' })).toBeFocused();
  await expect(page).toHaveTitle(`${filmTask.instruction ?? ''} – BenchTray`);

  await page.goto(`${bench.url}/${filmPath()}`);
  await expect(page.getByTestId('verdict')).toHaveText('Failed');
  await expect(picture(page)).toHaveAccessibleName('Before the first step');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(picture(page)).toHaveAccessibleName(/^Step 2 of 6: computer\.mouse\.move/);
  await expect(page.getByText('Step 2: the window is in front')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Log of this step' })).toContainText(
    'Step 2: computer.mouse',
  );
  await expect(page.getByRole('region', { name: 'Log of this step' })).not.toContainText('Step 3');
  await expect(page).toHaveURL(/&step=2$/);
  await page.reload();
  await expect(page.getByTestId('film-step')).toHaveText('Step 2 of 6');
  await page.keyboard.press('End');
  await expect(page.getByTestId('film-step')).toHaveText('Step 6 of 6');
  await expect(slider(page)).toHaveAttribute('aria-valuetext', 'Step 6 of 6: DONE');
});

test('the film plays to its end, and the keys lead to the tasks around', async ({ bench, page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  setReady(bench.feed);
  recordFilm(bench);
  await page.goto(`${bench.url}/${filmPath('&step=4')}`);
  await expect(page.getByTestId('film-step')).toHaveText('Step 4 of 6');
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  await expect(page.getByTestId('film-step')).toHaveText('Step 6 of 6');
  await expect(page.getByRole('button', { name: 'Play' })).toBeVisible();

  await page.keyboard.press('k');
  await expect(page.getByRole('heading', { name: 'Sort the table by its second column.' })).toBeFocused();
  await page.keyboard.press('j');
  await expect(page.getByRole('heading', { name: filmTask.instruction ?? '' })).toBeFocused();
  await page.keyboard.press('j');
  await expect(page.getByTestId('reason')).toContainText('You exceeded your current quota');
  await page.goBack();
  await expect(page.getByRole('heading', { name: filmTask.instruction ?? '' })).toBeFocused();

  await page.getByRole('link', { name: 'Attempt 1' }).click();
  await expect(page.getByTestId('verdict')).toHaveText('Failed');
  const others = page.getByRole('region', { name: 'The same task in other runs' });
  await others.getByRole('link').click();
  await expect(page).toHaveURL(/#\/runs\/run-later\/tasks\//);
  await expect(page.getByTestId('verdict')).toHaveText('Passed');
});

test('screenshots far from the step are let go, and each is fetched once', async ({ bench, page }) => {
  setReady(bench.feed);
  recordFilm(bench);
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/screens/')) asked.push(request.url());
  });
  await page.goto(`${bench.url}/${filmPath()}`);
  await expect(picture(page)).toHaveAccessibleName('Before the first step');
  for (let step = 1; step <= 6; step += 1) {
    await page.keyboard.press('ArrowRight');
    await expect(picture(page)).toHaveAccessibleName(new RegExp(`^Step ${step} of 6: (?!.*not loaded)`));
  }
  await page.keyboard.press('Home');
  await expect(picture(page)).toHaveAccessibleName('Before the first step');
  expect(asked).toHaveLength(7);
});

test('a screenshot that comes late or never says so, and is asked for again', async ({
  bench,
  page,
  complaints,
}) => {
  setReady(bench.feed);
  recordFilm(bench, { blind: [3] });
  let isBusy = true as boolean;
  await page.route('**/screens/**step_1_**', (route) =>
    isBusy
      ? route.fulfill({
          status: 503,
          contentType: 'application/problem+json',
          body: JSON.stringify({ status: 503, detail: 'Too many ask for screenshots of this VM.' }),
        })
      : route.fallback(),
  );
  await page.route('**/screens/**step_2_**', (route) =>
    route.fulfill({ contentType: 'image/png', body: 'no' }),
  );
  await page.goto(`${bench.url}/${filmPath('&step=1')}`);
  await expect(page.getByText('Too many ask for screenshots of this VM.')).toBeVisible();
  isBusy = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(picture(page)).toHaveAccessibleName(/^Step 1 of 6/);
  await page.keyboard.press('ArrowRight');
  await expect(page.getByText('The image is damaged')).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByText('This step has no screenshot')).toBeVisible();
  await page.close();
  expect(complaints.filter((text) => !text.includes('503'))).toEqual([]);
  complaints.length = 0;
});

test('a VM that is gone leaves the verdict, and says why there is no film', async ({
  bench,
  page,
  complaints,
}) => {
  setReady(bench.feed);
  recordFilm(bench);
  bench.screens = null;
  await page.goto(`${bench.url}/${filmPath()}`);
  await expect(page.getByText('There is no film of this task')).toBeVisible();
  await expect(page.getByText('is not watched any more')).toBeVisible();
  await expect(page.getByTestId('verdict')).toHaveText('Failed');
  const others = page.getByRole('region', { name: 'The same task in other runs' });
  await expect(others.getByRole('link')).toHaveAttribute('href', /#\/runs\/run-later\/tasks\//);
  await page.keyboard.press('k');
  await expect(page).toHaveURL(new RegExp(`#/runs/${filmRunId}/tasks/10000000-first-WOS`));
  await page.close();
  complaints.length = 0;
});
