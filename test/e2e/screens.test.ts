/** Every main state in every form: free of axe's findings, never wider than the window, and as a picture to look at. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { test, expect, expectNoSidewaysScrolling, vmName, type Bench } from './support/bench.ts';
import {
  beginError,
  beginTwoErrors,
  completeTask,
  longTaskId,
  nthTask,
  setReady,
  startRun,
  tellMoment,
} from './support/scenes.ts';

interface Scene {
  readonly name: string;
  readonly arrange: (bench: Bench, page: Page) => Promise<void> | void;
  /** What shows that the scene is complete. */
  readonly isThere: (page: Page) => Promise<void>;
}

const rowCount = (count: number) => (page: Page) => expect(page.locator('tbody tr')).toHaveCount(count);

const scenes: readonly Scene[] = [
  {
    name: 'no-vm',
    arrange: (bench) => {
      bench.vms = [];
    },
    isThere: (page) => expect(page.getByText('No VM is being watched yet')).toBeVisible(),
  },
  {
    name: 'loading',
    arrange: async (_bench, page) => {
      await page.route('**/api/benchmark-sse*', () => undefined);
    },
    isThere: (page) => expect(page.getByText('Connecting to BenchTray…')).toBeVisible(),
  },
  {
    name: 'downloading',
    arrange: ({ feed }) => {
      setReady(feed, {
        phase: 'downloading',
        waa_ready: false,
        probe: { status: 'Not responding', vnc_url: 'http://20.123.45.67:8006' },
        cost: null,
        detail: {
          text: 'Downloading Windows 11 (45.3%)',
          percent: 45.3,
          address: 'azureuser@20.123.45.67:22',
          container: 'winarena',
          probe_address: null,
          log: null,
          runner: null,
        },
      });
    },
    isThere: (page) => expect(page.getByText('No run yet')).toBeVisible(),
  },
  {
    name: 'running',
    arrange: ({ feed }) => {
      setReady(feed);
      startRun(feed, 8, 12);
    },
    isThere: rowCount(8),
  },
  {
    name: 'no-results',
    arrange: ({ feed }) => {
      setReady(feed);
      startRun(feed, 0, 12, { eta_seconds: null });
    },
    isThere: (page) => expect(page.getByText('No results yet')).toBeVisible(),
  },
  {
    name: 'errors',
    arrange: ({ feed }) => {
      setReady(feed, {
        phase: 'oobe',
        waa_ready: false,
        probe: { status: 'Connection refused', vnc_url: null },
      });
      startRun(feed, 8, 12, { state: 'stalled' });
    },
    isThere: rowCount(8),
  },
  {
    name: 'finished',
    arrange: ({ feed }) => {
      setReady(feed);
      startRun(feed, 12, 12, { state: 'finished', current_task: null });
    },
    isThere: rowCount(12),
  },
  {
    name: '150-tasks',
    arrange: ({ feed }) => {
      setReady(feed);
      startRun(feed, 150, 154);
    },
    isThere: rowCount(150),
  },
  {
    name: 'long-names',
    arrange: ({ feed }) => {
      setReady(feed);
      startRun(feed, 5, 12, { current_task: longTaskId, instruction: 'Do it again. '.repeat(60) });
      completeTask(feed, nthTask(5, { taskId: longTaskId, domain: 'd'.repeat(60) }));
    },
    isThere: rowCount(6),
  },
  {
    name: 'several-vms',
    arrange: (bench) => {
      const names = [vmName, 'osworld-vm-2', 'a-vm-that-is-off'];
      bench.vms = names.map((name) => ({ name, address: '20.123.45.67' }));
      setReady(bench.feed);
      startRun(bench.feed, 5, 12);
      setReady(bench.feed, { connected: false, phase: 'unknown', waa_ready: false }, 'osworld-vm-2');
      startRun(bench.feed, 3, 30, { vm: 'osworld-vm-2', run_id: 'run-b' });
    },
    isThere: rowCount(8),
  },
];

const forms = [
  { name: 'light', width: 1280, colorScheme: 'light' },
  { name: 'dark', width: 1600, colorScheme: 'dark' },
  { name: 'narrow', width: 360, colorScheme: 'light' },
] as const;

for (const scene of scenes) {
  for (const { name, width, colorScheme } of forms) {
    test(`${scene.name}, ${name}`, async ({ bench, page, takeScreen }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await scene.arrange(bench, page);
      await page.goto(bench.url);
      await scene.isThere(page);
      if (scene.name === 'errors') {
        beginTwoErrors(bench.feed);
        beginError(bench.feed, 'run_stalled', { message: 'The run has written nothing for 15 minutes.' });
        tellMoment(bench.feed, {
          code: 'container_oom',
          severity: 'critical',
          message: 'The container ran out of memory.',
        });
        await expect(page.getByRole('list', { name: 'Open errors' }).getByRole('listitem')).toHaveCount(4);
      }
      await expectNoSidewaysScrolling(page);
      await takeScreen(`${scene.name}-${name}`);
      if (name === 'narrow') return;
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
    });
  }
}
