/** Now: what the agent does at this moment, how the fleet is, and what ended last. */
import { test, expect, vmName, type Box } from './support/bench.ts';
import { newestStep, startFleet } from './support/now-states.ts';
import { newRun, oldRun, recordHistory, recordPair } from './support/run-scenes.ts';
import { beginTwoErrors, setReady, startRun } from './support/scenes.ts';

test('what the agent does now is seen at once, and its film is one click away', async ({ bench, page }) => {
  setReady(bench.feed);
  startRun(bench.feed, 5, 12, newestStep);
  await page.goto(bench.url);
  await expect(page.getByRole('img', { name: /^Newest screenshot: After step 7, .+ ago$/ })).toBeVisible();
  await expect(page.getByTestId('thought')).toContainText('the window of Notepad is in front');
  await expect(page.getByTestId('action')).toContainText('computer.keyboard.write("bread\\n")');
  const strip = page.getByRole('toolbar', { name: 'Tasks in order' });
  await expect(strip.getByRole('button')).toHaveCount(12);
  await expect(strip.getByRole('button', { name: /^Task 6 of 12: Running, notepad/ })).toHaveCount(1);
  await page.getByRole('link', { name: /^All steps of the current task/ }).click();
  await expect(page.getByRole('heading', { name: /^Open Notepad, type the three/ })).toBeFocused();
  await expect(page.getByTestId('film-step')).toBeVisible();
});

test('a VM is asked for a screenshot when there is another step, and only then', async ({ bench, page }) => {
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/screens')) asked.push(new URL(request.url()).pathname);
  });
  await page.clock.install();
  // Longer than the page waits from one look to the next.
  const waitForLook = () => page.clock.fastForward(11_000);
  setReady(bench.feed);
  startRun(bench.feed, 5, 12, { ...newestStep, current_step: 7 });
  await page.goto(bench.url);
  const picture = page.getByRole('img', { name: /^Newest screenshot/ });
  await expect(picture).toBeVisible();
  expect(asked).toHaveLength(2);
  // The log says that the next step begins: its screenshot comes with the line of the trajectory.
  startRun(bench.feed, 5, 12, { ...newestStep, current_step: 8 });
  await expect(page.getByTestId('step')).toHaveText('Step 8 of 15');
  await waitForLook();
  // A task that has not ended its first step has none.
  startRun(bench.feed, 6, 12, { current_task: 'the-next-task-WOS', current_step: 1 });
  await expect(page.getByTestId('step')).toHaveText('Step 1 of 15');
  await waitForLook();
  startRun(bench.feed, 6, 12, { ...newestStep, current_task: 'the-next-task-WOS', current_step: 1 });
  await expect(page.getByTestId('thought')).toContainText('the window of Notepad is in front');
  await waitForLook();
  await expect(picture).toBeVisible();
  // Each look is a list and a picture: the first task had one, and so has the next.
  expect(asked).toHaveLength(4);
  // The agent waits twice: the texts stay the same, and there is another screenshot all the same.
  const wait = { current_task: 'the-next-task-WOS', current_action: 'WAIT', current_thought: null };
  startRun(bench.feed, 6, 12, { ...wait, current_step: 3, current_action_step: 2 });
  await expect(page.getByTestId('action')).toHaveText('WAIT');
  await waitForLook();
  await expect.poll(() => asked.length).toBe(5);
  startRun(bench.feed, 6, 12, { ...wait, current_step: 4, current_action_step: 3 });
  await expect(page.getByTestId('step')).toHaveText('Step 4 of 15');
  await waitForLook();
  await expect.poll(() => asked.length).toBe(6);
});

