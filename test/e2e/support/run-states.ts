/** The states of the pages about runs, and of the pages around them. */
import { expect, type Page } from '@playwright/test';
import { vmName, type Bench } from './bench.ts';
import { oldRun, recordHistory, recordMissing, recordRun } from './run-scenes.ts';
import { setReady, startRun } from './scenes.ts';
import { rowCount, text, type State } from './states.ts';

/** Goes to a page once the dashboard is there. */
export async function open(page: Page, bench: Bench, hash: string): Promise<void> {
  await page.goto(`${bench.url}/${hash}`);
}
const runPath = (tab = ''): string => `#/runs/${oldRun.runId}${tab}`;
function arrangeOldRun({ feed }: Pick<Bench, 'feed'>): void {
  setReady(feed);
  recordRun(feed, oldRun);
}

/** The run of a VM whose size and price are known, as they were during the run. */
export function arrangeRunOfKnownMachine({ feed }: Pick<Bench, 'feed'>): void {
  setReady(feed);
  const { vm = vmName, startedAt } = oldRun;
  const dayMs = 86_400_000;
  feed.noteHeard(vm, {
    at: startedAt + dayMs,
    cost: {
      ...{ per_hour_usd: 0.38, so_far_usd: 10, unknown: false, as_of: null },
      since: new Date(startedAt - dayMs).toISOString(),
    },
    azure: { id: 'a/b/c', isSpot: true, size: 'Standard_D8ds_v5' },
  });
  recordRun(feed, oldRun);
}

function arrangeMissing({ feed }: Pick<Bench, 'feed'>): void {
  arrangeOldRun({ feed });
  recordMissing(feed, oldRun.runId, [
    { from: 0, to: 110, why: 'room' },
    { from: 110, to: 113, why: 'rewritten' },
    { from: 113, to: 150, why: 'setting' },
    { from: 150, to: 152, why: 'large-task no-image' },
  ]);
}

export const neverAnswered = (page: Page, path: string): Promise<void> =>
  page.route(`**${path}`, () => undefined).then(() => undefined);
export const failing = (page: Page, path: string): Promise<void> =>
  page
    .route(`**${path}`, (route) =>
      route.fulfill({
        status: 500,
        contentType: 'application/problem+json',
        body: JSON.stringify({
          title: 'Internal Server Error',
          status: 500,
          detail: 'The journal cannot be read.',
        }),
      }),
    )
    .then(() => undefined);

