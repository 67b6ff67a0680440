/** The states of Now: a run as it goes on, several VMs, the runs that ended last. */
import { expect, type Page } from '@playwright/test';
import type { ProgressPayload } from '../../../src/shared/stream.ts';
import { vmName, type Bench } from './bench.ts';
import { recordHistory, recordPair } from './run-scenes.ts';
import { beginError, beginTwoErrors, longTaskId, setReady, startRun } from './scenes.ts';
import { failing, neverAnswered } from './run-states.ts';
import { rowCount, text, type State } from './states.ts';

const ago = (seconds: number): string => new Date(Date.now() - seconds * 1000).toISOString();

/** What an agent says and does, as the stream tells it. */
export const newestStep: Partial<ProgressPayload> = {
  current_thought:
    'The list on the desktop has three items, and the window of Notepad is in front. I type the second one below the first, then I go on with the third.',
  current_action:
    'computer.mouse.move(id=12)\ncomputer.mouse.single_click()\ncomputer.keyboard.write("bread\\n")',
};

/** A price that is known for all of a run. */
const cost = { per_hour_usd: 0.226, so_far_usd: 3.4, since: ago(50_000), unknown: false, as_of: null };

/** VMs in every state of life: two in trouble, one off, one never heard, the others at a run. */
export function startFleet(bench: Bench, count: number): void {
  const { feed } = bench;
  bench.vms = Array.from({ length: count }, (_, index) => ({
    name: index === 3 ? `${'a-vm-of-many-words-'.repeat(3)}end` : `waa-eval-vm-${String(index)}`,
    address: '20.123.45.67',
  }));
  bench.vms.forEach(({ name: vm }, index) => {
    if (index === 9) return;
    const isOff = index === 8;
    setReady(
      feed,
      isOff
        ? { connected: false, phase: 'offline', waa_ready: false, power_state: 'deallocated', cost: null }
        : { cost },
      vm,
    );
    if (isOff || index === 6) return;
    const state = index === 5 ? 'finished' : index === 4 ? 'stalled' : 'running';
    startRun(feed, 3 + ((index * 17) % 30), 36, {
      ...newestStep,
      ...{ vm, run_id: `run-${String(index)}`, state, started_at: ago(4000 + index * 900) },
    });
  });
  beginTwoErrors(feed, bench.vms[2]?.name);
  beginError(feed, 'run_stalled', {
    vm: bench.vms[4]?.name ?? '',
    severity: 'warning',
    message: 'The run has written nothing for 15 minutes.',
  });
  for (const { name: vm } of bench.vms.slice(10, 14))
    beginError(feed, 'ssh_unreachable', { vm, severity: 'critical', message: 'SSH connection failed' });
}

const screenshot = (page: Page) => page.getByRole('img', { name: /^Newest screenshot: After step 7/ });

export const nowStates: readonly State[] = [
  {
    name: 'now',
    arrange: ({ feed }) => {
      recordPair(feed);
      setReady(feed, { cost });
      startRun(feed, 61, 154, { ...newestStep, run_id: 'run-on', started_at: ago(9000) });
    },
    reach: async (page) => {
      await rowCount(61)(page);
      await expect(screenshot(page)).toBeVisible();
      await text('points')(page);
    },
  },
  {
    name: 'now-361-tasks',
    arrange: ({ feed }) => {
      setReady(feed, { cost });
      startRun(feed, 300, 361, { ...newestStep, started_at: ago(90_000) });
    },
    reach: rowCount(300),
  },
  {
    name: 'now-no-screenshot',
    arrange: (bench) => {
      bench.screens = null;
      setReady(bench.feed);
      startRun(bench.feed, 3, 12, newestStep);
    },
    reach: text('No screenshot of this step.'),
    complaint: /404/,
  },
  {
    name: 'now-two-vms',
    arrange: (bench) => {
      bench.vms = [vmName, 'osworld-vm-2'].map((name) => ({ name, address: '20.123.45.67' }));
      setReady(bench.feed, { cost });
      startRun(bench.feed, 37, 154, { ...newestStep, started_at: ago(9000) });
      setReady(bench.feed, { phase: 'oobe', waa_ready: false }, 'osworld-vm-2');
    },
    reach: async (page) => {
      await rowCount(2)(page);
      await expect(screenshot(page)).toBeVisible();
    },
  },
  {
    name: 'now-ten-vms',
    arrange: (bench) => startFleet(bench, 10),
    reach: rowCount(10),
  },
  {
    name: 'now-25-vms',
    arrange: (bench) => startFleet(bench, 25),
    reach: async (page) => {
      await rowCount(25)(page);
      await page.getByRole('button', { name: 'Show all 7' }).click();
      await expect(page.getByRole('list', { name: 'Open errors' }).getByRole('listitem')).toHaveCount(7);
    },
  },
  {
    name: 'now-fleet-lost',
    arrange: (bench) => startFleet(bench, 10),
    reach: async (page, bench) => {
      await rowCount(10)(page);
      await bench.goAway();
      await expect(page.getByTestId('link-banner')).toBeVisible();
    },
    complaint: /ERR_/,
  },
  {
    name: 'now-long-texts',
    arrange: (bench) => {
      bench.vms = [vmName, 'vm-b'].map((name) => ({ name, address: '20.123.45.67' }));
      setReady(bench.feed);
      startRun(bench.feed, 3, 12, {
        current_task: longTaskId,
        domain: 'd'.repeat(60),
        current_thought: 'What I see is not what I expected. '.repeat(14),
        current_action: `computer.keyboard.write("${'x'.repeat(460)}")`,
      });
    },
    reach: (page) => expect(page.getByRole('button', { name: 'Show all of the action' })).toBeVisible(),
  },
  {
    name: 'now-last-runs',
    arrange: ({ feed }) => {
      setReady(feed);
      recordHistory(feed, 5);
      recordPair(feed);
    },
    reach: (page) =>
      expect(page.getByRole('region', { name: 'Last runs' }).getByRole('listitem')).toHaveCount(3),
  },
  {
    name: 'now-last-runs-loading',
    arrange: async ({ feed }, page) => {
      setReady(feed);
      await neverAnswered(page, '/api/runs?*');
    },
    reach: (page) => expect(page.getByText('Reading the runs…')).toBeAttached(),
  },
  {
    name: 'now-last-runs-failed',
    arrange: async ({ feed }, page) => {
      setReady(feed);
      await failing(page, '/api/runs?*');
    },
    reach: text('The journal cannot be read.'),
    complaint: /500/,
  },
];
