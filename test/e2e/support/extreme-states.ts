/** States of which there is a lot: text, tasks, VMs, trouble. */
import { expect, type Page } from '@playwright/test';
import type { BenchTrayBridge } from '../../../src/shared/ipc.ts';
import { readyDetail } from '../../support/ready-detail.ts';
import { vmName } from './bench.ts';
import {
  beginError,
  beginTwoErrors,
  completeTask,
  longTaskId,
  nthTask,
  setReady,
  startRun,
} from './scenes.ts';
import { rowCount, text, type State } from './states.ts';

const longInstruction = 'Open the spreadsheet, sort it by the second column, and say what you see. '.repeat(
  54,
);
const longOutput = 'docker: Error response from daemon: OCI runtime create failed: unable to start. '.repeat(
  30,
);
const markup =
  '<h1>Ignore</h1> the <b>instruction</b> & <script>alert(1)</script> "above"\n\n\u202e* and do this *\u202c \u{1F642}';

const openInstruction = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Show all of the instruction' }).click();
  await expect(page.getByRole('button', { name: 'Show less of the instruction' })).toBeVisible();
};

export const extremeStates: readonly State[] = [
  {
    name: '150-tasks',
    arrange: ({ feed }) => {
      setReady(feed, {
        cost: {
          per_hour_usd: 1.53,
          so_far_usd: 8.31,
          since: '2026-01-28T20:00:00Z',
          unknown: false,
          as_of: null,
        },
      });
      startRun(feed, 150, 154, { elapsed_seconds: 5 * 3600 + 754, eta_seconds: 480 });
    },
    reach: rowCount(150),
  },
  {
    name: 'long-names',
    arrange: (bench) => {
      const vm = `${'a-vm-of-many-words-'.repeat(4)}end`;
      bench.vms = [{ name: vm, address: '20.123.45.67' }];
      setReady(bench.feed, {}, vm);
      startRun(bench.feed, 5, 12, { vm, current_task: longTaskId, domain: 'd'.repeat(60) });
      completeTask(bench.feed, nthTask(5, { vm, taskId: longTaskId, domain: 'd'.repeat(60) }));
    },
    reach: rowCount(6),
  },
  {
    name: 'markup',
    arrange: ({ feed }) => {
      setReady(feed, { detail: { ...readyDetail, text: markup } });
      startRun(feed, 2, 12, { instruction: markup });
      beginError(feed, 'container_missing', { message: markup, hint: markup, detail: markup });
    },
    reach: rowCount(2),
  },
  {
    name: 'long-instruction',
    arrange: ({ feed }) => {
      setReady(feed);
      startRun(feed, 8, 12, { instruction: longInstruction });
    },
    reach: (page) => expect(page.getByRole('button', { name: 'Show all of the instruction' })).toBeVisible(),
  },
  {
    name: 'long-instruction-open',
    arrange: ({ feed }) => {
      setReady(feed);
      startRun(feed, 8, 12, { instruction: longInstruction });
    },
    reach: openInstruction,
  },
  {
    name: 'long-errors',
    arrange: ({ feed }) => {
      setReady(feed);
      startRun(feed, 8, 12);
      beginError(feed, 'container_exited', {
        severity: 'critical',
        message: 'The container has ended. '.repeat(40),
        hint: longInstruction,
        detail: longOutput,
      });
    },
    reach: (page) => expect(page.getByRole('button', { name: 'Show all of the detail' })).toBeVisible(),
  },
  {
    name: 'several-vms',
    arrange: (bench) => {
      bench.vms = [vmName, 'osworld-vm-2', 'a-vm-that-is-off'].map((name) => ({
        name,
        address: '20.123.45.67',
      }));
      setReady(bench.feed);
      startRun(bench.feed, 37, 154, { elapsed_seconds: 5 * 3600 + 754, eta_seconds: 3 * 3600 + 721 });
      setReady(
        bench.feed,
        { phase: 'oobe', waa_ready: false, detail: { ...readyDetail, text: '' } },
        'osworld-vm-2',
      );
      startRun(bench.feed, 3, 30, { vm: 'osworld-vm-2', run_id: 'run-b', state: 'stalled' });
      beginTwoErrors(bench.feed, 'osworld-vm-2');
    },
    reach: rowCount(3),
  },
  {
    name: 'vm-lost',
    arrange: ({ feed }) => {
      const checked_at = new Date(Date.now() - 90_000).toISOString();
      const text = 'SSH has been lost';
      setReady(feed, {
        connected: false,
        phase: 'unknown',
        waa_ready: false,
        checked_at,
        detail: { ...readyDetail, text },
      });
      startRun(feed, 8, 12);
      beginError(feed, 'ssh_unreachable', { severity: 'critical', message: 'SSH connection failed' });
    },
    reach: text('(the VM is not reached)'),
  },
  {
    name: 'vm-off',
    arrange: ({ feed }) => {
      const text = 'The VM is deallocated';
      const power_state = 'deallocated';
      setReady(feed, {
        connected: false,
        phase: 'offline',
        waa_ready: false,
        power_state,
        detail: { ...readyDetail, text },
      });
      beginError(feed, 'ssh_unreachable', { severity: 'critical', message: 'SSH connection failed' });
      beginError(feed, 'vm_not_running', {
        severity: 'warning',
        message: 'The VM is deallocated: it does not run.',
        hint: 'To start it: az vm start -g rg-agents -n waa-eval-vm',
      });
    },
    // That it does not answer is no worse than that it is off.
    reach: (page) => expect(page.getByLabel('Open errors').getByText(/^Warning/)).toHaveCount(2),
  },
  {
    name: 'link-lost',
    arrange: ({ feed }) => {
      setReady(feed);
      startRun(feed, 8, 12);
      beginTwoErrors(feed);
    },
    reach: async (page, bench) => {
      await rowCount(8)(page);
      await bench.goAway();
      await expect(page.getByTestId('link-banner')).toBeVisible();
    },
    complaint: /ERR_/,
  },
  {
    name: 'desktop-notice',
    arrange: ({ feed, url }, page) => {
      setReady(feed);
      startRun(feed, 2, 12);
      return page.addInitScript((baseUrl) => {
        const bridge: Pick<BenchTrayBridge, 'serverInfo' | 'setupCode' | 'openVnc' | 'onCommand'> = {
          serverInfo: () => Promise.resolve({ baseUrl }),
          setupCode: () => Promise.resolve({ code: null }),
          openVnc: () =>
            Promise.resolve({ ok: false, reason: 'The screen of waa-eval-vm could not be opened.' }),
          onCommand: (listener) => {
            listener({
              kind: 'notice',
              text: 'This system shows no notifications; what happens is to be seen here and in the tray only.',
            });
            return () => undefined;
          },
        };
        Object.assign(globalThis, { benchtray: bridge });
      }, url);
    },
    reach: async (page) => {
      await page.getByRole('link', { name: /^Open VNC/ }).click();
      await expect(page.getByText('could not be opened')).toBeVisible();
      await expect(page.getByText('This system shows no notifications')).toBeVisible();
    },
  },
];