export const runStates: readonly State[] = [
  {
    name: 'runs',
    arrange: ({ feed }) => {
      setReady(feed);
      recordHistory(feed, 24);
      startRun(feed, 5, 12, { run_id: 'run-on', started_at: new Date(Date.now() - 4_321_000).toISOString() });
    },
    reach: async (page, bench) => {
      await open(page, bench, '#/runs');
      await rowCount(25)(page);
    },
  },
  {
    name: 'runs-many',
    arrange: ({ feed }) => {
      setReady(feed);
      recordHistory(feed, 140, 2);
    },
    reach: async (page, bench) => {
      await open(page, bench, '#/runs');
      await rowCount(100)(page);
      await expect(page.getByRole('button', { name: 'Show older runs' })).toBeVisible();
    },
  },
  {
    name: 'run-not-all-kept',
    arrange: arrangeMissing,
    reach: async (page, bench) => {
      await open(page, bench, runPath());
      await text('The screenshots of 110 of 154 tasks were removed')(page);
    },
  },
  {
    name: 'run-details-not-all-kept',
    arrange: arrangeMissing,
    reach: async (page, bench) => {
      await open(page, bench, runPath('/details'));
      await expect(page.getByRole('heading', { name: 'Kept on this machine' })).toBeVisible();
    },
  },
  {
    name: 'runs-none',
    arrange: ({ feed }) => setReady(feed),
    reach: async (page, bench) => {
      await open(page, bench, '#/runs');
      await text('No runs yet')(page);
    },
  },
  {
    name: 'runs-filtered-away',
    arrange: ({ feed }) => setReady(feed),
    reach: async (page, bench) => {
      await open(page, bench, `#/runs?vm=${vmName}`);
      await text('No run fits the filters')(page);
    },
  },
  {
    name: 'runs-loading',
    arrange: async ({ feed }, page) => {
      setReady(feed);
      await neverAnswered(page, '/api/runs?*');
    },
    reach: async (page, bench) => {
      await open(page, bench, '#/runs');
      await expect(page.getByText('Reading the runs…')).toBeAttached();
    },
  },
  {
    name: 'runs-failed',
    arrange: async ({ feed }, page) => {
      setReady(feed);
      await failing(page, '/api/runs?*');
    },
    reach: async (page, bench) => {
      await open(page, bench, '#/runs');
      await text('The journal cannot be read.')(page);
    },
    complaint: /500/,
  },
  {
    name: 'run',
    arrange: arrangeOldRun,
    reach: async (page, bench) => {
      await open(page, bench, runPath());
      await rowCount(154)(page);
    },
  },
  {
    name: 'run-task-open',
    arrange: arrangeOldRun,
    reach: async (page, bench) => {
      await open(page, bench, runPath('?outcome=error'));
      await page.getByRole('button', { expanded: false }).first().click();
      await text('Error message')(page);
    },
  },
  {
    name: 'run-keys',
    arrange: arrangeOldRun,
    reach: async (page, bench) => {
      await open(page, bench, runPath());
      await rowCount(154)(page);
      await page.keyboard.press('?');
      await expect(page.getByRole('dialog', { name: 'Keys of this page' })).toBeVisible();
    },
  },
  {
    name: 'run-charts',
    arrange: arrangeOldRun,
    reach: async (page, bench) => {
      await open(page, bench, runPath('/charts'));
      await text('Steps of each task')(page);
    },
  },
  {
    name: 'run-details',
    arrange: arrangeRunOfKnownMachine,
    reach: async (page, bench) => {
      await open(page, bench, runPath('/details'));
      await text('How it is counted')(page);
    },
  },
  {
    name: 'run-filtered-away',
    arrange: arrangeOldRun,
    reach: async (page, bench) => {
      await open(page, bench, runPath('?q=nothing-has-this-name'));
      await text('No task fits the filters')(page);
    },
  },
  {
    name: 'run-on',
    arrange: ({ feed }) => {
      setReady(feed);
      startRun(feed, 61, 154, {
        run_id: 'run-on',
        started_at: new Date(Date.now() - 4_321_000).toISOString(),
      });
    },
    reach: async (page, bench) => {
      await open(page, bench, '#/runs/run-on');
      await rowCount(61)(page);
    },
  },
  {
    name: 'run-361-tasks',
    arrange: ({ feed }) => {
      setReady(feed);
      recordRun(feed, { ...oldRun, done: 300, total: 361, state: 'crashed' });
    },
    reach: async (page, bench) => {
      await open(page, bench, runPath('/details'));
      await text('300 of 361')(page);
    },
  },
  {
    name: 'run-no-tasks',
    arrange: ({ feed }) => {
      setReady(feed);
      startRun(feed, 0, 154, {
        run_id: 'run-on',
        started_at: new Date(Date.now() - 4_321_000).toISOString(),
      });
    },
    reach: async (page, bench) => {
      await open(page, bench, '#/runs/run-on');
      await text('No task has ended yet')(page);
    },
  },
  {
    name: 'run-no-charts',
    arrange: ({ feed }) => {
      setReady(feed);
      startRun(feed, 0, 154, {
        run_id: 'run-on',
        started_at: new Date(Date.now() - 4_321_000).toISOString(),
      });
    },
    reach: async (page, bench) => {
      await open(page, bench, '#/runs/run-on/charts');
      await text('Nothing to draw yet')(page);
    },
  },
  {
    name: 'run-loading',
    arrange: async ({ feed }, page) => {
      setReady(feed);
      await neverAnswered(page, '/api/runs/*');
    },
    reach: async (page, bench) => {
      await open(page, bench, runPath());
      await expect(page.getByText('Reading the tasks…')).toBeAttached();
    },
  },
  {
    name: 'run-failed',
    arrange: async ({ feed }, page) => {
      setReady(feed);
      await failing(page, '/api/runs/*');
    },
    reach: async (page, bench) => {
      await open(page, bench, runPath());
      await text('The journal cannot be read.')(page);
    },
    complaint: /500/,
  },
  {
    name: 'run-unknown',
    arrange: ({ feed }) => setReady(feed),
    reach: async (page, bench) => {
      await open(page, bench, runPath());
      await text('It may be older than the history goes back')(page);
    },
    complaint: /404/,
  },
  {
    name: 'unknown-page',
    arrange: ({ feed }) => setReady(feed),
    reach: async (page, bench) => {
      await open(page, bench, '#/a/page/that/never/was');
      await text('There is no such page')(page);
    },
  },
  {
    name: 'one-vm',
    arrange: (bench) => {
      bench.vms = [vmName, 'osworld-vm-2'].map((name) => ({ name, address: '20.123.45.67' }));
      setReady(bench.feed);
      startRun(bench.feed, 8, 12);
    },
    reach: async (page, bench) => {
      await open(page, bench, `#/vms/${vmName}`);
      await rowCount(8)(page);
    },
  },
  {
    name: 'vm-unknown',
    arrange: ({ feed }) => setReady(feed),
    reach: async (page, bench) => {
      await open(page, bench, '#/vms/a-vm-of-three-weeks-ago');
      await text('BenchTray does not watch it')(page);
    },
  },
];
