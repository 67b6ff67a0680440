import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { BenchTrayBridge, PageCommand } from '../../src/shared/ipc.ts';
import { markup, nowMs, vmName, vmOf } from './support/fixtures.ts';

/** Whoever listens to the app. */
const listeners = new Set<(command: PageCommand) => void>();
const tell = (command: PageCommand): void => listeners.forEach((listener) => listener(command));
const openVnc = vi.fn<BenchTrayBridge['openVnc']>();
const openExport = vi.fn<BenchTrayBridge['openExport']>();
const bridge: BenchTrayBridge = {
  platform: 'linux',
  version: '1.2.3',
  serverInfo: () => Promise.resolve({ baseUrl: 'http://127.0.0.1:8765' }),
  openVnc,
  openExport,
  copyEndpoint: () => Promise.resolve({ ok: true }),
  copyText: () => Promise.resolve({ ok: true }),
  setupCode: () => Promise.resolve({ code: null }),
  chooseKeyFile: () => Promise.resolve({ path: null }),
  testNotification: () => Promise.resolve({ ok: true }),
  loginItem: () => Promise.resolve({ state: 'off', reason: null }),
  setLoginItem: () => Promise.resolve({ ok: true }),
  onCommand: (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

// The page looks for the app once, when it is loaded.
Object.assign(window, { benchtray: bridge });
const { default: DesktopNotice } = await import('../../src/renderer/features/desktop/DesktopNotice.svelte');
const { default: VmHeading } = await import('../../src/renderer/features/vm/VmHeading.svelte');

const addSection = (html: string): void => {
  const main = document.createElement('main');
  main.innerHTML = html;
  document.body.append(main);
};
beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => {
  vi.useRealTimers();
  document.querySelector('main')?.remove();
});

test('a notice is said and stays until it is dismissed', async () => {
  const { container, getByRole } = await render(DesktopNotice);
  expect(container.textContent.trim()).toBe('');
  tell({ kind: 'notice', text: markup });
  const notice = getByRole('status');
  await expect.element(notice).toMatchTextContent(markup);
  expect(container.querySelectorAll('img, b')).toHaveLength(0);
  tell({ kind: 'notice', text: 'The system shows no notifications.' });
  await expect.element(notice).toMatchTextContent('The system shows no notifications.');
  await userEvent.tab();
  await expect.element(getByRole('button', { name: 'Dismiss' })).toHaveFocus();
  await userEvent.keyboard('{Enter}');
  await expect.element(notice).toHaveTextContent('');
});

test('what a notification was about is shown, also when it appears only later', async () => {
  await render(DesktopNotice);
  addSection(`<section data-vm="${vmName}"><ul><li data-code="disk_full">Full</li></ul></section>`);
  tell({ kind: 'show', target: { kind: 'error', vm: vmName, code: 'disk_full' } });
  expect(document.activeElement?.textContent).toBe('Full');

  tell({ kind: 'show', target: { kind: 'error', vm: vmName, code: 'probe_down' } });
  expect(document.activeElement?.textContent).toBe('Full');
  document.querySelector('ul')?.insertAdjacentHTML('beforeend', '<li data-code="probe_down">Down</li>');
  await vi.waitFor(() => expect(document.activeElement?.textContent).toBe('Down'));
  expect(document.querySelectorAll('[data-shown]')).toHaveLength(1);
});

test('for what never appears its VM is shown', async () => {
  await render(DesktopNotice);
  addSection(`<section data-vm="${vmName}">All about it</section>`);
  tell({ kind: 'show', target: { kind: 'task', vm: vmName, runId: 'run-1', taskId: 'of a run long ago' } });
  vi.advanceTimersByTime(4999);
  expect(document.activeElement).toBe(document.body);
  vi.advanceTimersByTime(1);
  expect(document.activeElement?.textContent).toBe('All about it');
});

test('the app leads to a page, and what a notification was about to its VM', async () => {
  await render(DesktopNotice);
  tell({ kind: 'page', page: 'doctor' });
  expect(location.hash).toBe('#/doctor');
  tell({ kind: 'show', target: { kind: 'list', vm: vmName } });
  expect(location.hash).toBe(`#/vms/${vmName}`);
  addSection(`<section data-vm="${vmName}">All about it</section>`);
  await vi.waitFor(() => expect(document.activeElement?.textContent).toBe('All about it'));
  tell({ kind: 'show', target: { kind: 'list', vm: null } });
  expect(location.hash).toBe('#/');
  // With one VM, everything about it is on Now.
  tell({ kind: 'show', target: { kind: 'list', vm: vmName } });
  expect(location.hash).toBe('#/');
});

test('it ends with the page', async () => {
  const { unmount } = await render(DesktopNotice);
  expect(listeners.size).toBe(1);
  await unmount();
  expect(listeners.size).toBe(0);
});

test('in the app a screen is opened by the app, which says when it cannot', async () => {
  const { getByRole } = await render(VmHeading, { vm: vmOf(), index: 0, age: null, serverNowMs: nowMs });
  const link = getByRole('link', { name: /^Open VNC/ });
  openVnc.mockResolvedValueOnce({ ok: false, reason: 'There is no browser.' });
  await link.click();
  expect(openVnc).toHaveBeenCalledExactlyOnceWith(vmName);
  await expect.element(getByRole('alert')).toHaveTextContent('There is no browser.');
  openVnc.mockResolvedValueOnce({ ok: true });
  await link.click();
  await expect.element(getByRole('alert')).not.toBeInTheDocument();
});