test('361 tasks wrap in 360 pixels, and each leads to its task', async ({ bench, page }) => {
  await page.setViewportSize({ width: 360, height: 800 });
  setReady(bench.feed);
  startRun(bench.feed, 300, 361);
  await page.goto(bench.url);
  const strip = page.getByRole('toolbar', { name: 'Tasks in order' });
  await expect(strip.getByRole('button')).toHaveCount(361);
  const overflow = await strip.evaluate((element: Box) => element.scrollWidth - element.clientWidth);
  expect(overflow).toBe(0);
  const last = strip.getByRole('button', { name: /^Task 300 of 361/ });
  const [box, whole] = [await last.boundingBox(), await strip.boundingBox()];
  expect((box?.x ?? 360) + (box?.width ?? 0)).toBeLessThanOrEqual(360);
  expect(whole?.height).toBeLessThan(300);
  await last.click();
  await expect(page).toHaveURL(/#\/runs\/run-1\/tasks\/.*attempt=1$/);
});

test('of ten VMs the worst come first, and a row leads to its VM by keyboard', async ({ bench, page }) => {
  startFleet(bench, 10);
  await page.goto(bench.url);
  const fleet = page.getByRole('region', { name: 'VMs' });
  const names = fleet.getByRole('rowheader').getByRole('link');
  await expect(names).toHaveCount(10);
  expect((await names.allInnerTexts()).slice(0, 3)).toEqual([
    'waa-eval-vm-2',
    'waa-eval-vm-4',
    'waa-eval-vm-0',
  ]);
  const problems = page.getByRole('list', { name: 'Open errors' }).getByRole('listitem');
  await expect(problems).toHaveCount(3);
  await expect(problems.first()).toContainText(/stopped answering\.\s+waa-eval-vm-2\s+Critical/);
  // A run that is on has its own card; one that is over has not.
  await expect(page.getByRole('region', { name: 'waa-eval-vm-4' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'waa-eval-vm-5' })).toHaveCount(0);

  await fleet.getByRole('heading').focus();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await expect(names.nth(1)).toBeFocused();
  await page.keyboard.press('k');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/#\/vms\/waa-eval-vm-2$/);
  await expect(page.getByRole('heading', { name: 'waa-eval-vm-2' })).toBeFocused();
  await expect(page.getByRole('region', { name: 'Results of waa-eval-vm-2' })).toBeVisible();
});

test('another error makes its VM the first, and the row is there by a click anywhere in it', async ({
  bench,
  page,
}) => {
  bench.vms = [vmName, 'vm-b'].map((name) => ({ name, address: '20.123.45.67' }));
  setReady(bench.feed);
  setReady(bench.feed, {}, 'vm-b');
  await page.goto(bench.url);
  const rows = page.getByRole('region', { name: 'VMs' }).locator('tbody tr');
  await expect(rows).toHaveText([/^waa-eval-vm/, /^vm-b/]);
  beginTwoErrors(bench.feed, 'vm-b');
  await expect(rows).toHaveText([/^vm-b/, /^waa-eval-vm/]);
  await rows.first().click();
  await expect(page).toHaveURL(/#\/vms\/vm-b$/);
});

test('the last runs say how they differ from the run before', async ({ bench, page }) => {
  setReady(bench.feed);
  recordHistory(bench.feed, 5);
  recordPair(bench.feed);
  startRun(bench.feed, 3, 12, { run_id: 'run-on', started_at: new Date().toISOString() });
  await page.goto(bench.url);
  const last = page.getByRole('region', { name: 'Last runs' }).getByRole('listitem');
  await expect(last).toHaveCount(3);
  const better = last.filter({ hasText: 'claude-sonnet-4-20250514' }).filter({ hasText: '154/154' });
  await expect(better).toContainText(/\+\d+\.\d points to the run before/);
  await expect(better).toContainText(/\d+ improved, \d+ regressed/);
  await better.getByRole('link', { name: /points/ }).click();
  await expect(page).toHaveURL(new RegExp(`#/compare\\?a=${oldRun.runId}&b=${newRun.runId}$`));
  await page.goBack();
  await better.getByRole('link', { name: new RegExp(`, ${vmName}$`) }).click();
  await expect(page).toHaveURL(new RegExp(`#/runs/${newRun.runId}$`));
});
