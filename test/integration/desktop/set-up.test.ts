/** Setting up the first VM in the app: no file, no code to type, a dialog for the key, the demo, and the doctor by the menu. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSimulatedVm } from '../../../src/main/engine/demo/index.ts';
import { chromiumPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { openDesk, type Desk } from './started-app.ts';

describe.skipIf(chromiumPath === null)('the app without a VM', () => {
  let desk: Desk;
  beforeEach(() => {
    desk = openDesk();
  });
  afterEach(() => desk.close());

  const configFile = () => join(desk.folder, 'config.json');

  it('comes from nothing to a live picture by its page', async () => {
    const vm = await startSimulatedVm({ seed: 1, speed: 50 });
    try {
      const app = desk.start('--port', '0');
      await app.listening();
      const page = await app.page();
      const { host, port, username, privateKey } = vm.vmConfig.ssh;
      await page.getByLabel('Address', { exact: true }).fill(host ?? '');
      await page.getByLabel('SSH port').fill(String(port));
      await page.getByLabel('User on the VM').fill(username);
      await page.getByRole('radio', { name: 'Another file' }).check();
      // Cancelled, and then not.
      await page.getByRole('button', { name: 'Browse…' }).click();
      await app.see(({ chosenFrom }) => chosenFrom.length === 1, 'the dialog');
      expect(await page.getByLabel('Path of the key').inputValue()).toBe('');
      await app.ask({ do: 'choose-file', path: privateKey ?? '' });
      await page.getByRole('button', { name: 'Browse…' }).click();
      await until(
        async () => (await page.getByLabel('Path of the key').inputValue()) === privateKey,
        'the path',
      );
      expect((await app.look()).chosenFrom[1]).toEqual({
        title: 'Choose a private key',
        folder: join(desk.folder, '.ssh'),
      });
      await page.getByLabel('Name', { exact: true }).fill('first-vm');
      await page.getByRole('button', { name: 'Save and watch' }).click();
      await until(() => page.locator('section[data-vm="first-vm"]').isVisible(), 'the VM');
      await until(() => page.getByText('SSH connected').isVisible(), 'its picture');
      expect(readFileSync(configFile(), 'utf8')).toContain('"name": "first-vm"');
      await app.see(({ tray }) => tray?.menu.some((line) => line.includes('first-vm')), 'the VM in the tray');
    } finally {
      await vm.close();
    }
  });

  it('shows the demo and leaves it', async () => {
    const app = desk.start('--port', '0');
    await app.listening();
    const page = await app.page();
    const before = readFileSync(configFile(), 'utf8');
    await page.getByRole('button', { name: 'Try the demo' }).click();
    await until(() => page.locator('section[data-vm="Demo VM"]').isVisible(), 'the demo');
    await app.see(({ tray }) => tray?.menu.some((line) => line.includes('Demo VM')), 'the demo in the tray');
    await page.getByRole('button', { name: 'Leave the demo' }).click();
    await until(() => page.getByText('No VM is being watched yet').isVisible(), 'no VM again');
    await app.see(({ tray }) => tray?.menu.every((line) => !line.includes('Demo VM')), 'no demo in the tray');
    expect(readFileSync(configFile(), 'utf8')).toBe(before);
  });

  it('has the doctor in its menu, which shows the window on that page, also when it was closed', async () => {
    const app = desk.start('--port', '0');
    const url = await app.listening();
    const page = await app.page();
    await until(() => page.getByText('No VM is being watched yet').isVisible(), 'the page');
    await app.ask({ do: 'close-window' });
    await app.see(({ window }) => window?.visible === false, 'the window is closed');
    await app.ask({ do: 'click-menu', label: 'Run the doctor' });
    await app.see(({ window }) => window?.visible, 'the window');
    await until(() => page.getByRole('heading', { name: 'Doctor' }).isVisible(), 'the doctor');
    // A click on what is elsewhere leads there.
    await page.getByRole('link', { name: 'Now' }).click();
    await until(() => page.getByText('No VM is being watched yet').isVisible(), 'the dashboard');
    // The code is nobody else's: neither in the log, nor for who asks without it.
    const { code } = await page.evaluate(() =>
      (Reflect.get(globalThis, 'benchtray') as { setupCode(): Promise<{ code: string }> }).setupCode(),
    );
    expect(code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    const log = readFileSync(join(desk.folder, 'data', 'logs', 'benchtray.log'), 'utf8');
    expect(log + app.out() + app.err()).not.toContain(code);
    expect((await fetch(`${url}/api/setup/azure-vms`)).status).toBe(401);
    await expect(
      app.ask({
        do: 'call-main',
        channel: 'benchtray:setupCode',
        parameters: [],
        url: 'https://evil.example/',
        isTop: true,
        fromOwnWindow: true,
      }),
    ).rejects.toThrow('Refused');
  });
});
