/** States of setting up a VM, of the doctor's page, and of what a VM costs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, type Page } from '@playwright/test';
import type { BenchTrayBridge } from '../../../src/shared/ipc.ts';
import { azureVmNames, notSignedIn } from '../../support/set-up.ts';
import type { Bench } from './bench.ts';
import { illChecks, longChecks, wellChecks } from './check-scenes.ts';
import { playDoctor, type PlayedDoctor } from './played-doctor.ts';
import { beginTwoErrors, setReady, startRun } from './scenes.ts';
import type { State } from './states.ts';

/** As one who has typed the code before. */
export const giveCode = (bench: Bench, page: Page): Promise<unknown> =>
  page.addInitScript((code) => sessionStorage.setItem('benchtray-setup-code', code), bench.setup.code.text);

async function arrangeForm(bench: Bench, page: Page): Promise<void> {
  bench.vms = [];
  await giveCode(bench, page);
}

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const chooseAzure = (page: Page) => page.getByRole('radio', { name: 'Choose from Azure' }).check();
const typeHost = (page: Page, host = '20.123.45.67') =>
  page.getByLabel('Address', { exact: true }).fill(host);
const problem = /Failed to load resource/;

async function startTest(page: Page, bench: Bench) {
  await typeHost(page);
  await button(page, 'Test connection').click();
  await expect.poll(() => bench.setup.tests.length).toBe(1);
  const [test] = bench.setup.tests;
  if (test === undefined) throw new Error('The doctor was not called.');
  return test;
}

/** Of the page that is being looked at. */
let doctor: PlayedDoctor;

async function arrangeDoctor({ feed }: Bench, page: Page): Promise<void> {
  setReady(feed);
  startRun(feed, 2, 12);
  doctor = await playDoctor(page);
}

async function openDoctor(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Doctor' }).click();
  await expect.poll(() => doctor.isHeard()).toBe(true);
}

