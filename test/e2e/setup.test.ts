/** From no VM to one that is watched, the demo, and the doctor, as a person goes through them. */
import type { Page } from '@playwright/test';
import { test, expect, vmName, type Bench } from './support/bench.ts';
import { illChecks, wellChecks } from './support/check-scenes.ts';
import { playDoctor } from './support/played-doctor.ts';
import { setReady, startRun } from './support/scenes.ts';
import { giveCode } from './support/setup-states.ts';

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

/** What the program does when its file was changed. */
function readAgain(bench: Bench, name: string): void {
  bench.vms = [...bench.vms, { name, address: '20.123.45.67' }];
  setReady(bench.feed, {}, name);
}

test('with the code that stands on the terminal, a VM is tried, saved and watched, by keyboard alone', async ({
  bench,
  page,
}) => {
  bench.vms = [];
  await page.goto(bench.url);
  const press = async (...keys: readonly string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  await page.getByLabel('Set-up code').focus();
  await page.keyboard.type(bench.setup.code.text.toLowerCase());
  await press('Enter');
  // The demo comes first, and whoever has a VM goes on to its form.
  await expect(page.getByRole('radio', { name: 'I know its address' })).toBeFocused();
  await press('Tab');
  await expect(page.getByLabel('Address', { exact: true })).toBeFocused();
  await page.keyboard.type('20.123.45.67');
  await press('Tab', 'Tab', 'Tab', 'Tab');
  await expect(page.getByLabel('Name', { exact: true })).toBeFocused();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('my vm');
  await press('Tab', 'Enter');
  const name = page.getByLabel('Name', { exact: true });
  await expect(name).toBeFocused();
  await expect(name).toHaveAccessibleDescription(/^Found "my vm", expected a name of up to 64 letters/);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('my-vm');
  await press('Tab', 'Tab', 'Enter');
  await expect.poll(() => bench.setup.tests.length).toBe(1);
  const [tried] = bench.setup.tests;
  expect(tried?.vm).toMatchObject({ name: 'my-vm', ssh: { host: '20.123.45.67', username: 'azureuser' } });
  for (const check of wellChecks) tried?.tell(check);
  tried?.end({ passed: 5 });
  await expect(page.getByText('All is well: 5 checks passed.')).toBeVisible();
  await press('Shift+Tab', 'Enter');
  await expect(page.getByText('is saved in')).toBeVisible();
  expect(bench.setup.configText()).toContain('"name": "my-vm"');
  readAgain(bench, 'my-vm');
  await expect(page.getByRole('heading', { name: 'my-vm' })).toBeVisible();
  await expect(page.getByTestId('vm-state')).toHaveText('Ready');
  expect(['', '#/']).toContain(new URL(page.url()).hash);
});

// What was typed wrong is written down by the browser as a failed request.
test.afterEach(({ complaints }) => {
  const isExpected = (text: string): boolean => /status of (?:401|422)/.test(text);
  complaints.splice(0, complaints.length, ...complaints.filter((text) => !isExpected(text)));
});

test('the code is asked for once in a tab, and anew when BenchTray has started anew', async ({
  bench,
  page,
}) => {
  bench.vms = [];
  await page.goto(bench.url);
  await page.getByLabel('Set-up code').fill(bench.setup.code.text);
  await button(page, 'Continue').click();
  await expect(page.getByLabel('Address', { exact: true })).toBeVisible();
  expect(page.url()).not.toContain(bench.setup.code.text);
  await page.reload();
  await expect(page.getByLabel('Address', { exact: true })).toBeVisible();
  await page.evaluate(() => sessionStorage.setItem('benchtray-setup-code', 'AAAA-AAAA'));
  await page.reload();
  await expect(page.getByLabel('Set-up code')).toBeVisible();
});

test('a second VM is added from the dashboard', async ({ bench, page }) => {
  setReady(bench.feed);
  startRun(bench.feed, 2, 12);
  await giveCode(bench, page);
  await page.goto(bench.url);
  await page.getByRole('link', { name: 'Add a VM' }).click();
  await expect(page.getByRole('heading', { name: 'Add a VM' })).toBeFocused();
  await expect(button(page, 'Try the demo')).toHaveCount(0);
  await page.getByRole('radio', { name: 'Choose from Azure' }).check();
  await page.getByRole('radio', { name: /^waa-eval-vm-2 / }).check();
  await button(page, 'Save and watch').click();
  await expect(page.getByRole('heading', { name: 'The VM is set up' })).toBeVisible();
  expect(bench.setup.configText()).toContain('"vmName": "waa-eval-vm-2"');
  readAgain(bench, 'waa-eval-vm-2');
  const vms = page.getByRole('region', { name: 'VMs' }).getByRole('rowheader');
  await expect(vms.getByRole('link', { name: 'waa-eval-vm-2', exact: true })).toBeVisible();
  await expect(vms.getByRole('link', { name: vmName, exact: true })).toBeVisible();
});

test('the demo is one click, and another one out of it', async ({ bench, page }) => {
  bench.vms = [];
  await giveCode(bench, page);
  await page.goto(bench.url);
  await button(page, 'Try the demo').click();
  await expect(page.getByRole('heading', { name: 'Demo VM' })).toBeVisible();
  await expect(page.getByRole('main')).toBeFocused();
  // Seen on every page as long as it is so.
  await page.getByRole('link', { name: 'Add a VM' }).click();
  await expect(page.getByRole('region', { name: 'Demo', exact: true })).toBeVisible();
  await button(page, 'Leave the demo').click();
  await expect(page.getByRole('region', { name: 'Demo', exact: true })).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'No VM is being watched yet' })).toBeVisible();
  expect(bench.setup.configText()).toBeNull();
});

