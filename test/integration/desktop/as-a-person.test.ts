import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSimulatedVm, type SimulatedVm } from '../../../src/main/engine/demo/index.ts';
import { startStopwatch } from '../../support/stopwatch.ts';
import { chromiumPath } from '../../support/tools.ts';
import { until } from '../../support/wait.ts';
import { openDesk, type Desk } from './started-app.ts';

describe.skipIf(chromiumPath === null)('the app, used as a person does', () => {
  let desk: Desk;
  let vm: SimulatedVm | null;
  beforeEach(() => {
    desk = openDesk();
    vm = null;
  });
  afterEach(async () => {
    await desk.close();
    await vm?.close();
  });

  /** A VM of our own, with tasks that are told one by one. */
  async function configureVm(speed: number, timings: Parameters<typeof startSimulatedVm>[0]['timings'] = {}) {
    vm = await startSimulatedVm({ seed: 1, speed, timings });
    const config = { server: { port: 0 }, vms: [vm.vmConfig], notifications: { batchSeconds: 0 } };
    writeFileSync(join(desk.folder, 'config.json'), JSON.stringify(config));
    return vm;
  }

  it('shows the demo in tray, banner and window, stays when the window is closed, and quits', async () => {
    const app = desk.start('--demo', '--port', '0', '--speed', '20');
    await app.listening();
    await app.see(({ window }) => window?.visible && window.focused, 'the window opens');
    // Who looks at the window needs no banner.
    await app.ask({ do: 'blur-window' });
    await app.see(({ tray }) => tray?.image.startsWith('running-on-dark'), 'the run in the tray');
    const running = await app.see(({ tray }) => /[1-9]\d*\/12 · /.test(tray?.tooltip ?? '') && tray, 'tasks');
    expect(running.menu).toContain('Open BenchTray');
    expect(running.menu).toContain('Open VNC');
    await app.see(({ tray }) => tray?.image.startsWith('done-on-dark'), 'the end of the run');

    const told = await app.see(({ notifications }) => notifications[0], 'a banner');
    expect(`${told.title} ${told.body}`).toMatch(/demo-vm/);
    expect(told.urgency).toBe('normal');

    await app.ask({ do: 'close-window' });
    await app.see(({ window }) => window?.visible === false, 'the window is hidden');
    await app.ask({ do: 'click-notification', index: 0 });
    await app.see(({ window }) => window?.visible && window.focused, 'the window again');
    const page = await app.page();
    await until(() => page.locator('section[data-vm="demo-vm"][data-shown]').isVisible(), 'the VM is shown');
    expect(await page.title()).toContain('demo-vm');

    await app.ask({ do: 'close-window' });
    await app.see(({ window, tray }) => window?.visible === false && tray, 'only the tray');
    await app.ask({ do: 'click-tray' });
    await app.see(({ window }) => window?.visible, 'the window by the tray');
    void app.ask({ do: 'click-menu', label: 'Quit BenchTray' }).catch(() => undefined);
    const closing = startStopwatch();
    expect(await app.exit).toBe(0);
    expect(closing.stop()).toBeLessThan(2500);
    expect(app.err()).toBe('');
  });

  it('opens the very task of a banner', async () => {
    const app = desk.start('--port', '0');
    await app.listening();
    await app.see(({ window }) => window?.focused, 'the window');
    await app.ask({ do: 'close-window' });
    await app.see(({ window }) => window?.visible === false, 'the window is closed');
    // The VM comes now: tasks that end while the window is open have no banner.
    const slow = { shortestTaskMs: 60_000, longestTaskMs: 80_000, idleMs: 10_000_000 };
    const { truth } = await configureVm(20, slow);
    const clicked = await app.see(({ notifications }) => {
      const ofTasks = notifications.flatMap(({ body }, index) => {
        const task = truth().find(({ taskId }) => body.includes(taskId));
        return task === undefined ? [] : [{ index, taskId: task.taskId }];
      });
      return ofTasks.length >= 2 && ofTasks[0];
    }, 'the banners of two tasks');
    await app.ask({ do: 'click-notification', index: clicked.index });
    const page = await app.page();
    const row = page.locator(`tr[data-task="${clicked.taskId}"][data-shown]:focus`);
    await until(() => row.isVisible(), 'the row of the task');
  });

  it('says when the VM is lost, opens that error, and takes it back when it is over', async () => {
    const { stopListening, listenAgain, disconnectAll } = await configureVm(20, { bootMs: 10_000_000 });
    const app = desk.start('--hidden');
    await app.listening();
    await app.see(({ tray }) => tray?.image.startsWith('booting'), 'the VM boots');
    expect((await app.look()).window?.visible).toBe(false);

    await stopListening();
    disconnectAll();
    const lost = await app.see(({ notifications }) => notifications[0], 'the banner');
    expect(lost.urgency).toBe('critical');
    expect(`${lost.title} ${lost.body}`).toContain('SSH connection failed');
    await app.see(({ tray }) => tray?.image.startsWith('trouble'), 'the trouble in the tray');
    await app.ask({ do: 'click-notification', index: 0 });
    const page = await app.page();
    await until(() => page.locator('li[data-code="ssh_unreachable"][data-shown]').isVisible(), 'the error');
    await app.ask({ do: 'close-window' });

    await listenAgain();
    await app.see(({ tray }) => tray?.image.startsWith('booting'), 'all is well again');
    const { notifications } = await app.look();
    expect(notifications.filter(({ urgency }) => urgency === 'critical')).toHaveLength(1);
  });

  it('withdraws the banner of an error that is over', async () => {
    const { stopListening, listenAgain, disconnectAll } = await configureVm(20, { bootMs: 10_000_000 });
    const app = desk.start('--hidden');
    await app.listening();
    await app.see(({ tray }) => tray?.image.startsWith('booting'), 'the VM boots');
    await stopListening();
    disconnectAll();
    await app.see(({ notifications }) => notifications[0]?.isOpen, 'the banner');
    await listenAgain();
    await app.see(({ notifications }) => notifications[0]?.isOpen === false, 'it is withdrawn');
  });

  it('keeps quiet about what is only the waking up', async () => {
    const { stopListening, listenAgain, disconnectAll } = await configureVm(20, { bootMs: 10_000_000 });
    const app = desk.start('--hidden');
    await app.listening();
    await app.see(({ tray }) => tray?.image.startsWith('booting'), 'the VM boots');
    await app.ask({ do: 'power', event: 'suspend' });
    await stopListening();
    disconnectAll();
    await app.see(({ tray }) => tray?.image.startsWith('trouble'), 'the loss is known');
    await app.ask({ do: 'power', event: 'resume' });
    await listenAgain();
    await app.see(({ tray }) => tray?.image.startsWith('booting'), 'contact again');
    expect((await app.look()).notifications).toEqual([]);
  });

  it('does as the menu says', async () => {
    const { vmConfig, stopListening, disconnectAll } = await configureVm(20, { bootMs: 10_000_000 });
    const app = desk.start('--hidden');
    const { port } = new URL(await app.listening());
    await app.see(({ tray }) => tray?.menu.includes('Open VNC'), 'the menu');
    await app.ask({ do: 'click-menu', label: 'Open VNC' });
    const screen = `http://127.0.0.1:${vmConfig.vnc.port}/`;
    await app.see(({ opened }) => opened.join() === screen, 'the screen of the VM');
    await app.ask({ do: 'click-menu', label: 'Copy endpoint URL' });
    await app.see(
      ({ copied }) => copied.join() === `http://localhost:${port}/api/benchmark-sse`,
      'the address on the clipboard',
    );
    await app.ask({ do: 'click-menu', label: 'Pause notifications > For 1 hour' });
    await app.see(({ tray }) => tray?.menu.includes('Resume notifications'), 'the pause');
    await stopListening();
    disconnectAll();
    await app.see(({ tray }) => tray?.image.startsWith('trouble'), 'the loss');
    expect((await app.look()).notifications).toEqual([]);
    await app.ask({ do: 'click-menu', label: 'Open BenchTray' });
    await app.see(({ window }) => window?.visible, 'the window');
  });

  it('is a plain window where the desktop shows no tray icons: closing it quits', async () => {
    desk.setTrayHost(false);
    const app = desk.start('--hidden', '--port', '0');
    await app.listening();
    const sight = await app.see(
      (now) => now.window?.visible && now,
      'the window, although hidden was asked for',
    );
    expect(sight.tray).toBeNull();
    void app.ask({ do: 'close-window' }).catch(() => undefined);
    expect(await app.exit).toBe(0);
  });

  it('loads the page again when it dies, but not for ever', async () => {
    const app = desk.start('--port', '0');
    await app.listening();
    await app.see(({ window }) => window?.visible, 'the window');
    const page = await app.page();
    const loads = () => page.evaluate(() => performance.timeOrigin);
    for (let death = 1; death <= 3; death += 1) {
      const before = await until(loads, 'the page');
      await app.ask({ do: 'kill-page' });
      await until(async () => (await loads().catch(() => before)) !== before, 'the page is new');
    }
    await until(() => page.getByText('No VM').first().isVisible(), 'its contents');
    const last = await loads();
    await app.ask({ do: 'kill-page' });
    // The answer to a later question comes after whatever the death had led to.
    await app.look();
    expect(await loads()).toBe(last);
  });

  it('tells in the window that the system refuses notifications', async () => {
    const { stopListening, disconnectAll } = await configureVm(20, { bootMs: 10_000_000 });
    const app = desk.start('--hidden');
    await app.listening();
    await app.see(({ tray }) => tray?.image.startsWith('booting'), 'the VM boots');
    await stopListening();
    disconnectAll();
    await app.see(({ notifications }) => notifications[0], 'the banner');
    await app.ask({ do: 'fail-notification', index: 0, reason: 'UNErrorDomain 1' });
    await app.ask({ do: 'click-tray' });
    const page = await app.page();
    await until(() => page.getByText('UNErrorDomain 1').isVisible(), 'the notice');
  });
});
