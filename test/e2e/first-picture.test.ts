import { test, expect, vmName } from './support/bench.ts';
import { holdSnapshots } from './support/route-stream.ts';
import { readyDetail } from '../support/ready-detail.ts';
import { completeTask, nthTask, setReady, startRun } from './support/scenes.ts';

test('the first picture has everything that is known', async ({ bench, page }) => {
  setReady(bench.feed);
  startRun(bench.feed, 5, 12);
  await page.goto(bench.url);
  const card = page.getByRole('region', { name: vmName, exact: true });
  await expect(card.getByTestId('vm-state')).toHaveText('Ready');
  await expect(card.getByTestId('run-state')).toHaveText('Running');
  await expect(card.getByTestId('count')).toHaveText('5 of 12 tasks');
  await expect(card.getByRole('progressbar', { name: 'Tasks done' })).toHaveAttribute('value', '5');
  await expect(card.getByTestId('step')).toHaveText('Step 7 of 15');
  await expect(card.getByText('navi · gpt-4o')).toBeVisible();
  await expect(card.getByText('SSH connected')).toBeVisible();
  await expect(card.getByText(/^Checked \d+ (s|min) ago$/)).toBeVisible();
  await expect(card.locator('tbody tr')).toHaveCount(5);
  await expect(page).toHaveTitle(`5/12 – ${vmName} – BenchTray`);
  await expect(page.getByTestId('link')).toHaveText('Live');

  const figure = (name: string) => card.locator('dl > div').filter({ hasText: name }).locator('dd');
  await expect(figure('Passed')).toHaveText('3');
  await expect(figure('Failed')).toHaveText('2');
  await expect(figure('Errors')).toHaveText('0');
  await expect(figure('Mean score')).toHaveText('70.0 % (n = 5) 29.9–92.7 %');
  await expect(figure('Pass rate')).toHaveText('60.0 % (3 of 5) 23.1–88.2 %');
  await expect(figure('Elapsed')).toHaveText('1:12:01');
  await expect(figure('Ends about')).toHaveText(
    /^\d\d:\d\d \(in 1 h 47 min\)$|^\d+ \w+, \d\d:\d\d \(in 1 h 47 min\)$/,
  );

  const vnc = card.getByRole('link', { name: /Open VNC/ });
  await expect(vnc).toHaveAttribute('href', 'http://20.123.45.67:8006/');
  await expect(vnc).toHaveAttribute('rel', 'noopener noreferrer');
  await expect(vnc).toHaveAttribute('target', '_blank');
  await card.getByText('What is being watched').click();
  await expect(card.getByText('container:172.30.0.2:5000')).toBeVisible();
  await expect(card.getByText('run.py --agent_name navi')).toBeVisible();
});

test('what happens is shown as it happens', async ({ bench, page }) => {
  setReady(bench.feed, {
    connected: true,
    phase: 'downloading',
    waa_ready: false,
    detail: { ...readyDetail, text: 'Downloading Windows 11 (45.3%)', percent: 45.3 },
  });
  await page.goto(bench.url);
  await expect(page.getByTestId('vm-state')).toHaveText('Downloading');
  await expect(page.getByRole('progressbar', { name: 'Downloading Windows 11' })).toHaveAttribute(
    'value',
    '45.3',
  );
  await expect(page.getByText('No run yet')).toBeVisible();

  setReady(bench.feed);
  await expect(page.getByTestId('vm-state')).toHaveText('Ready');
  await expect(page.getByRole('progressbar')).toHaveCount(0);

  startRun(bench.feed, 0, 3);
  await expect(page.getByText('No results yet')).toBeVisible();
  completeTask(bench.feed, nthTask(0));
  const row = page.locator('tbody tr');
  await expect(row).toHaveCount(1);
  await expect(row).toContainText('Passed');
  completeTask(bench.feed, nthTask(1));
  await expect(row).toHaveCount(2);
  await expect(row.first()).toContainText('Failed');

  // Another run begins with an empty table.
  startRun(bench.feed, 0, 4, { run_id: 'run-2' });
  await expect(page.getByText('No results yet')).toBeVisible();
  await expect(page.getByTestId('count')).toHaveText('0 of 4 tasks');
});

test('a run that has ended says how', async ({ bench, page }) => {
  setReady(bench.feed);
  const words = {
    finished: 'Finished',
    crashed: 'Crashed',
    interrupted: 'Interrupted',
    stalled: 'Stalled',
  } as const;
  startRun(bench.feed, 3, 3, { current_task: null });
  await page.goto(bench.url);
  for (const state of ['finished', 'crashed', 'interrupted', 'stalled'] as const) {
    startRun(bench.feed, 3, 3, { state, run_id: `run-${state}` });
    await expect(page.getByTestId('run-state')).toHaveText(words[state]);
    await expect(page.getByText(/^Ended .* ago$/)).toHaveCount(state === 'stalled' ? 0 : 1);
    await expect(page.getByTestId('current-task')).toHaveCount(state === 'stalled' ? 1 : 0);
  }
});

test('without a VM it says what to do, and takes one up that is added', async ({ bench, page }) => {
  bench.vms = [];
  await page.goto(bench.url);
  await expect(page.getByRole('heading', { name: 'No VM is being watched yet' })).toBeVisible();
  await expect(page.getByLabel('Set-up code')).toBeVisible();
  bench.vms = [{ name: vmName, address: null }];
  await expect(page.getByRole('heading', { name: vmName })).toBeVisible();
  await expect(page.getByTestId('vm-state')).toHaveText('Offline');
  await expect(page.locator('header').getByText('Not heard yet')).toBeVisible();
});

test('until the server has named its VMs, the page does not claim that there is none', async ({
  bench,
  page,
}) => {
  setReady(bench.feed);
  const held = await holdSnapshots(page);
  await page.goto(bench.url);
  await expect(page.getByText('Reading which VMs there are…')).toBeVisible();
  await expect(page.getByText('No VM is being watched yet')).toHaveCount(0);
  await expect(page.getByTestId('link')).toHaveText('Live');
  await held.release();
  await expect(page.getByTestId('vm-state')).toHaveText('Ready');
});

test('VMs come and go while the page is open, with nothing asked but the stream', async ({ bench, page }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  setReady(bench.feed);
  await page.goto(bench.url);
  const cards = page.getByTestId('vm-state');
  await expect(cards).toHaveText(['Ready']);
  bench.vms = [...bench.vms, { name: 'vm-two', address: null }];
  await expect(cards).toHaveText(['Ready', 'Offline']);
  bench.vms = bench.vms.toReversed();
  await expect(cards).toHaveText(['Offline', 'Ready']);
  bench.vms = bench.vms.slice(0, 1);
  await expect(cards).toHaveText(['Offline']);
  await expect(page.getByRole('region', { name: vmName, exact: true })).toHaveCount(0);
  bench.vms = [];
  await expect(page.getByRole('heading', { name: 'No VM is being watched yet' })).toBeVisible();
  expect(asked).not.toContain('/api/status');
});
