import { beforeEach, describe, expect, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { BenchTrayBridge } from '../../src/shared/ipc.ts';
import type { HookSetting, SettingsView } from '../../src/shared/settings.ts';
import type { SettingsApi } from '../../src/renderer/features/settings/settings-api.ts';
import { nowMs } from './support/fixtures.ts';
import { no, ok } from './support/setup-api.ts';

const bridge = {
  testNotification: vi.fn<BenchTrayBridge['testNotification']>(),
  loginItem: vi.fn<BenchTrayBridge['loginItem']>(),
  setLoginItem: vi.fn<BenchTrayBridge['setLoginItem']>(),
};
// The page looks for the app once, when it is loaded.
Object.assign(window, { benchtray: bridge });
const { createSettings } = await import('../../src/renderer/features/settings/settings.svelte.ts');
const { default: SettingsPage } = await import('../../src/renderer/features/settings/SettingsPage.svelte');

const nothing = { bytes: 0, runs: 0 };
const view: SettingsView = {
  access: 'allowed',
  values: {
    notifications: { taskComplete: 'all', errors: true, quietHours: null, batchSeconds: 10 },
    history: { logs: true, screenshots: 'all', maxMegabytes: 2000, copyKilobytesPerSecond: 1000 },
    journal: { keepDays: 30, maxMegabytes: 200 },
  },
  is_in_force: true,
  version: 'v1',
  file: { path: '/home/me/config.json', source: 'default', exists: true, problem: null },
  data_folder: { path: '/home/me/data', source: 'dataDir', free_bytes: null },
  room: {
    kinds: { screenshots: nothing, logs: nothing, texts: nothing },
    oldest: null,
    journal_bytes: 30_000_000,
    app_log_bytes: 0,
  },
  hooks: [],
  app_version: '1.2.3',
};

const api = {
  read: vi.fn<SettingsApi['read']>(),
  removal: vi.fn<SettingsApi['removal']>(),
  change: vi.fn<SettingsApi['change']>(),
  testHook: vi.fn<SettingsApi['testHook']>(),
};
const access = {
  code: 'AAAA-AAAA' as string | null,
  refresh: vi.fn<() => Promise<void>>(),
  giveCode: vi.fn(() => Promise.resolve(null)),
};
const show = () => {
  const settings = createSettings({ base: new URL('http://127.0.0.1:8765'), access, apiOf: () => api });
  return render(SettingsPage, { settings, access, nowMs });
};
const read = (changes: Partial<SettingsView> = {}): void =>
  void api.read.mockResolvedValue(ok({ ...view, ...changes }));

beforeEach(() => {
  vi.resetAllMocks();
  bridge.loginItem.mockResolvedValue({ state: 'off', reason: null });
  read();
});

test('while it reads, it says so; a failure can be tried again', async () => {
  const answer = Promise.withResolvers<Awaited<ReturnType<SettingsApi['read']>>>();
  api.read.mockReturnValueOnce(answer.promise);
  const { getByText, getByRole } = await show();
  await expect.element(getByText('Reading the settings…')).toBeInTheDocument();
  answer.resolve(no({ status: 0, detail: 'BenchTray does not answer. Is it still running?' }));
  await expect.element(getByText('BenchTray does not answer. Is it still running?')).toBeVisible();
  await getByRole('button', { name: 'Try again' }).click();
  await expect.element(getByRole('button', { name: 'Save' })).toBeVisible();
});

test.each([
  ['needs_code', 'Enter the set-up code'],
  ['elsewhere', 'only on the machine where BenchTray runs'],
  ['no_file', 'no configuration file of its own'],
] as const)('with the access "%s", values are shown and cannot be changed', async (granted, words) => {
  read({ access: granted, version: null, file: null });
  const { getByText, getByRole } = await show();
  await expect.element(getByText(words, { exact: false })).toBeVisible();
  await expect.element(getByRole('radio', { name: 'Always' })).toBeChecked();
  await expect.element(getByRole('radio', { name: 'Always' })).toBeDisabled();
  expect(getByRole('button', { name: 'Save' }).elements()).toEqual([]);
});

test('only what was changed is sent, with the version that was read', async () => {
  api.change.mockResolvedValue(ok({ version: 'v2' }));
  const { getByRole, getByLabelText } = await show();
  await getByRole('radio', { name: 'If it did not pass' }).click();
  await getByLabelText('Keep events for, days').fill('0,5');
  await getByRole('checkbox', { name: 'No notifications in these hours' }).click();
  read({
    version: 'v2',
    values: {
      ...view.values,
      notifications: {
        ...view.values.notifications,
        taskComplete: 'failures',
        quietHours: { from: '22:00', to: '07:00' },
      },
      journal: { ...view.values.journal, keepDays: 0.5 },
    },
  });
  await getByRole('button', { name: 'Save' }).click();
  await vi.waitFor(() =>
    expect(api.change).toHaveBeenCalledExactlyOnceWith({
      version: 'v1',
      values: {
        notifications: { taskComplete: 'failures', quietHours: { from: '22:00', to: '07:00' } },
        journal: { keepDays: 0.5 },
      },
    }),
  );
  await expect.element(getByRole('status').filter({ hasText: 'Saved and in force' })).toBeVisible();
  // Nothing is left to be saved.
  await getByRole('button', { name: 'Save' }).click();
  expect(api.change).toHaveBeenCalledOnce();
});

test('what was saved is said to be, also if the settings are read once more meanwhile', async () => {
  api.change.mockResolvedValue(ok({ version: 'v2' }));
  const settings = createSettings({ base: new URL('http://127.0.0.1:8765'), access, apiOf: () => api });
  await settings.refresh();
  settings.set('notifications.taskComplete', 'failures');
  const notifications = { ...view.values.notifications, taskComplete: 'failures' as const };
  const saved = { ...view, version: 'v2', values: { ...view.values, notifications } };
  const answer = Promise.withResolvers<Awaited<ReturnType<SettingsApi['read']>>>();
  api.read.mockReturnValueOnce(answer.promise).mockReturnValueOnce(new Promise(() => undefined));
  const saving = settings.save();
  await vi.waitFor(() => expect(api.read).toHaveBeenCalledTimes(2));
  void settings.refresh();
  answer.resolve(ok(saved));
  await saving;
  expect([settings.isSaved, settings.unsaved]).toEqual([true, 0]);
});

test('quiet hours that are switched off and on again are the same', async () => {
  read({
    values: {
      ...view.values,
      notifications: { ...view.values.notifications, quietHours: { from: '21:15', to: '05:00' } },
    },
  });
  const { getByRole, getByLabelText, getByText } = await show();
  const hours = getByRole('checkbox', { name: 'No notifications in these hours' });
  await hours.click();
  await expect.element(getByText('1 change not saved')).toBeVisible();
  await hours.click();
  await expect.element(getByLabelText('From', { exact: true })).toHaveValue('21:15');
  await expect.element(getByText('No changes')).toBeVisible();
  await getByLabelText('to', { exact: true }).fill('21:15');
  await expect.element(getByText('Both times are the same', { exact: false })).toBeVisible();
});

test('days that keep less warn before they are saved', async () => {
  const { getByLabelText, getByText } = await show();
  await getByLabelText('Keep events for, days').fill('7');
  await expect.element(getByText('Saving this removes events that are older than 7 days.')).toBeVisible();
  await getByLabelText('Keep events for, days').fill('31');
  await expect.element(getByText('Saving this removes events', { exact: false })).not.toBeInTheDocument();
  await getByLabelText('Room for the journal, MB').fill('20');
  await expect.element(getByText('Saving this removes the oldest events', { exact: false })).toBeVisible();
});

test('a code of a BenchTray that has ended is asked for again', async () => {
  api.read.mockResolvedValueOnce(no({ status: 401, detail: 'This is not the set-up code.' }));
  const { getByRole } = await show();
  await expect.element(getByRole('button', { name: 'Save' })).toBeVisible();
  expect(access.refresh).toHaveBeenCalledTimes(2);
});

test('in the app a notification is tried, and the start at login is switched', async () => {
  bridge.testNotification
    .mockResolvedValueOnce({ ok: true })
    .mockResolvedValueOnce({ ok: false, reason: 'The system refused it.' });
  bridge.setLoginItem
    .mockResolvedValueOnce({ ok: true })
    .mockResolvedValueOnce({ ok: false, reason: 'The disk is full.' });
  const { getByRole, getByText } = await show();
  const test = getByRole('button', { name: 'Test notification' });
  await test.click();
  await expect.element(getByText('The system has shown a notification.')).toBeVisible();
  await test.click();
  await expect.element(getByText('The system refused it.')).toBeVisible();
  const login = getByRole('checkbox', { name: 'Start at login' });
  bridge.loginItem.mockResolvedValue({ state: 'on', reason: null });
  await login.click();
  expect(bridge.setLoginItem).toHaveBeenLastCalledWith(true);
  await expect.element(login).toBeChecked();
  await login.click();
  await expect.element(getByText('The disk is full.')).toBeVisible();
  // It is what the system says, not what was clicked.
  await expect.element(login).toBeChecked();
});

test('where the app cannot start at login, it says why', async () => {
  bridge.loginItem.mockResolvedValue({
    state: 'unavailable',
    reason: 'BenchTray runs from its source folder.',
  });
  const { getByRole } = await show();
  const login = getByRole('checkbox', { name: 'Start at login' });
  await expect.element(login).toBeDisabled();
  await expect.element(login).toHaveAccessibleDescription('BenchTray runs from its source folder.');
});

describe('hooks', () => {
  const hook = (changes: Partial<HookSetting> = {}): HookSetting => ({
    ...{ index: 0, id: 'a', kind: 'command', target: 'notify.py', on: ['error'], vms: null },
    ...{ ok: null, last_error: null, last_at: null, last_success_at: null, last_failure_at: null },
    ...{ delivered: 0, failures: 0, dropped: 0, pending: 0 },
    ...changes,
  });
  const changed = no({ status: 409, reason: 'changed', detail: 'This hook was changed.' });

  test('a test names the hook that the page shows', async () => {
    read({ hooks: [hook(), hook({ index: 1, id: 'b', target: 'page-me' })] });
    api.testHook.mockResolvedValue(ok({ ok: true, error: null, took_ms: 3 }));
    const { getByRole, getByText } = await show();
    await getByRole('button', { name: 'Test the hook page-me' }).click();
    await expect.element(getByText('The test was delivered.')).toBeVisible();
    expect(api.testHook.mock.calls).toMatchObject([[{ index: 1, id: 'b' }]]);
  });

  test('the result of a test moves with its hook', async () => {
    read({ hooks: [hook(), hook({ index: 1, id: 'b', target: 'page-me' })] });
    api.testHook.mockImplementation(() => {
      read({ hooks: [hook({ id: 'b', target: 'page-me' }), hook({ index: 1 })] });
      return Promise.resolve(ok({ ok: true, error: null, took_ms: 3 }));
    });
    const { getByRole } = await show();
    await getByRole('button', { name: 'Test the hook page-me' }).click();
    const rows = getByRole('region', { name: 'Hooks' }).getByRole('listitem');
    await expect.element(rows.nth(0)).toMatchTextContent('The test was delivered.');
    await expect.element(rows.nth(0)).toMatchTextContent('page-me');
    await expect.element(rows.nth(1)).not.toMatchTextContent('The test was delivered.');
  });

  test('a refusal stays visible when the hook is gone', async () => {
    read({ hooks: [hook()] });
    api.testHook.mockImplementation(() => {
      read({ hooks: [] });
      return Promise.resolve(changed);
    });
    const { getByRole, getByText } = await show();
    await getByRole('button', { name: 'Test the hook notify.py' }).click();
    await expect.element(getByText('No hook is configured.', { exact: false })).toBeVisible();
    await expect.element(getByText('This hook was changed.')).toBeVisible();
  });
});

test('quiet hours have 24 hours in every language of the browser, and are written as the file has them', async () => {
  api.change.mockResolvedValue(ok({ version: 'v2' }));
  const { getByLabelText, getByRole } = await show();
  await getByRole('checkbox', { name: 'No notifications in these hours' }).click();
  const from = getByLabelText('From', { exact: true });
  await expect.element(from).toHaveAttribute('type', 'text');
  await from.fill('2130');
  await userEvent.tab();
  await expect.element(from).toHaveValue('21:30');
  await getByLabelText('to', { exact: true }).fill('6.15');
  await userEvent.keyboard('{Enter}');
  await vi.waitFor(() =>
    expect(api.change).toHaveBeenCalledExactlyOnceWith({
      version: 'v1',
      values: { notifications: { quietHours: { from: '21:30', to: '06:15' } } },
    }),
  );
});

test('a half-typed time of the quiet hours is named', async () => {
  read({
    values: {
      ...view.values,
      notifications: { ...view.values.notifications, quietHours: { from: '22:00', to: '07:00' } },
    },
  });
  api.change.mockResolvedValue(
    no({ status: 422, fields: [{ field: 'notifications.quietHours.from', message: 'found ""' }] }),
  );
  const { getByLabelText, getByRole, getByText } = await show();
  await getByLabelText('From').fill('');
  await getByRole('button', { name: 'Save' }).click();
  await expect.element(getByText('Enter both times, such as 22:00 and 07:00.')).toBeVisible();
});

test('a call of the app that fails can be tried again', async () => {
  bridge.testNotification.mockRejectedValueOnce(new Error('gone'));
  bridge.testNotification.mockResolvedValueOnce({ ok: true });
  const { getByRole, getByText } = await show();
  const button = getByRole('button', { name: 'Test notification' });
  await button.click();
  await expect.element(getByText('The app gave no answer. Its log says why.')).toBeVisible();
  await button.click();
  await expect.element(getByText('The system has shown a notification.')).toBeVisible();
  bridge.setLoginItem.mockRejectedValue(new Error('gone'));
  await getByRole('checkbox', { name: 'Start at login' }).click();
  await expect.element(getByText('The app gave no answer. Its log says why.')).toBeVisible();
  await expect.element(getByRole('checkbox', { name: 'Start at login' })).not.toBeChecked();
});
