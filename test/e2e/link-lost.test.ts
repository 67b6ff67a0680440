import { test, expect } from './support/bench.ts';
import { routeStream } from './support/route-stream.ts';
import { completeTask, nthTask, setReady, startRun } from './support/scenes.ts';

test('a lost link is said, makes the figures old, and is taken up again', async ({
  bench,
  page,
  complaints,
}) => {
  setReady(bench.feed);
  startRun(bench.feed, 5, 12);
  await page.goto(bench.url);
  await expect(page.locator('tbody tr')).toHaveCount(5);
  await bench.goAway();
  await expect(page.getByTestId('link-banner')).toContainText(/Last heard \d+ (s|min) ago, reconnecting/);
  await expect(page.getByTestId('link')).toHaveText('Not connected');
  // Nothing may look well: neither by its words nor by its shape.
  await expect(page.getByTestId('vm-state')).toHaveText('Last known: Ready');
  await expect(page.getByTestId('run-state')).toHaveText('Last known: Running');
  await expect(page.getByTestId('as-of')).toContainText(/As of \d\d:\d\d:\d\d, \d+ (s|min) ago/);
  await expect(page.locator('header [data-mark="ok"], header [data-mark="run"]')).toHaveCount(0);
  await expect(page).toHaveTitle(/^Not connected – 5\/12/);
  await expect(page.getByRole('alert')).toHaveText('Connection to BenchTray lost');

  await bench.comeBack();
  setReady(bench.feed);
  completeTask(bench.feed, nthTask(5));
  startRun(bench.feed, 6, 12);
  await expect(page.getByTestId('link-banner')).toHaveCount(0);
  await expect(page.getByTestId('vm-state')).toHaveText('Ready');
  // What ended in between is there, and there once.
  await expect(page.locator('tbody tr')).toHaveCount(6);
  await expect(page.getByTestId('count')).toHaveText('6 of 12 tasks');
  // The browser itself writes down each attempt to connect that failed.
  expect(complaints.every((text) => text.includes('ERR_'))).toBe(true);
  complaints.length = 0;
});

test('a refusal, after which EventSource gives up, is got over', async ({ bench, page, complaints }) => {
  setReady(bench.feed);
  let refusals = 0;
  await routeStream(page, async (route) => {
    refusals += 1;
    if (refusals <= 2) await route.fulfill({ status: 503, body: 'full' });
    else await route.continue();
  });
  await page.goto(bench.url);
  await expect(page.getByTestId('link-banner')).toContainText('No answer from BenchTray');
  await expect(page.getByTestId('vm-state')).toHaveText('Ready');
  await expect(page.getByTestId('link-banner')).toHaveCount(0);
  expect(refusals).toBe(3);
  complaints.length = 0;
});

test('a VM that is not reached makes the figures of its run old', async ({ bench, page }) => {
  setReady(bench.feed);
  startRun(bench.feed, 5, 12);
  await page.goto(bench.url);
  await expect(page.getByTestId('run-state')).toHaveText('Running');
  setReady(bench.feed, {
    connected: false,
    waa_ready: false,
    phase: 'unknown',
    checked_at: new Date(Date.now() - 90_000).toISOString(),
  });
  await expect(page.getByTestId('run-state')).toHaveText('Last known: Running');
  await expect(page.getByTestId('as-of')).toContainText(/1 min ago \(the VM is not reached\)/);
  await expect(page.getByText('SSH not connected')).toBeVisible();
  await expect(page.getByText('Last heard 1 min ago')).toBeVisible();
});

test('a server that comes back with other VMs and a new journal shows nothing of before', async ({
  bench,
  page,
  complaints,
}) => {
  setReady(bench.feed);
  bench.vms = [...bench.vms, { name: 'vm-two', address: null }];
  startRun(bench.feed, 5, 12);
  await page.goto(bench.url);
  await expect(page.getByTestId('vm-state')).toHaveCount(2);
  await expect(page.getByTestId('count')).toHaveText('5 of 12 tasks');
  await bench.goAway();
  await expect(page.getByTestId('link')).toHaveText('Not connected');
  bench.vms = bench.vms.slice(0, 1);
  await bench.comeBack({ forgets: true });
  await expect(page.getByTestId('link')).toHaveText('Live', { timeout: 20_000 });
  await expect(page.getByTestId('vm-state')).toHaveText(['Offline']);
  await expect(page.getByText('No run yet')).toBeVisible();
  await expect(page.getByTestId('count')).toHaveCount(0);
  expect(complaints.every((text) => text.includes('ERR_'))).toBe(true);
  complaints.length = 0;
});
