/** The settings in the app: no code to type, a notification to try, and values that are in force at once. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chromiumPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { openDesk, type Desk } from './started-app.ts';

describe.skipIf(chromiumPath === null)('the settings in the app', () => {
  let desk: Desk;
  beforeEach(() => {
    desk = openDesk();
  });
  afterEach(() => desk.close());

  it('try a notification in quiet hours too, and are saved into the file', async () => {
    const app = desk.start('--port', '0');
    await app.listening();
    const page = await app.page();
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('checkbox', { name: 'No notifications in these hours' }).check();
    await page.getByLabel('From', { exact: true }).fill('00:00');
    await page.getByLabel('to', { exact: true }).fill('23:59');
    await page.getByRole('button', { name: 'Save' }).click();
    await until(() => page.getByText('Saved and in force').isVisible(), 'the values are in force');
    expect(JSON.parse(readFileSync(join(desk.folder, 'config.json'), 'utf8'))).toEqual({
      notifications: { quietHours: { from: '00:00', to: '23:59' } },
    });

    await page.getByRole('button', { name: 'Test notification' }).click();
    const shown = await app.see(({ notifications }) => notifications[0], 'the notification');
    expect(shown).toMatchObject({
      title: 'BenchTray',
      body: 'This is a test: BenchTray can notify you on this computer.',
    });
    await until(() => page.getByText('The system has shown a notification.').isVisible(), 'the answer');
    const login = page.getByRole('checkbox', { name: 'Start at login' });
    expect(await login.isDisabled()).toBe(true);
    expect(await page.getByText('Only the installed app can start at login.').isVisible()).toBe(true);
  });
});
