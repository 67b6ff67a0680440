/** The states of every day that the page has: how the world comes to each, and what shows that the page is there. */
import { expect, type Page } from '@playwright/test';
import type { Bench } from './bench.ts';
import { readyDetail } from '../../support/ready-detail.ts';
import { foundDetail } from './found-detail.ts';
import { domainsOf } from './pool-scenes.ts';
import { holdSnapshots, routeStream } from './route-stream.ts';
import {
  beginError,
  beginTwoErrors,
  completeTask,
  nthTask,
  setReady,
  startRun,
  tellMoment,
} from './scenes.ts';

export interface State {
  readonly name: string;
  /** Before the page is opened. */
  readonly arrange: (bench: Bench, page: Page) => unknown;
  /** What happens while the page is open, up to where it shows the state. */
  readonly reach: (page: Page, bench: Bench) => Promise<void>;
  /** What the browser may write down as an error here. */
  readonly complaint?: RegExp;
}

export const rowCount = (count: number) => (page: Page) =>
  expect(page.locator('tbody tr')).toHaveCount(count);
export const text = (shown: string) => (page: Page) => expect(page.getByText(shown).first()).toBeVisible();
const errorCount = (page: Page, count: number): Promise<void> =>
  expect(page.getByRole('list', { name: 'Open errors' }).getByRole('listitem')).toHaveCount(count);

export const states: readonly State[] = [
  {
    name: 'no-vm',
    arrange: (bench) => {
      bench.vms = [];
    },
    reach: text('No VM is being watched yet'),
  },
  {
    name: 'loading',
    arrange: (_bench, page) => routeStream(page, () => undefined),
    reach: text('Connecting to BenchTray…'),
  },
  {
    name: 'reading',
    arrange: async (_bench, page) => {
      await holdSnapshots(page);
    },
    reach: text('Reading which VMs there are…'),
  },
  {
    name: 'older-server',
    arrange: async (_bench, page) => {
      await page.clock.install();
      await holdSnapshots(page);
    },
    async reach(page) {
      await text('Live')(page);
      await page.clock.fastForward(16_000);
      await text('is too old')(page);
    },
  },
  {
    name: 'never-reached',
    arrange: (_bench, page) => routeStream(page, (route) => route.fulfill({ status: 503 })),
    reach: text('Nothing is known yet'),
    complaint: /503/,
  },
  {
    name: 'offline',
    arrange: ({ feed }) => {
      setReady(feed, {
        connected: false,
        phase: 'offline',
        waa_ready: false,
        power_state: 'deallocated',
        cost: null,
        probe: { status: 'VM is deallocated', vnc_url: null },
        detail: { ...readyDetail, text: 'The VM is deallocated', address: null, container: null },
      });
    },
    reach: text('No run yet'),
  },
  {
    name: 'downloading',
    arrange: ({ feed }) => {
      setReady(feed, {
        phase: 'downloading',
        waa_ready: false,
        cost: null,
        probe: { status: 'Not responding', vnc_url: 'http://20.123.45.67:8006' },
        detail: { ...readyDetail, text: 'Downloading Windows 11 (45.3%)', percent: 45.3 },
      });
    },
    reach: text('Downloading Windows 11 (45.3%)'),
  },
  {
    name: 'running',
    arrange: ({ feed }) => {
      setReady(feed);
      startRun(feed, 8, 12);
    },
    reach: rowCount(8),
  },
  {
    name: 'few-domains',
    arrange: ({ feed }) => {
      setReady(feed);
      startRun(feed, 8, 12, { domains: domainsOf(5) });
    },
    reach: (page) => expect(page.getByRole('rowheader', { name: 'file_explorer' })).toBeVisible(),
  },
  {
    name: 'details-open',
    arrange: ({ feed }) => {
      setReady(feed);
      startRun(feed, 3, 12);
    },
    reach: async (page) => {
      await page.getByText('What is being watched').click();
      await expect(page.getByText('container:172.30.0.2:5000')).toBeVisible();
    },
  },
  {
    name: 'findings-open',
    arrange: ({ feed }) => {
      setReady(feed, { detail: foundDetail });
      startRun(feed, 3, 12);
    },
    reach: async (page) => {
      await page.getByText('What is being watched').click();
      await expect(page.getByText('a process in the container')).toBeVisible();
    },
  },
  {
    name: 'no-results',
    arrange: ({ feed }) => {
      setReady(feed);
      startRun(feed, 0, 12, { eta_seconds: null });
    },
    reach: text('No results yet'),
  },
  {
    name: 'all-filtered-away',
    arrange: ({ feed }) => {
      setReady(feed);
      startRun(feed, 0, 12);
      for (let index = 0; index < 5; index += 1)
        completeTask(feed, nthTask(index, { outcome: 'scored', score: 1, success: true }));
    },
    reach: async (page) => {
      await page.getByRole('button', { name: 'Not passed 0' }).click();
      await expect(page.getByText('Every task has passed so far')).toBeVisible();
    },
  },
  {
    name: 'errors',
    arrange: ({ feed }) => {
      setReady(feed, {
        phase: 'oobe',
        waa_ready: false,
        probe: { status: 'Connection refused', vnc_url: null },
        detail: { ...readyDetail, text: 'The benchmark server has stopped answering' },
      });
      startRun(feed, 8, 12, { state: 'stalled' });
      beginTwoErrors(feed);
      beginError(feed, 'run_stalled', { message: 'The run has written nothing for 15 minutes.' });
    },
    reach: async (page, { feed }) => {
      await errorCount(page, 3);
      tellMoment(feed, {
        code: 'container_oom',
        severity: 'critical',
        message: 'The container ran out of memory.',
      });
      await errorCount(page, 4);
    },
  },
  {
    name: 'crashed',
    arrange: ({ feed }) => {
      setReady(feed);
      startRun(feed, 8, 12, { state: 'crashed', current_task: null });
    },
    reach: async (page, { feed }) => {
      await rowCount(8)(page);
      tellMoment(feed, {
        code: 'run_crashed',
        severity: 'critical',
        message: 'The run has ended before its last task.',
        hint: 'Read the end of its log.',
        detail: 'openai.RateLimitError: 429',
      });
      await errorCount(page, 1);
    },
  },
  {
    name: 'interrupted',
    arrange: ({ feed }) => {
      setReady(feed);
      startRun(feed, 8, 12, { state: 'interrupted', current_task: null });
      completeTask(feed, nthTask(8, { outcome: 'interrupted', score: null, success: false }));
    },
    reach: rowCount(9),
  },
  {
    name: 'finished',
    arrange: ({ feed }) => {
      setReady(feed);
      startRun(feed, 12, 12, { state: 'finished', current_task: null });
    },
    reach: rowCount(12),
  },
];
