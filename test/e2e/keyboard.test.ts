/** The whole page by keyboard alone: what is reached, in which order, and that it is seen where one is. */
import type { Page } from '@playwright/test';
import { test, expect, vmName, type Bench } from './support/bench.ts';
import { beginTwoErrors, nthTask, setReady, startRun, tellMoment } from './support/scenes.ts';

/** What of an element is needed here; the types of a browser are not at hand in a test. */
interface Focused {
  readonly innerText: string;
  getAttribute(name: string): string | null;
}

const name = (element: Focused): string =>
  (element.getAttribute('aria-label') ?? element.innerText).replaceAll(/\s+/g, ' ').trim();

/** Presses a key until the focus leaves the page, or often enough. @returns the names of all stops, in order */
async function stops(page: Page, key: 'Tab' | 'Shift+Tab', most = 60): Promise<readonly string[]> {
  const names: string[] = [];
  const focused = page.locator(':focus');
  for (let presses = 0; presses < most; presses += 1) {
    await page.keyboard.press(key);
    if ((await focused.count()) === 0) return names;
    const stop = await focused.evaluate(name);
    await expect(focused, `focus on ${stop}`).toHaveCSS('outline-style', 'solid');
    await expect(focused, `focus on ${stop}`).toHaveCSS('outline-width', '2px');
    await expect(focused, `focus on ${stop}`).toBeInViewport();
    names.push(stop);
  }
  return names;
}

async function arrange(bench: Bench, page: Page, hash = ''): Promise<void> {
  bench.vms = [vmName, 'vm-b'].map((vm) => ({ name: vm, address: '20.123.45.67' }));
  setReady(bench.feed);
  startRun(bench.feed, 20, 40, { instruction: 'Do it again. '.repeat(90) });
  setReady(bench.feed, { probe: { status: 'Connection refused', vnc_url: null } }, 'vm-b');
  startRun(bench.feed, 2, 12, { vm: 'vm-b', run_id: 'run-b' });
  beginTwoErrors(bench.feed);
  await page.goto(`${bench.url}/${hash}`);
  await expect(page.locator('tbody tr')).toHaveCount(hash === '' ? 2 : 20);
  await expect(page.getByText('No run has ended yet.')).toHaveCount(hash === '' ? 1 : 0);
  tellMoment(bench.feed, { code: 'container_oom', message: 'The container ran out of memory.' });
  await expect(page.getByRole('button', { name: /^Dismiss/ })).toBeVisible();
}

const bar = ['Now', 'Runs', 'Doctor', 'Add a VM', 'Settings', 'Keys'];
const table = ['Task', 'Domain', 'Result', 'Score', 'Steps', 'Time', 'Finished'];
const strip = (total: number, domain: string): string =>
  `Task 1 of ${total}: Passed, ${domain}. ${nthTask(0).taskId}`;
const stage = (vm: string, total: number): readonly string[] => [
  `All steps of the current task on ${vm}`,
  strip(total, 'notepad'),
];
const inTimeline = (message: string): string => `In the timeline of the run: ${message}`;
const [notAnswering, outOfMemory, diskFull] = [
  inTimeline('The benchmark server in Windows has stopped answering.'),
  inTimeline('The container ran out of memory.'),
  inTimeline('The disk of the VM is full.'),
];
const rowLinks = Array.from({ length: 20 }, (_, index) => nthTask(19 - index).taskId);
const onVmPage = [
  ...bar,
  `Open VNC of ${vmName} in a new tab`,
  notAnswering,
  outOfMemory,
  'Dismiss: The container ran out of memory.',
  diskFull,
  `Open the run of ${vmName}`,
  'What is being watched',
  'Show all of the instruction',
  ...stage(vmName, 40),
  'All 20',
  'Not passed 11',
  ...table,
  ...rowLinks,
  `All runs of ${vmName}`,
  'All VMs',
];
const onNow = [
  ...bar,
  ...[vmName, notAnswering],
  ...[vmName, outOfMemory, 'Dismiss: The container ran out of memory.'],
  ...[vmName, diskFull],
  ...[vmName, 'vm-b'],
  ...[vmName, `Open the run of ${vmName}`, 'Show all of the instruction', ...stage(vmName, 40)],
  ...['vm-b', 'Open the run of vm-b', ...stage('vm-b', 12)],
  'All runs',
];

