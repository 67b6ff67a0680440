/** What happened at 03:12 in a run of three weeks ago, whose VM is gone? */
import { test, expect, vmName } from './support/bench.ts';
import { setReady, startRun } from './support/scenes.ts';
import { recordNight } from './support/timeline-states.ts';
import { pruneNow } from '../support/prune.ts';
import { conditionOf, errorOf } from '../unit/feed/fixtures.ts';

test('what happened at 03:12 is three clicks and a time away', async ({ bench, page, complaints }) => {
  setReady(bench.feed);
  recordNight(bench.feed);
  // Their events are gone.
  pruneNow(bench.feed, { olderThanMs: 86_400_000 });
  await page.goto(bench.url);
  let clicks = 0;
  const click = async (name: RegExp): Promise<void> => {
    clicks += 1;
    await page.getByRole('link', { name }).click();
  };
  await click(/^Runs$/);
  await click(/a-vm-of-three-weeks-ago$/);
  await click(/^Timeline$/);
  await page.getByLabel('Go to').fill('03:12');
  await page.keyboard.press('Enter');
  expect(clicks).toBeLessThanOrEqual(3);

  const found = page.getByRole('list', { name: 'What was on at this time' });
  await expect(found).toContainText('The benchmark server does not answer: connection refused.');
  await expect(page.getByRole('heading', { name: /^At \w+ \d+ \w+, 03:12$/ })).toBeVisible();
  await expect(page).toHaveURL(/timeline\?at=\d{4}-\d\d-\d\dT/);

  await page.reload();
  await expect(found).toContainText('connection refused');

  // A task leads to its film, and the way back to the moment.
  await page.getByLabel('Go to').fill('03:13');
  await page.keyboard.press('Enter');
  await found.getByRole('link').first().click();
  await expect(page).toHaveURL(/\/tasks\/.*attempt=1$/);
  await page.goBack();
  await expect(page.getByRole('heading', { name: /^At .*03:13$/ })).toBeVisible();
  // So does the way over another tab.
  await page.getByRole('link', { name: 'Details', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'The run', exact: true })).toBeVisible();
  await page.getByRole('link', { name: 'Timeline', exact: true }).click();
  await expect(page.getByRole('heading', { name: /^At .*03:13$/ })).toBeVisible();
  await page.close();
  // Nothing of the task was kept.
  expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
  complaints.length = 0;
});

test('a run that is on shows an error as it begins and recovers', async ({ bench, page }) => {
  const { feed } = bench;
  setReady(feed);
  feed.firstSeen(vmName, Date.now() - 9_000_000);
  feed.noteHeard(vmName, { at: Date.now(), cost: null });
  startRun(feed, 3, 12, { run_id: 'run-on', started_at: new Date(Date.now() - 600_000).toISOString() });
  await page.goto(`${bench.url}/#/runs/run-on/timeline`);
  const list = page.getByRole('list', { name: 'Events of the run' });
  await expect(list.getByRole('listitem')).not.toHaveCount(0);
  const at = Date.now();
  const began_at = new Date(at).toISOString();
  const error = errorOf(vmName, { code: 'probe_down', message: 'It does not answer.', began_at });
  feed.commit({ vm: vmName, at, began: [{ ...conditionOf(vmName, 'probe_down', at), error }] });
  const entry = list.getByRole('listitem').filter({ hasText: 'It does not answer.' });
  await expect(entry).toContainText('not over');
  feed.commit({ vm: vmName, at: Date.now(), ended: [{ code: 'probe_down', message: 'It is back.' }] });
  await expect(entry).toContainText('It is back.');
});