export const setupStates: readonly State[] = [
  {
    name: 'setup-code',
    arrange: (bench) => void (bench.vms = []),
    reach: (page) => expect(page.getByLabel('Set-up code')).toBeVisible(),
  },
  {
    name: 'setup-code-wrong',
    arrange: (bench) => void (bench.vms = []),
    reach: async (page) => {
      await page.getByLabel('Set-up code').fill('AAAA-AAAA');
      await button(page, 'Continue').click();
      await expect(page.getByText('This is not the set-up code.')).toBeVisible();
    },
    complaint: problem,
  },
  {
    name: 'setup-host',
    arrange: arrangeForm,
    reach: async (page) => {
      await typeHost(page, 'waa.example.org');
      await expect(page.getByLabel('Name', { exact: true })).toHaveValue('waa');
    },
  },
  {
    name: 'setup-errors',
    arrange: arrangeForm,
    reach: async (page) => {
      await typeHost(page, 'not a host');
      await page.getByLabel('SSH port').fill('99999');
      await page.getByLabel('User on the VM').fill('a b');
      await page.getByRole('radio', { name: 'Another file' }).check();
      await page.getByLabel('Path of the key').fill('id_rsa');
      await page.getByLabel('Name', { exact: true }).fill('no name');
      await button(page, 'Save and watch').click();
      await expect(page.locator('[aria-invalid=true]')).toHaveCount(5);
      await expect(page.getByLabel('Address', { exact: true })).toBeFocused();
    },
    complaint: problem,
  },
  {
    name: 'setup-azure-loading',
    arrange: (bench, page) => {
      bench.setup.azure = () => new Promise(() => undefined);
      return arrangeForm(bench, page);
    },
    reach: async (page) => {
      await chooseAzure(page);
      await expect(page.getByText('Asking Azure which VMs there are…')).toBeVisible();
    },
  },
  {
    name: 'setup-azure-empty',
    arrange: (bench, page) => {
      bench.setup.azure = () => Promise.resolve({ ok: true, value: [] });
      return arrangeForm(bench, page);
    },
    reach: async (page) => {
      await chooseAzure(page);
      await expect(page.getByText('There is no VM in the subscriptions')).toBeVisible();
    },
  },
  {
    name: 'setup-azure-not-signed-in',
    arrange: (bench, page) => {
      bench.setup.azure = () => Promise.resolve({ ok: false, problem: notSignedIn });
      return arrangeForm(bench, page);
    },
    reach: async (page) => {
      await chooseAzure(page);
      await expect(page.getByText('az login', { exact: true })).toBeVisible();
    },
    complaint: problem,
  },
  {
    name: 'setup-azure-20',
    arrange: (bench, page) => {
      bench.setup.azure = () => Promise.resolve({ ok: true, value: azureVmNames(20) });
      return arrangeForm(bench, page);
    },
    reach: async (page) => {
      await chooseAzure(page);
      await page.getByRole('radio', { name: 'waa-eval-vm-3 ' }).check();
      await expect(page.getByLabel('Name', { exact: true })).toHaveValue('waa-eval-vm-3');
    },
  },
  {
    name: 'setup-azure-none-chosen',
    arrange: arrangeForm,
    reach: async (page) => {
      await chooseAzure(page);
      await expect(page.getByRole('radio', { name: /^waa-eval-vm-1 / })).toBeVisible();
      await button(page, 'Save and watch').click();
      await expect(page.getByText('Choose a VM of the list first.')).toBeVisible();
    },
    complaint: problem,
  },
  {
    name: 'setup-long-names',
    arrange: (bench, page) => {
      bench.setup.azure = () =>
        Promise.resolve({
          ok: true,
          value: azureVmNames(2).map((vm, index) => ({
            ...vm,
            vmName: `${'a-vm-of-many-words-'.repeat(3)}${String(index)}`,
            resourceGroup: 'a_resource_group_'.repeat(5),
            subscriptionName: 'A subscription of the department of long names',
          })),
        });
      return arrangeForm(bench, page);
    },
    reach: async (page) => {
      await chooseAzure(page);
      await page.getByRole('radio', { name: /-1 / }).check();
      await page.getByLabel('User on the VM').fill('u'.repeat(90));
    },
  },
  {
    name: 'setup-testing',
    arrange: arrangeForm,
    reach: async (page, bench) => {
      const test = await startTest(page, bench);
      for (const check of wellChecks) test.tell(check);
      test.tell({});
      test.tell({ check: 'docker', title: 'Docker usable by this user', state: 'waiting' });
      await expect(page.getByRole('listitem')).toHaveCount(wellChecks.length + 2);
    },
  },
  {
    name: 'setup-test-failed',
    arrange: arrangeForm,
    reach: async (page, bench) => {
      const test = await startTest(page, bench);
      for (const check of illChecks) test.tell(check);
      test.end({ ok: false, passed: 4, failed: 1, warned: 1, skipped: 2 });
      await expect(page.getByText('1 check failed, 1 to look at, 2 skipped, 4 passed.')).toBeVisible();
    },
  },
  {
    name: 'setup-broken-file',
    arrange: async (bench, page) => {
      mkdirSync(dirname(bench.setup.configPath));
      writeFileSync(bench.setup.configPath, '{ "vms": [');
      await arrangeForm(bench, page);
    },
    reach: async (page) => {
      await typeHost(page);
      await button(page, 'Save and watch').click();
      await expect(
        page.getByRole('alert').filter({ hasText: 'The configuration file has errors' }),
      ).toBeVisible();
    },
    complaint: problem,
  },
  {
    name: 'setup-saved',
    arrange: arrangeForm,
    reach: async (page) => {
      await typeHost(page);
      await button(page, 'Save and watch').click();
      await expect(page.getByText('is saved in')).toBeVisible();
    },
  },
  {
    name: 'setup-in-the-app',
    arrange: async (bench, page) => {
      bench.vms = [];
      await page.addInitScript(
        ([baseUrl = '', code = '']) => {
          const bridge: Pick<BenchTrayBridge, 'serverInfo' | 'setupCode' | 'chooseKeyFile' | 'onCommand'> = {
            serverInfo: () => Promise.resolve({ baseUrl }),
            setupCode: () => Promise.resolve({ code }),
            chooseKeyFile: () => Promise.resolve({ path: '/home/me/keys/waa_ed25519' }),
            onCommand: () => () => undefined,
          };
          Object.assign(globalThis, { benchtray: bridge });
        },
        [bench.url, bench.setup.code.text],
      );
    },
    reach: async (page) => {
      await page.getByRole('radio', { name: 'Another file' }).check();
      await button(page, 'Browse…').click();
      await expect(page.getByLabel('Path of the key')).toHaveValue('/home/me/keys/waa_ed25519');
    },
  },
  {
    name: 'demo',
    arrange: arrangeForm,
    reach: async (page) => {
      await button(page, 'Try the demo').click();
      await expect(page.getByRole('region', { name: 'Demo', exact: true })).toBeVisible();
      await expect(page.getByRole('heading', { name: 'Demo VM' })).toBeVisible();
    },
  },
  {
    name: 'demo-of-somebody-else',
    arrange: (bench) => bench.setup.desk.switchDemo(true),
    reach: (page) => expect(page.getByRole('link', { name: 'Leave it with the set-up code' })).toBeVisible(),
  },
  {
    name: 'doctor-running',
    arrange: arrangeDoctor,
    reach: async (page) => {
      await openDoctor(page);
      for (const check of wellChecks) doctor.tell(check);
      doctor.tell({});
      await expect(page.getByRole('listitem')).toHaveCount(wellChecks.length + 1);
    },
  },
  {
    name: 'doctor-well',
    arrange: arrangeDoctor,
    reach: async (page) => {
      await openDoctor(page);
      for (const check of wellChecks) doctor.tell(check);
      doctor.end({ passed: 4, skipped: 1 });
      await expect(page.getByText('Nothing stands in the way: 1 skipped, 4 passed.')).toBeVisible();
    },
  },
  {
    name: 'doctor-failed',
    arrange: async (bench, page) => {
      await arrangeDoctor(bench, page);
      bench.vms = ['waa-eval-vm', 'osworld-vm-2'].map((name) => ({ name, address: null }));
    },
    reach: async (page) => {
      await openDoctor(page);
      for (const check of illChecks) doctor.tell(check);
      doctor.end({ ok: false, passed: 4, failed: 1, warned: 1, skipped: 2 });
      await expect(button(page, 'Copy report')).toBeVisible();
    },
  },
  {
    name: 'doctor-long',
    arrange: arrangeDoctor,
    reach: async (page) => {
      await openDoctor(page);
      for (const check of longChecks) doctor.tell(check);
      doctor.end({ ok: false, passed: 0, failed: 1 });
      await expect(button(page, 'Show all of the finding')).toBeVisible();
    },
  },
  {
    name: 'doctor-broken-off',
    arrange: arrangeDoctor,
    reach: async (page) => {
      await openDoctor(page);
      for (const check of wellChecks) doctor.tell(check);
      await expect(page.getByRole('listitem')).toHaveCount(wellChecks.length);
      doctor.cut();
      await expect(page.getByText('The connection broke off before the end.')).toBeVisible();
    },
    complaint: /ERR_/,
  },
  {
    name: 'costs',
    arrange: (bench) => {
      const since = new Date(Date.now() - 5 * 3600_000).toISOString();
      const cost = { per_hour_usd: 0.226, so_far_usd: 1.13, since, unknown: false, as_of: null };
      const off = { connected: false, waa_ready: false, phase: 'offline' } as const;
      const states = {
        'a-vm-that-runs': { power_state: 'running', cost },
        'a-stopped-vm': { ...off, power_state: 'stopped', cost: { ...cost, so_far_usd: 1234.5 } },
        'a-deallocated-vm': { ...off, power_state: 'deallocated', cost: { ...cost, so_far_usd: 0.001 } },
        'a-vm-of-unknown-price': { power_state: 'running', cost: null },
        'a-vm-elsewhere': { power_state: null, cost: null },
      } as const;
      bench.vms = Object.keys(states).map((name) => ({ name, address: '20.123.45.67' }));
      for (const [name, changes] of Object.entries(states)) setReady(bench.feed, changes, name);
      startRun(bench.feed, 3, 12, { vm: 'a-vm-that-runs' });
      beginTwoErrors(bench.feed, 'a-stopped-vm');
    },
    reach: async (page) => {
      await expect(
        page
          .getByRole('row', { name: /^a-stopped-vm/ })
          .getByText('still billed')
          .last(),
      ).toBeVisible();
      await expect(page.getByTestId('total-cost')).toHaveText(
        'All VMs: $1,235.63 so far, $0.45 per hour + 1 VM (price not known)',
      );
    },
  },
];
