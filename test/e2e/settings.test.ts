/** The settings as a person goes through them. */
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { test, expect } from './support/bench.ts';
import { setReady, startRun } from './support/scenes.ts';
import { arrangeHistory, openSettings, settingsText } from './support/settings-states.ts';
import { giveCode } from './support/setup-states.ts';

const field = (page: Page, name: string) => page.getByLabel(name, { exact: true });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

// What is refused is written down by the browser as a failed request.
test.afterEach(({ complaints }) => {
  const isExpected = (text: string): boolean => /status of (?:401|409|422)/.test(text);
  complaints.splice(0, complaints.length, ...complaints.filter((text) => !isExpected(text)));
});

test('the code is asked for, then quiet hours are set by keyboard alone', async ({ bench, page }) => {
  setReady(bench.feed);
  arrangeHistory(bench);
  bench.setup.settings.write(settingsText.replace(/\n\s*"quietHours".*/, ''));
  bench.setup.settings.readAgain();
  await page.goto(`${bench.url}/#/settings`);
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeFocused();
  await expect(page.getByRole('radio', { name: 'Always' })).toBeDisabled();
  await field(page, 'Set-up code').fill(bench.setup.code.text);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('radio', { name: 'Always' })).toBeFocused();
  const hours = page.getByRole('checkbox', { name: 'No notifications in these hours' });
  const focused = hours.and(page.locator(':focus'));
  while ((await focused.count()) === 0) await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await expect(field(page, 'From')).toHaveValue('22:00');
  await field(page, 'to').fill('06:30');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Saved. BenchTray reads the file…')).toBeVisible();
  expect(bench.setup.configText()).toContain(
    '"quietHours": {\n      "from": "22:00",\n      "to": "06:30"\n    }',
  );
  expect(bench.setup.configText()).toContain('"taskComplete": "failures", // not every task');
  bench.setup.settings.readAgain();
  await expect(page.getByText('Saved and in force')).toBeVisible();
});

test('what is typed stays while the stream goes on, on other pages, and when the file was changed', async ({
  bench,
  page,
}) => {
  setReady(bench.feed);
  arrangeHistory(bench);
  await giveCode(bench, page);
  await page.goto(bench.url);
  await openSettings(page);
  await field(page, 'Room for kept files, MB').fill('500');
  await expect(page.getByText('Saving this removes about 790 MB: screenshots of 6 runs.')).toBeVisible();
  expect(bench.setup.settings.removalsAsked).toEqual([500]);
  startRun(bench.feed, 2, 12);
  await page.getByRole('link', { name: 'Now' }).click();
  await expect(page.locator('tbody tr')).toHaveCount(2);
  await page.getByRole('link', { name: 'Settings (not saved)' }).click();
  await expect(field(page, 'Room for kept files, MB')).toHaveValue('500');

  bench.setup.settings.write(settingsText.replace('2000', '1500').replace('failures', 'none'));
  await button(page, 'Save').click();
  await expect(page.getByText('was changed since this page read it')).toBeVisible();
  await button(page, 'Read the file again').click();
  await expect(button(page, 'Save')).toBeFocused();
  await expect(page.getByText('was changed since this page read it')).toBeHidden();
  await expect(page.getByText('The file says 1500 now.')).toBeVisible();
  await expect(page.getByRole('radio', { name: 'Never' })).toBeChecked();
  await expect(field(page, 'Room for kept files, MB')).toHaveValue('500');
  await button(page, 'Save').click();
  await expect(page.getByText('Saved. BenchTray reads the file…')).toBeVisible();
  const written = readFileSync(bench.setup.configPath, 'utf8');
  expect(written).toBe(settingsText.replace('2000', '500').replace('failures', 'none'));
});

test('leaving with changes that are not saved asks first; discarding them does not', async ({
  bench,
  page,
}) => {
  setReady(bench.feed);
  arrangeHistory(bench);
  await giveCode(bench, page);
  await page.goto(`${bench.url}/#/settings`);
  const asked: string[] = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    dialog.accept().catch(() => undefined);
  });
  await page.getByRole('checkbox', { name: 'Logs of runs' }).uncheck();
  await page.reload();
  expect(asked).toEqual(['beforeunload']);
  await expect(page.getByRole('checkbox', { name: 'Logs of runs' })).toBeChecked();
  await page.getByRole('checkbox', { name: 'Logs of runs' }).uncheck();
  await button(page, 'Discard').click();
  await expect(button(page, 'Save')).toBeFocused();
  await page.reload();
  expect(asked).toHaveLength(1);
  expect(bench.setup.configText()).toBe(settingsText);
});

test('a value that makes no sense is marked and focused, and mended', async ({ bench, page }) => {
  setReady(bench.feed);
  arrangeHistory(bench);
  await giveCode(bench, page);
  await page.goto(`${bench.url}/#/settings`);
  const room = field(page, 'Room for kept files, MB');
  await room.fill('0');
  await button(page, 'Save').click();
  await expect(room).toBeFocused();
  await expect(room).toHaveAccessibleDescription(/^Found 0, expected a number of megabytes from 1/);
  await room.fill('1');
  await expect(room).not.toHaveAttribute('aria-invalid');
  await room.press('Enter');
  await expect(page.getByText('Saved. BenchTray reads the file…')).toBeVisible();
  expect(bench.setup.configText()).toBe(settingsText.replace('2000', '1'));
});

test('a hook is tried, and its health is shown', async ({ bench, page }) => {
  setReady(bench.feed);
  arrangeHistory(bench);
  await giveCode(bench, page);
  await page.goto(`${bench.url}/#/settings`);
  const hooks = page.getByRole('region', { name: 'Hooks' });
  await expect(hooks.getByRole('listitem')).toHaveCount(3);
  await expect(hooks).toContainText('The newest attempt failed · 3 delivered · 1 waiting · 2 given up');
  await button(page, 'Test the hook notify-me').click();
  await expect(hooks.getByText('The test was delivered.')).toBeVisible();
  await expect(hooks).not.toContainText('lab-topic');
});
