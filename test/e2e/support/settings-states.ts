/** States of the settings. */
import { expect, type Page } from '@playwright/test';
import type { BenchTrayBridge } from '../../../src/shared/ipc.ts';
import { roomOf } from '../../support/test-settings.ts';
import type { Bench } from './bench.ts';
import { setReady } from './scenes.ts';
import { giveCode } from './setup-states.ts';
import type { State } from './states.ts';

/** As people write it, with hooks of each kind. */
export const settingsText = `// BenchTray of the lab
{
  "vms": [{ "name": "waa-eval-vm", "ssh": { "host": "20.123.45.67" } }],
  "notifications": {
    "taskComplete": "failures", // not every task
    "quietHours": { "from": "22:00", "to": "07:00" }
  },
  "history": { "maxMegabytes": 2000 },
  "hooks": [
    { "on": ["error", "recovered"], "command": ["notify-me"] },
    { "on": ["run_end"], "url": "https://ntfy.sh/lab-topic", "format": "text" },
    { "on": ["error", "run_end"], "vms": ["waa-eval-vm"], "url": "https://hooks.slack.com/services/T0/B0/XXXX", "format": "slack" }
  ]
}
`;

const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

/** A history of some weeks, and hooks that fare differently. */
export function arrangeHistory(bench: Bench): void {
  const { settings } = bench.setup;
  settings.write(settingsText);
  settings.readAgain();
  settings.room = roomOf({
    kinds: {
      screenshots: { bytes: 1_240_000_000, runs: 9 },
      logs: { bytes: 38_400_000, runs: 14 },
      texts: { bytes: 12_100_000, runs: 14 },
    },
    oldest: { run_id: 'waa-1', vm: 'waa-eval-vm', started_at: minutesAgo(31 * 1440) },
    journal_bytes: 41_200_000,
    app_log_bytes: 3_200_000,
  });
  settings.removal = {
    kinds: {
      screenshots: { bytes: 790_000_000, runs: 6 },
      logs: { bytes: 0, runs: 0 },
      texts: { bytes: 0, runs: 0 },
    },
    newest: { run_id: 'waa-6', vm: 'waa-eval-vm', started_at: minutesAgo(9 * 1440) },
  };
  settings.hookChanges = {
    0: { kind: 'command', target: 'notify-me' },
    1: { ok: true, last_at: minutesAgo(64), last_success_at: minutesAgo(64), delivered: 12 },
    2: {
      target: 'https://hooks.slack.com/***',
      ok: false,
      last_error: 'It answered with status 404.',
      last_at: minutesAgo(3),
      last_success_at: minutesAgo(4000),
      last_failure_at: minutesAgo(3),
      ...{ delivered: 3, failures: 2, pending: 1 },
    },
  };
}

async function arrange(bench: Bench, page: Page): Promise<void> {
  setReady(bench.feed);
  arrangeHistory(bench);
  await giveCode(bench, page);
}

export async function openSettings(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Settings' }).click();
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeFocused();
}

const field = (page: Page, name: string) => page.getByLabel(name, { exact: true });
const isShown = (page: Page) => expect(page.getByRole('region', { name: 'Data folder' })).toBeVisible();

