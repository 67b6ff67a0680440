/** What is not kept on this machine, and why: in the API and on the pages. */
import { test, expect } from './support/bench.ts';
import { filmPath, recordFilm } from './support/film-scenes.ts';
import { oldRun, recordMissing, recordRun } from './support/run-scenes.ts';
import { setReady } from './support/scenes.ts';

test('a run says which of its screenshots were removed, when, and the way out', async ({ bench, page }) => {
  setReady(bench.feed);
  recordRun(bench.feed, oldRun);
  recordMissing(bench.feed, oldRun.runId, [
    { from: 0, to: 40, why: 'room' },
    { from: 40, to: 154, why: 'setting' },
  ]);
  const removed =
    /^The screenshots of 40 of 154 tasks were removed on \d+ \w+ \d{4}, to stay within "history\.maxMegabytes" \(now 2,000 MB\)\./;
  const answer = await page.request.get(`${bench.url}/api/runs/${oldRun.runId}`);
  expect(((await answer.json()) as { readonly kept: unknown }).kept).toMatchObject({
    ...{ with_screenshots: 0, with_steps: 0, log_bytes: null },
    missing: [
      { what: 'screenshots', why: 'room', attempts: 40, text: expect.stringMatching(removed) as unknown },
      { what: 'screenshots', why: 'setting', attempts: 114 },
      { what: 'log', why: 'log-off', attempts: null },
    ],
  });
  await page.goto(`${bench.url}/#/runs/${oldRun.runId}`);
  const notes = page.getByRole('list', { name: 'What is not kept' });
  await expect(notes.getByText(removed)).toContainText('Raise "history.maxMegabytes" to keep more.');
  await expect(notes.getByText('because of "history.screenshots" (now "failures")')).toBeVisible();
  await page.goto(`${bench.url}/#/runs/${oldRun.runId}/details`);
  await expect(page.getByRole('region', { name: 'Kept on this machine' })).toContainText(
    '0 of 154 ended attempts',
  );
  await expect(notes.getByText(removed)).toBeVisible();
});

test('a film whose screenshots were removed keeps its steps, and says why it has no screenshots', async ({
  bench,
  page,
}) => {
  setReady(bench.feed);
  const missing = 'BenchTray removed the kept screenshots of this task.';
  recordFilm(bench, { texts: { screens: [], missing } });
  await page.goto(`${bench.url}/${filmPath('&step=2')}`);
  await expect(page.getByText(`This step has no screenshot. ${missing}`)).toBeVisible();
  await expect(page.getByText('Step 2: the window is in front')).toBeVisible();
  await expect(page.getByRole('list', { name: 'Notes' })).toContainText(missing);
});