test('Tab goes through everything that can be done, once, in the order of reading, and out again', async ({
  bench,
  page,
}) => {
  await arrange(bench, page, `#/vms/${vmName}`);
  expect(await stops(page, 'Tab')).toEqual(onVmPage);
  expect(await stops(page, 'Shift+Tab', onVmPage.length)).toEqual(onVmPage.toReversed());
});

test('with several VMs, Tab goes through problems, VMs and runs, and out again', async ({ bench, page }) => {
  await arrange(bench, page);
  expect(await stops(page, 'Tab')).toEqual(onNow);
  expect(await stops(page, 'Shift+Tab', onNow.length)).toEqual(onNow.toReversed());
});

test('on a narrow screen no stop is one of a column that is not shown', async ({ bench, page }) => {
  await page.setViewportSize({ width: 360, height: 800 });
  await arrange(bench, page, `#/vms/${vmName}`);
  const hidden = new Set(['Domain', 'Steps', 'Time', 'Finished']);
  expect(await stops(page, 'Tab')).toEqual(onVmPage.filter((stop) => !hidden.has(stop)));
});

test('a link of the table of VMs takes the keyboard along', async ({ bench, page }) => {
  await arrange(bench, page);
  await page.getByRole('rowheader').getByRole('link', { name: 'vm-b' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'vm-b' })).toBeFocused();
  await page.keyboard.press('Tab');
  const card = page.getByRole('region', { name: 'vm-b', exact: true });
  await expect(card.getByRole('link', { name: 'Open the run of vm-b' })).toBeFocused();
});

test('an instruction is opened, an error dismissed, and the focus is not lost by what happens meanwhile', async ({
  bench,
  page,
}) => {
  await arrange(bench, page);
  await page.getByRole('button', { name: 'Show all of the instruction' }).focus();
  await page.keyboard.press('Enter');
  const less = page.getByRole('button', { name: 'Show less of the instruction' });
  await expect(less).toBeFocused();
  startRun(bench.feed, 20, 40, { instruction: 'Do it again. '.repeat(90), current_step: 8 });
  await expect(page.getByTestId('step').first()).toHaveText('Step 8 of 15');
  await expect(less).toBeFocused();
  await page.getByRole('button', { name: /^Dismiss/ }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: /^Dismiss/ })).toHaveCount(0);
});

test('keys lead to the search field, through the tasks and to their list', async ({ bench, page }) => {
  setReady(bench.feed);
  startRun(bench.feed, 30, 40, { run_id: 'run-on' });
  await page.goto(`${bench.url}/#/runs/run-on`);
  await expect(page.locator('tbody tr')).toHaveCount(30);
  await page.keyboard.press('?');
  const list = page.getByRole('dialog', { name: 'Keys of this page' });
  await expect(list.getByRole('term')).toHaveText(['j', 'k', '/', '?', 'Esc']);
  await page.keyboard.press('Escape');
  await expect(list).toBeHidden();
  await page.keyboard.press('/');
  await page.keyboard.type('jk');
  await expect(page.getByRole('searchbox', { name: 'Search' })).toHaveValue('jk');
  await page.getByRole('searchbox', { name: 'Search' }).fill('');
  await page.getByRole('heading', { level: 2 }).focus();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  const row = page.locator('tbody tr').nth(1);
  await expect(row.getByRole('button').first()).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(row.getByText('Attempt', { exact: true })).toBeVisible();
});