test('the doctor: run, cancelled, run on another VM, and left', async ({ bench, page }) => {
  bench.vms = ['a', 'b'].map((name) => ({ name, address: null }));
  for (const { name } of bench.vms) setReady(bench.feed, {}, name);
  const doctor = await playDoctor(page);
  await page.goto(`${bench.url}/#/doctor`);
  await expect(page.getByRole('heading', { name: 'Doctor' })).toBeFocused();
  await expect.poll(() => doctor.isHeard()).toBe(true);
  for (const check of wellChecks) doctor.tell(check);
  doctor.tell({});
  await expect(page.getByRole('listitem')).toHaveCount(wellChecks.length + 1);
  await button(page, 'Cancel the checks').click();
  await expect.poll(() => doctor.isHeard()).toBe(false);
  await expect(page.getByText('Cancelled.')).toBeFocused();
  await expect(page.getByRole('listitem')).toHaveCount(wellChecks.length);
  await page.getByLabel('VM').selectOption('b');
  await expect.poll(() => doctor.asked).toEqual(['a', 'b']);
  await expect.poll(() => doctor.isHeard()).toBe(true);
  for (const check of illChecks) doctor.tell(check);
  doctor.end({ ok: false, passed: 4, failed: 1, warned: 1, skipped: 2 });
  await expect(page.getByText('1 check failed')).toBeVisible();
  await button(page, 'Run again').click();
  await expect.poll(() => doctor.asked.length).toBe(3);
  await expect(page.getByRole('listitem')).toHaveCount(0);
  await page.getByRole('link', { name: 'Now' }).click();
  await expect.poll(() => doctor.isHeard()).toBe(false);
  await page.goBack();
  await expect(page.getByRole('heading', { name: 'Doctor' })).toBeVisible();
});

test('Tab goes through the set-up page once, in the order of reading', async ({ bench, page }) => {
  bench.vms = [];
  await giveCode(bench, page);
  await page.goto(bench.url);
  await expect(page.getByLabel('Address', { exact: true })).toBeVisible();
  const stops: string[] = [];
  const focused = page.locator(':focus');
  for (let presses = 0; presses < 30; presses += 1) {
    await page.keyboard.press('Tab');
    if ((await focused.count()) === 0) break;
    await expect(focused).toHaveCSS('outline-style', 'solid');
    await expect(focused).toBeInViewport();
    const snapshot = await focused.ariaSnapshot();
    stops.push(/"([^"]*)"/.exec(snapshot)?.[1] ?? snapshot);
  }
  expect(stops).toEqual([
    'Now',
    'Runs',
    'Doctor',
    'Add a VM',
    'Settings',
    'Keys',
    'Try the demo',
    'I know its address',
    'Address',
    'User on the VM',
    'SSH port',
    'The usual ones in ~/.ssh: id_ed25519; the SSH agent is asked too',
    'Name',
    'Save and watch',
    'Test connection',
  ]);
});