export const settingsStates: readonly State[] = [
  {
    name: 'settings',
    arrange,
    reach: async (page) => {
      await openSettings(page);
      await isShown(page);
    },
  },
  {
    name: 'settings-empty',
    arrange: async (bench, page) => {
      setReady(bench.feed);
      await giveCode(bench, page);
    },
    reach: async (page) => {
      await openSettings(page);
      await isShown(page);
      await page.getByText('Move the data folder').click();
    },
  },
  {
    name: 'settings-code',
    arrange: (bench) => {
      setReady(bench.feed);
      arrangeHistory(bench);
    },
    reach: async (page) => {
      await openSettings(page);
      await expect(field(page, 'Set-up code')).toBeVisible();
    },
  },
  {
    name: 'settings-loading',
    arrange: async (bench, page) => {
      await arrange(bench, page);
      await page.route('**/api/settings', () => undefined);
    },
    reach: async (page) => {
      await openSettings(page);
      await expect(page.getByText('Reading the settings…')).toBeAttached();
    },
  },
  {
    name: 'settings-failed',
    arrange: async (bench, page) => {
      await arrange(bench, page);
      await page.route('**/api/settings', (route) => route.abort());
    },
    reach: async (page) => {
      await openSettings(page);
      await expect(page.getByText('Could not read the settings.')).toBeVisible();
    },
    complaint: /ERR_FAILED/,
  },
  {
    name: 'settings-elsewhere',
    arrange: async (bench, page) => {
      await arrange(bench, page);
      await page.route('**/api/settings', async (route) => {
        const response = await route.fetch();
        const view = (await response.json()) as object;
        await route.fulfill({ json: { ...view, access: 'elsewhere', file: null, data_folder: null } });
      });
    },
    reach: async (page) => {
      await openSettings(page);
      await expect(page.getByText('only on the machine where BenchTray runs')).toBeVisible();
    },
  },
  {
    name: 'settings-broken-file',
    arrange: async (bench, page) => {
      await arrange(bench, page);
      bench.setup.settings.write('{ "notifications": [');
    },
    reach: async (page) => {
      await openSettings(page);
      await expect(page.getByText('The settings cannot be changed now.')).toBeVisible();
    },
  },
  {
    name: 'settings-unsaved',
    arrange,
    reach: async (page) => {
      await openSettings(page);
      await field(page, 'Room for kept files, MB').fill('500');
      await field(page, 'Room for the journal, MB').fill('20');
      await page.getByRole('radio', { name: 'None' }).check();
      await expect(page.getByText('Saving this removes about 790 MB')).toBeVisible();
      await expect(page.getByText('3 changes not saved')).toBeVisible();
    },
  },
  {
    name: 'settings-invalid',
    arrange,
    reach: async (page) => {
      await openSettings(page);
      await field(page, 'Room for kept files, MB').fill('a lot');
      await field(page, 'Tasks share one notification within, seconds').fill('9999');
      await page.getByRole('button', { name: 'Save' }).click();
      await expect(page.locator('[aria-invalid=true]')).toHaveCount(2);
    },
    complaint: /422/,
  },
  {
    name: 'settings-conflict',
    arrange,
    reach: async (page, bench) => {
      await openSettings(page);
      await field(page, 'Room for kept files, MB').fill('3000');
      bench.setup.settings.write(settingsText.replace('2000', '2500'));
      await page.getByRole('button', { name: 'Save' }).click();
      await expect(page.getByText('was changed since this page read it')).toBeVisible();
    },
    complaint: /409/,
  },
  {
    name: 'settings-saved',
    arrange,
    reach: async (page, bench) => {
      await openSettings(page);
      await field(page, 'Room for kept files, MB').fill('3000');
      await page.getByRole('button', { name: 'Save' }).click();
      await expect(page.getByText('Saved. BenchTray reads the file…')).toBeVisible();
      bench.setup.settings.readAgain();
      await expect(page.getByText('Saved and in force')).toBeVisible();
    },
  },
  {
    name: 'settings-in-the-app',
    arrange: async (bench, page) => {
      await arrange(bench, page);
      bench.setup.settings.hookTest = () =>
        Promise.resolve({ ok: false, error: 'It answered with status 404.', took_ms: 80 });
      await page.addInitScript(
        ([baseUrl = '', code = '']) => {
          const bridge: Pick<
            BenchTrayBridge,
            'serverInfo' | 'setupCode' | 'onCommand' | 'testNotification' | 'loginItem'
          > = {
            serverInfo: () => Promise.resolve({ baseUrl }),
            setupCode: () => Promise.resolve({ code }),
            onCommand: () => () => undefined,
            testNotification: () =>
              Promise.resolve({ ok: false, reason: 'The system refused the notification: not allowed' }),
            loginItem: () => Promise.resolve({ state: 'on', reason: null }),
          };
          Object.assign(globalThis, { benchtray: bridge });
        },
        [bench.url, bench.setup.code.text],
      );
    },
    reach: async (page) => {
      await openSettings(page);
      await page.getByRole('button', { name: 'Test notification' }).click();
      await expect(page.getByText('The system refused')).toBeVisible();
      await page.getByRole('button', { name: 'Test the hook https://hooks.slack.com/***' }).click();
      await expect(page.getByText('It answered with status 404.', { exact: true })).toBeVisible();
    },
  },
];
